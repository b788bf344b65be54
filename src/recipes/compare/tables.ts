/** A comparison as Markdown: floors on top, methods best first, and what failed or cannot be. */
import { ALL_METHODS, type Estimate, probes, renderSelection, selectWithoutLabels } from "../../evaluate/index.js";
import { type CompareResults, sweepRowOf } from "./results.js";
import { type EncoderSummary, type MethodSummary, scoreNames, sortedBy, summarise } from "./summary.js";

export interface TableOptions {
  /** The score that methods are sorted by; default the first of the report. */
  readonly sortBy?: string;
}

/** The whole section of a comparison, from its heading (of level 2) on. */
export function renderTables(results: CompareResults, options: TableOptions = {}): string {
  const names = scoreNames(results).filter((score) => !UNSHOWN.has(score) || score === options.sortBy);
  const sortBy = options.sortBy ?? names[0] ?? "";
  const encoders = summarise(results);
  const parts = [
    `## ${results.title}`,
    [factsOf(results), ...results.notes].join(" "),
    ...encoders.flatMap((summary) => [
      `### ${summary.encoder}`,
      encoderTable(summary, names, sortBy, results.seeds.length),
    ]),
    ...impossibleList(results),
    ...failureList(results),
    ...selectionPart(results),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** "kNN 20", "5 labels a class": a score by its short name, or by the title its probe has in reports. */
export function scoreTitle(score: string): string {
  const [key, name] = score.split("/");
  if (key === "fewShot") return `${name} ${name === "1" ? "label" : "labels"} a class`;
  const title = SHORT_TITLES[score] ?? Object.values(probes).find(({ reportKey }) => reportKey === key)?.title ?? key!;
  return name === undefined || score in SHORT_TITLES ? title : `${title}, ${name}`;
}

const SHORT_TITLES: Readonly<Record<string, string>> = {
  knn: "kNN 20",
  knn200: "kNN 200",
  linear: "linear",
  meanAveragePrecision: "mAP",
  "clustering/nmi": "NMI",
  "clustering/ari": "ARI",
};

/** Kept in results.json, but told by another column already. */
const UNSHOWN = new Set(["retrieval", "clustering/ari", "fewShot/10"]);

/** The name of a floor in words. */
export function floorTitle(floor: string): string {
  return FLOOR_TITLES[floor] ?? floor;
}

const FLOOR_TITLES: Readonly<Record<string, string>> = {
  rawPixels: "raw pixels",
  randomInit: "random init",
  pca: "PCA of pixels",
};

/** "43.2 ± 1.1"; without an interval where there is none. */
export function inPercent(estimate: Estimate | undefined, signed = false): string {
  if (estimate === undefined || !Number.isFinite(estimate.mean)) return "–";
  const sign = signed && estimate.mean > 0 ? "+" : "";
  const mean = `${sign}${(100 * estimate.mean).toFixed(1)}`.replace("-", "−");
  const half = (estimate.high - estimate.low) / 2;
  // Equal measurements are apart by what rounding makes of them.
  return half > 1e-9 ? `${mean} ± ${(100 * half).toFixed(1)}` : mean;
}

/** "3,300 steps": how long all cells, or those of each method, trained. */
export function budgetInWords({ budget }: Pick<CompareResults, "budget">): string {
  if ("steps" in budget) {
    if (typeof budget.steps === "number") return `${count(budget.steps)} steps for every cell`;
    const byEncoder = Object.entries(budget.steps).map(([encoder, steps]) => `${count(steps)} on ${encoder}`);
    return `steps for every cell: ${byEncoder.join(", ")}`;
  }
  if ("epochs" in budget) return `${budget.epochs} epochs for every cell`;
  return (
    `${budget.cpuMinutes} processor minutes for every cell, turned into steps once for each method on each encoder ` +
    "so that all its seeds make the same updates"
  );
}

function factsOf(results: CompareResults): string {
  const { numImages, numHeldOut, imageSize, channels, seeds, machine, rows } = results;
  const { numTrain = 0, numTest = 0 } = rows.find(({ failure }) => failure === undefined) ?? {};
  const seedsInWords =
    seeds.length === 1 ? "One seed, so no interval over seeds." : `${seeds.length} seeds (${seeds.join(", ")}).`;
  return [
    `${count(numImages)} images of ${imageSize} × ${imageSize} pixels${channels === 1 ? ", gray," : ""} to train on, ` +
      `${count(numHeldOut)} held out, the same ones for all cells; probes learn from ${count(numTrain)} labels and are asked ` +
      `about ${count(numTest)} images.`,
    `Budget: ${budgetInWords(results)}.`,
    `${seedsInWords} A number is the mean over seeds with Student's 95 % interval; a seed decides start, batches and views.`,
    `${machine}.`,
  ].join(" ");
}

function encoderTable(summary: EncoderSummary, names: readonly string[], sortBy: string, numSeeds: number): string {
  const { chance, floors, methods } = summary;
  const blank = ["", "", "", "", ""];
  const chanceRow = ["chance", ...names.map((name) => inPercent(exact(chance[name]))), ...blank];
  const rows = [
    chanceRow,
    ...floors.map(({ name, scores }) => [
      floorTitle(name),
      ...names.map((score) => inPercent(scores[score])),
      ...blank,
    ]),
    ...sortedBy(methods, sortBy).map((method) => methodRow(method, names, sortBy, numSeeds)),
  ];
  const gain = `${scoreTitle(sortBy)} over random init`;
  return markdownTable(["%", ...names.map(scoreTitle), gain, "doctor", "steps", "CPU min", "seeds"], rows);
}

function methodRow(method: MethodSummary, names: readonly string[], sortBy: string, numSeeds: number): string[] {
  const { scores, gains, verdicts, steps, cpuSeconds, rows } = method;
  const judged = Object.entries(verdicts).map(([verdict, n]) =>
    Object.keys(verdicts).length === 1 ? verdict : `${n} × ${verdict}`,
  );
  return [
    `**${method.method}**`,
    ...names.map((name) => inPercent(scores[name])),
    inPercent(gains[sortBy], true),
    judged.join(", "),
    count(steps),
    rows.length === 0 ? "–" : (cpuSeconds / 60).toFixed(1),
    rows.length === numSeeds ? String(numSeeds) : `${rows.length} of ${numSeeds}`,
  ];
}

function exact(mean: number | undefined): Estimate | undefined {
  return mean === undefined ? undefined : { mean, low: mean, high: mean, n: 1 };
}

function impossibleList({ impossible }: CompareResults): string[] {
  if (impossible.length === 0) return [];
  const lines = impossible.map(({ method, encoder, reason }) => `- ${method} on ${encoder}: ${reason}`);
  return [`Not possible:\n\n${lines.join("\n")}`];
}

function failureList({ rows }: CompareResults): string[] {
  const failed = rows.filter(({ failure }) => failure !== undefined);
  if (failed.length === 0) return [];
  return [`Without scores:\n\n${failed.map(({ cell, failure }) => `- ${cell}: ${failure}`).join("\n")}`];
}

/** Accuracies that scores without labels are held against. */
const SELECTED_BY = ["knn", "linear"];

function selectionPart({ rows }: CompareResults): string[] {
  const scored = rows.filter(({ failure }) => failure === undefined).map(sweepRowOf);
  const found = selectWithoutLabels(scored).filter(
    ({ scope, accuracy }) => scope === ALL_METHODS && SELECTED_BY.includes(accuracy),
  );
  if (found.length === 0) return [];
  return ["### Would scores without labels have picked the same?", renderSelection(found)];
}

export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = heads.map((_, column) => (column === 0 ? "---" : "---:"));
  return [heads, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
