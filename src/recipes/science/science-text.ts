/** The results of the science recipe as text. */
import type { Estimate } from "../../evaluate/index.js";
import { type DesignTrial, type MethodScore, TOLERANCE } from "./design-trial.js";
import type { LabelEfficiencyRow } from "./label-efficiency.js";

/** Learners down, numbers of labels across: R² and relative error with their intervals over draws. */
export function renderRegression(rows: readonly LabelEfficiencyRow[], numTest: number): string {
  const counts = [...new Set(rows.map(({ numLabels }) => numLabels))];
  const learners = [...new Set(rows.map(({ learner }) => learner))];
  const cellOf = (learner: string, numLabels: number) => {
    const row = rows.find((other) => other.learner === learner && other.numLabels === numLabels);
    if (row === undefined) return "";
    const { r2, relativeError } = row;
    return `${r2.mean.toFixed(3)} ±${halfWidth(r2).toFixed(3)} ${percent(relativeError.mean)}`;
  };
  const numDraws = rows[0]?.r2.n ?? 0;
  return [
    `R² of ln k on ${numTest.toLocaleString("en-US")} other materials (x and y), ± 95 % over ${numDraws} draws of labels; mean |k̂/k − 1|`,
    ...alignColumns([
      ["learner", ...counts.map((count) => `${count.toLocaleString("en-US")} labels`)],
      ...learners.map((learner) => [learner, ...counts.map((count) => cellOf(learner, count))]),
    ]),
  ].join("\n");
}

/** Methods down; the solver's verdict across. */
export function renderDesigns({ scores, targets }: DesignTrial): string {
  const kinds = [...new Set(scores.map(({ kind }) => kind))];
  const title = (kind: MethodScore["kind"]) => {
    const n = kind === "all" ? targets.length : targets.filter((target) => target.kind === kind).length;
    if (kind === "all") return `all ${n} targets`;
    return kind === "like" ? `${n} like known materials` : `${n} beyond them`;
  };
  const lines = kinds.map((kind) => [
    title(kind),
    ...alignColumns([
      ["method", "error", `within ${percent(TOLERANCE)}`, "95 %", "fooled"],
      ...scores
        .filter((score) => score.kind === kind)
        .map(({ method, numChecks, error, success, numFooled }) => [
          `${method}, ${numChecks} ${numChecks === 1 ? "check" : "checks"}`,
          `${percent(error.mean)} ±${percent(halfWidth(error))}`,
          `${Math.round(success.mean * success.n)} of ${success.n}`,
          `${percent(success.low)} to ${percent(success.high)}`,
          `${numFooled}`,
        ]),
    ]),
  ]);
  return [
    "Designs checked by the solver. fooled: the surrogate promised success and the solver found failure",
    ...lines.flat(),
  ].join("\n");
}

/** Columns padded to one width, the first to the left, the others to the right. */
function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) => {
    const cells = row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)));
    return `  ${cells.join("   ")}`.trimEnd();
  });
}

function halfWidth({ low, high }: Estimate): number {
  return (high - low) / 2;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 && share > 0 ? 1 : 0)} %`;
}
