/** Many methods under one protocol: every cell of a recipe trained and evaluated, and the tables that follow. */
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { DarkmatterError, ValueError } from "../../compute/index.js";
import { type CellEnd, type PoolOptions, runCells } from "./cell-pool.js";
import type { CellProgress } from "./cell-process.js";
import { type ComparePlan, type PlanObserver, planComparison, plannedChoices } from "./plan.js";
import { type Cell, type CompareRecipe, cellsOf, pairName } from "./recipe.js";
import { writeReport } from "./report.js";
import { type CellRow, type CompareResults, RESULTS_VERSION, readResults, writeResults } from "./results.js";
import { type CellOrder, readFinishedCell } from "./run-cell.js";
import type { TableOptions } from "./tables.js";

export interface CompareOptions {
  /** Folder of the comparison; default runs/compare-<name of the recipe>. */
  readonly out?: string;
  /** Processes at a time; default 1. */
  readonly jobs?: number;
  /** Run only cells whose name contains one of these; results keep all that are there. */
  readonly only?: readonly string[];
  /** The score that tables are sorted by and the picture shows; default the first of the report. */
  readonly sortBy?: string;
}

export interface CompareObserver extends PlanObserver {
  readonly onPlan?: (plan: CompareStart) => void;
  readonly onCell?: (event: CellEvent) => void;
  readonly signal?: AbortSignal;
}

/** What is about to happen. */
export interface CompareStart extends ComparePlan {
  readonly folder: string;
  readonly jobs: number;
  readonly numCells: number;
  /** Already there from an earlier start. */
  readonly numFinished: number;
  readonly cellsToRun: readonly Cell[];
}

export type CellEvent = { readonly cell: Cell } & (
  | { readonly kind: "started" }
  | { readonly kind: "progress"; readonly progress: CellProgress }
  | { readonly kind: "stage"; readonly name: string }
  | { readonly kind: "retried"; readonly how: string }
  | { readonly kind: "ended"; readonly end: CellEnd }
);

export interface CompareOutcome {
  readonly folder: string;
  readonly results: CompareResults;
  /** Whether every cell has a row with scores, or one that says why it cannot have any. */
  readonly isFinished: boolean;
  readonly numStopped: number;
  readonly numFailed: number;
  readonly files: readonly string[];
  /** The tables. */
  readonly text: string;
}

export function compareFolder(recipe: Pick<CompareRecipe, "name">, out?: string): string {
  return out ?? join("runs", `compare-${recipe.name}`);
}

/**
 * Run what is missing of a comparison and write results.json after every cell, then results.md and results.png.
 *
 *   const { results } = await compareMethods(recipe, { jobs: 2 });
 *
 * Finished cells are kept, begun ones go on from their last checkpoint. A cell that fails is a row that says why.
 * @throws DarkmatterError for a recipe that does not fit its data, or a folder that holds another comparison
 */
export async function compareMethods(
  recipe: CompareRecipe,
  options: CompareOptions = {},
  observer: CompareObserver = {},
): Promise<CompareOutcome> {
  const { jobs = 1, only } = options;
  if (!(Number.isInteger(jobs) && jobs >= 1))
    throw new ValueError("compare", "jobs", "a whole number, at least 1", jobs);
  const folder = compareFolder(recipe, options.out);
  const plan = await planComparison(recipe, folder, jobs, observer);
  const { orders, rows } = sortCells(recipe, plan, folder);
  const wanted = orders.filter(({ cell }) => only?.some((part) => cell.name.includes(part)) ?? true);
  requireMatch(only, wanted, recipe);
  const ledger = new Ledger(recipe, plan, folder, rows);
  await ledger.write();
  observer.onPlan?.({
    ...plan,
    folder,
    jobs: Math.min(jobs, Math.max(1, wanted.length)),
    numCells: orders.length + rows.length,
    numFinished: rows.length,
    cellsToRun: wanted.map(({ cell }) => cell),
  });
  const poolOptions: PoolOptions = { jobs, ...(observer.signal && { signal: observer.signal }) };
  await runCells(wanted, poolOptions, ledger.watchedBy(observer));
  const report = await writeReport(folder, ledger.results, options);
  const { numStopped, numFailed } = ledger;
  const isFinished = ledger.results.rows.length === orders.length + rows.length && numFailed === 0;
  return { folder, results: ledger.results, isFinished, numStopped, numFailed, ...report };
}

/**
 * Write the tables and the picture of a comparison anew from its results.json.
 * @throws DarkmatterError if there are no results yet
 */
export async function renderComparison(
  folder: string,
  options: TableOptions = {},
): Promise<Pick<CompareOutcome, "results" | "files" | "text">> {
  const results = readResults(join(folder, "results.json"));
  return { results, ...(await writeReport(folder, results, options)) };
}

/**
 * Which cells are still to be run, and the rows of the others. Pixels are scored once for each seed and encoder: what
 * they come to hangs on the split, and on the encoder through the number of principal components alone.
 */
