/** What the seeds of a method say together, beside the floors of its encoder. */
import { type Estimate, meanEstimate } from "../../evaluate/index.js";
import type { CellRow, CompareResults, FlatScores } from "./results.js";

/** A method on an encoder, over its seeds. */
export interface MethodSummary {
  readonly method: string;
  readonly encoder: string;
  /** Cells with scores. */
  readonly rows: readonly CellRow[];
  /** Cells that ended without. */
  readonly failed: readonly CellRow[];
  /** By name of the score, over the seeds. */
  readonly scores: Readonly<Record<string, Estimate>>;
  /** The same less what the same encoder had with the same seed before training. */
  readonly gains: Readonly<Record<string, Estimate>>;
  /** How many cells ended in each verdict of the doctor, failed ones included. */
  readonly verdicts: Readonly<Record<string, number>>;
  readonly steps: number;
  /** Mean over the seeds. */
  readonly cpuSeconds: number;
}

/** What is reached on an encoder without training it. */
export interface FloorSummary {
  readonly name: string;
  readonly scores: Readonly<Record<string, Estimate>>;
}

export interface EncoderSummary {
  readonly encoder: string;
  /** By score. */
  readonly chance: FlatScores;
  readonly floors: readonly FloorSummary[];
  /** In the order of the results. */
  readonly methods: readonly MethodSummary[];
}

/** Every encoder of a comparison that has a cell. */
export function summarise(results: CompareResults): EncoderSummary[] {
  return results.encoders.flatMap((encoder) => {
    const rows = results.rows.filter((row) => row.encoder === encoder);
    if (rows.length === 0) return [];
    const scored = rows.filter(hasScores);
    const names = results.methods.filter((method) => rows.some((row) => row.method === method));
    return {
      encoder,
      chance: scored[0]?.chance ?? {},
      floors: floorsOf(scored),
      methods: names.map((method) =>
        summaryOf(
          method,
          encoder,
          rows.filter((row) => row.method === method),
        ),
      ),
    };
  });
}

/** The names of all scores there are, in the order of the report. */
export function scoreNames(results: Pick<CompareResults, "rows">): string[] {
  return [...new Set(results.rows.flatMap(({ scores }) => Object.keys(scores)))];
}

/** Best first by a score; methods without it come last. */
export function sortedBy(methods: readonly MethodSummary[], score: string): MethodSummary[] {
  const meanOf = ({ scores }: MethodSummary) => scores[score]?.mean ?? Number.NEGATIVE_INFINITY;
  return methods.toSorted((a, b) => meanOf(b) - meanOf(a));
}

export const RANDOM_INIT = "randomInit";

function summaryOf(method: string, encoder: string, all: readonly CellRow[]): MethodSummary {
  const rows = all.filter(hasScores);
  const gains = rows.map(({ scores, floors }) => differences(scores, floors[RANDOM_INIT] ?? {}));
  return {
    ...{ method, encoder, rows },
    failed: all.filter((row) => !hasScores(row)),
    scores: estimatesOf(rows.map(({ scores }) => scores)),
    gains: estimatesOf(gains),
    verdicts: countsOf(all.map(({ verdict }) => verdict)),
    steps: all[0]!.steps,
    cpuSeconds: rows.reduce((sum, row) => sum + row.cpuSeconds, 0) / Math.max(1, rows.length),
  };
}

function hasScores({ failure }: CellRow): boolean {
  return failure === undefined;
}

/** One value a seed, whatever cells of it there are: raw pixels have no seeds, and then no interval either. */
function floorsOf(rows: readonly CellRow[]): FloorSummary[] {
  const names = [...new Set(rows.flatMap(({ floors }) => Object.keys(floors)))];
  const seeds = [...new Set(rows.map(({ seed }) => seed))];
  return names.map((name) => {
    const ofSeeds = seeds.map((seed) => {
      const same = rows.filter((row) => row.seed === seed).map(({ floors }) => floors[name] ?? {});
      return Object.fromEntries(Object.entries(estimatesOf(same)).map(([score, { mean }]) => [score, mean]));
    });
    return { name, scores: estimatesOf(ofSeeds) };
  });
}

function estimatesOf(all: readonly Readonly<Record<string, number>>[]): Record<string, Estimate> {
  const names = [...new Set(all.flatMap((scores) => Object.keys(scores)))];
  const valuesOf = (name: string) => all.flatMap((scores) => scores[name] ?? []);
  return Object.fromEntries(names.map((name) => [name, meanEstimate(valuesOf(name))]));
}

function differences(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const common = Object.keys(a).filter((name) => b[name] !== undefined);
  return Object.fromEntries(common.map((name) => [name, a[name]! - b[name]!]));
}

function countsOf(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
