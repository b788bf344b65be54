/** Violation of expectation as tables for the terminal. */
import type { Estimate } from "../intervals.js";
import { alignedTable } from "../thorough-table.js";
import type { PhysicsReport, PhysicsRow } from "./physics-report.js";
import { isAtChance, type ViolationScores } from "./scores.js";
import type { Reduction } from "./surprise.js";

const TITLES: Readonly<Record<Reduction, string>> = {
  mean: "mean surprise, %",
  max: "highest surprise, %",
};

/** Aligned plain text, at most 100 columns: a table by the mean and one by the maximum of an episode's surprise. */
export function renderPhysics({ rows, numHeldOut }: PhysicsReport): string {
  const facts = [
    "pairwise: the impossible episode surprises more than its twin; chance is 50 everywhere",
    numHeldOut > 0
      ? `absolute: told by the 90th percentile of ${count(numHeldOut)} held-out possible episodes; 95 is the most to expect`
      : "absolute: left out, there are no held-out possible episodes",
    "in parentheses 95 % intervals: Wilson for shares, bootstrap for AUROC",
  ];
  const tables = (["mean", "max"] as const).map((reduction) => renderReduction(rows, reduction));
  return [facts.join("\n"), ...tables, ...renderControls(rows)].join("\n\n");
}

/**
 * Several subjects side by side: a model, its untrained twin, pixel difference. Each class one row.
 * @param reports by subject, all of the same classes
 */
export function renderPhysicsComparison(
  reports: Readonly<Record<string, PhysicsReport>>,
  {
    score = "pairwise",
    reduction = "mean",
  }: { readonly score?: keyof ViolationScores; readonly reduction?: Reduction },
): string {
  const subjects = Object.entries(reports);
  const rows = (subjects[0]?.[1].rows ?? []).map(({ name, kind, numPairs }) => [
    titleOf(name, kind),
    count(numPairs),
    ...subjects.map(([, { rows: others }]) => cell(others.find((row) => row.name === name)?.scores[reduction][score])),
  ]);
  return alignedTable([`${score} by ${TITLES[reduction]}`, "pairs", ...subjects.map(([name]) => name)], rows);
}

function renderReduction(rows: readonly PhysicsRow[], reduction: Reduction): string {
  const cells = rows.map(({ name, kind, numPairs, scores }) => {
    const { pairwise, absolute, auroc } = scores[reduction];
    return [titleOf(name, kind), count(numPairs), cell(pairwise), cell(absolute), cell(auroc)];
  });
  return alignedTable([TITLES[reduction], "pairs", "pairwise", "absolute", "AUROC"], cells);
}

/** One sentence a control: whether it did what it should, nothing. */
function renderControls(rows: readonly PhysicsRow[]): string[] {
  const lines = rows.flatMap(({ name, kind, scores }) => {
    if (kind !== "control") return [];
    const verdicts = (["mean", "max"] as const).map((reduction) => {
      const { pairwise } = scores[reduction];
      const verdict = isAtChance(pairwise) ? "at chance" : pairwise.mean > 0.5 ? "surprising" : "reassuring";
      return `${verdict} by the ${reduction === "mean" ? "mean" : "highest"} surprise`;
    });
    return [`control ${name}: ${verdicts.join(", ")}`];
  });
  return lines.length === 0 ? [] : [lines.join("\n")];
}

function titleOf(name: string, kind: PhysicsRow["kind"]): string {
  return kind === "control" ? `control: ${name}` : name;
}

function cell(estimate: Estimate | undefined): string {
  if (estimate === undefined) return "–";
  return `${percent(estimate.mean)} (${percent(estimate.low)}–${percent(estimate.high)})`;
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