function sortCells(recipe: CompareRecipe, plan: ComparePlan, folder: string) {
  const planned = new Set(plan.pairs.map(pairName));
  const orders: CellOrder[] = [];
  const rows: CellRow[] = [];
  for (const cell of cellsOf(recipe).filter((each) => planned.has(pairName(each)))) {
    const choices = plannedChoices(recipe, plan, cell, folder);
    const pixelFloors = cell.method === plan.pairs.find(({ encoder }) => encoder === cell.encoder)!.method;
    const order: CellOrder = { cell, choices, evaluation: recipe.evaluation ?? {}, pixelFloors };
    const finished = readFinishedCell(choices.out!);
    if (finished === undefined) {
      orders.push(order);
      continue;
    }
    requireSameOrder(choices.out!, finished.order, order);
    rows.push(finished.row);
  }
  return { orders, rows };
}

/** Where the images and the runs lie may change; nothing else. */
function requireSameOrder(path: string, was: CellOrder, now: CellOrder): void {
  const outcomeOf = ({ choices: { data: _data, out: _out, labels: _labels, ...choices }, evaluation }: CellOrder) => ({
    ...choices,
    evaluation,
  });
  const [before, after] = [plain(outcomeOf(was)), plain(outcomeOf(now))];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = keys.filter((key) => !isDeepStrictEqual(before[key], after[key]));
  if (changed.length === 0) return;
  const changes = changed.map((key) => `${key}: was ${JSON.stringify(before[key])}, now ${JSON.stringify(after[key])}`);
  throw new DarkmatterError(
    `compare: ${path} was run under other settings (${changes.join("; ")}). ` +
      "Delete it to run it again, or name another folder with --out.",
  );
}

/** As JSON keeps it: without keys that are undefined. */
function plain(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

function requireMatch(only: readonly string[] | undefined, wanted: readonly unknown[], recipe: CompareRecipe): void {
  if (only === undefined || wanted.length > 0) return;
  if (cellsOf(recipe).some(({ name }) => only.some((part) => name.includes(part)))) return;
  const hint = `Cells are named like ${cellsOf(recipe)[0]!.name}.`;
  throw new ValueError("compare", "only", "part of the name of a cell", only.join(", "), hint);
}

/** The rows as they come in, and the file they are kept in. */
class Ledger {
  numStopped = 0;
  numFailed = 0;
  #rows: CellRow[];
  /** One write after the other: the last one has all rows. */
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly recipe: CompareRecipe,
    private readonly plan: ComparePlan,
    private readonly folder: string,
    rows: readonly CellRow[],
  ) {
    this.#rows = [...rows];
  }

  get results(): CompareResults {
    const { recipe, plan } = this;
    const { numImages, numHeldOut, imageSize, channels, impossible } = plan;
    const place = new Map(cellsOf(recipe).map(({ name }, i) => [name, i]));
    return {
      version: RESULTS_VERSION,
      name: recipe.name,
      title: recipe.title,
      notes: recipe.notes ?? [],
      machine: `${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} cores, Node ${process.version}`,
      budget: recipe.budget,
      ...{ numImages, numHeldOut, imageSize, channels },
      methods: Object.keys(recipe.methods),
      encoders: Object.keys(recipe.encoders),
      seeds: recipe.seeds,
      impossible,
      rows: this.#rows.toSorted((a, b) => place.get(a.cell)! - place.get(b.cell)!),
    };
  }

  write(): Promise<void> {
    this.#writing = this.#writing.then(() => writeResults(join(this.folder, "results.json"), this.results));
    return this.#writing;
  }

  /** Told by the pool; tells the observer. */
  watchedBy({ onCell }: CompareObserver): Parameters<typeof runCells>[2] {
    return {
      onStart: ({ cell }) => onCell?.({ cell, kind: "started" }),
      onProgress: ({ cell }, progress) => onCell?.({ cell, kind: "progress", progress }),
      onStage: ({ cell }, name) => onCell?.({ cell, kind: "stage", name }),
      onRetry: ({ cell }, how) => onCell?.({ cell, kind: "retried", how }),
      onEnd: async (order, end) => {
        if (end.kind === "stopped") this.numStopped++;
        if (end.kind === "finished") this.#rows.push(end.row);
        if (end.kind === "failed") {
          this.numFailed++;
          this.#rows.push(failureRow(order, end.message));
        }
        if (end.kind !== "stopped") await this.write();
        onCell?.({ cell: order.cell, kind: "ended", end });
      },
    };
  }
}

/** A cell without an outcome, until a later start gives it one. */
function failureRow({ cell: { name, method, encoder, seed }, choices }: CellOrder, failure: string): CellRow {
  const { steps = 0, batch = 0 } = choices;
  return {
    ...{ cell: name, method, encoder, seed, steps, batchSize: batch },
    ...{ numParameters: 0, cpuSeconds: 0, imagesPerSecond: 0, verdict: "failed", failure },
    ...{ scores: {}, floors: {}, chance: {}, labelFree: {}, numTrain: 0, numTest: 0 },
  };
}
