/** The report on several futures as tables for the terminal: the same rows in each, one question a table. */
import type { Estimate } from "../intervals.js";
import { alignedTable } from "../thorough-table.js";
import type { FuturesReport, FuturesRow } from "./futures-report.js";
import { goalsMet, type PluralityGoalName, pluralityGoals } from "./plurality-goals.js";

/** Name of a column, and its cell of a row; `goal` stands below the header. */
interface Column {
  readonly header: string;
  readonly goal?: string;
  cellOf(row: FuturesRow): string;
}

/** Aligned plain text, at most 100 columns with up to three counts: error, precision and coverage, probabilities, spread, energy. */
export function renderFutures(report: FuturesReport): string {
  const { rows, numElsewhere } = report;
  const sections = [
    renderFacts(report),
    tableOf(`distance, ${report.unit}`, rows, errorColumns(report)),
    tableOf("modes, %", rows, modeColumns(report)),
    tableOf("probabilities", rows, probabilityColumns()),
    ...(numElsewhere > 0 ? [tableOf(`spread, ${report.unit}`, rows, spreadColumns())] : []),
    ...(rows.some(({ energy }) => energy) ? [tableOf("energy", rows, energyColumns())] : []),
    renderGoals(rows),
  ];
  return sections.join("\n\n");
}

function renderFacts({ rows, numBranching, numElsewhere, threshold, unit }: FuturesReport): string {
  return [
    `${count(numBranching)} trials that branch, ${count(numElsewhere)} that do not; a mode is hit within ${threshold} ${unit}`,
    "in parentheses 95 % intervals: Wilson for shares, else bootstrap over trials",
    "K futures a trial, so that z holds log2 K bits at most:",
    rows.map(({ name, numFutures }) => `${name} ${numFutures}`).join(", "),
  ].join("\n");
}

function errorColumns({ rows, numModes }: FuturesReport): Column[] {
  return [
    ...rows[0]!.bestOf.map(({ k }, i) => ({
      header: `best of ${k}`,
      cellOf: ({ bestOf }: FuturesRow) => cell(bestOf[i]!.error, decimal),
    })),
    {
      header: `best of ${numModes} ÷ twin`,
      goal: pluralityGoals.ratio.goal,
      cellOf: ({ ratio }) => cell(ratio, decimal),
    },
  ];
}

function modeColumns({ rows, unit }: FuturesReport): Column[] {
  return [
    { header: `to nearest, ${unit}`, cellOf: ({ nearestMode }) => cell(nearestMode, decimal) },
    { header: "spurious", goal: "≤ 5", cellOf: ({ spurious }) => cell(spurious, percent) },
    ...rows[0]!.coverage.map(({ k }, i) => ({
      header: `all hit by ${k}`,
      ...(i === 0 && { goal: "≥ 95" }),
      cellOf: ({ coverage }: FuturesRow) => cell(coverage[i]!.all, percent),
    })),
  ];
}

function probabilityColumns(): Column[] {
  return [
    {
      header: "|p̂ − p|, worst",
      goal: pluralityGoals.calibration.goal,
      cellOf: ({ calibration }) => cell(calibration.gap, decimal),
    },
    { header: "Brier", cellOf: ({ calibration }) => cell(calibration.brier, decimal) },
    { header: "truth", cellOf: ({ calibration }) => decimal(calibration.truth.brier) },
    { header: "log loss, nats", cellOf: ({ calibration }) => cell(calibration.logLoss, decimal) },
    { header: "truth", cellOf: ({ calibration }) => decimal(calibration.truth.logLoss) },
  ];
}

function spreadColumns(): Column[] {
  return [
    { header: "at branches", cellOf: ({ spread }) => cell(spread.branching, decimal) },
    { header: "elsewhere", cellOf: ({ spread }) => cell(spread.elsewhere, decimal) },
    { header: "ratio", goal: pluralityGoals.spread.goal, cellOf: ({ spread }) => cell(spread.ratio, decimal) },
  ];
}

function energyColumns(): Column[] {
  return [
    { header: "wells, %", goal: "≥ 95", cellOf: ({ energy }) => cell(energy?.wells, percent) },
    { header: "depth", cellOf: ({ energy }) => cell(energy?.margin, (value) => value.toPrecision(3)) },
    { header: "AUROC", cellOf: ({ energy }) => cell(energy?.auroc, decimal) },
  ];
}

/** A row of goals below the header, if any column has one. */
function tableOf(title: string, rows: readonly FuturesRow[], columns: readonly Column[]): string {
  const goals = ["goal", ...columns.map(({ goal = "" }) => goal)];
  const cells = rows.map((row) => [row.name, ...columns.map(({ cellOf }) => cellOf(row))]);
  const hasGoals = goals.slice(1).some((goal) => goal !== "");
  return alignedTable([title, ...columns.map(({ header }) => header)], hasGoals ? [goals, ...cells] : cells);
}

function renderGoals(rows: readonly FuturesRow[]): string {
  const lines = rows.map((row) => {
    const met = Object.entries(goalsMet(row)) as [PluralityGoalName, boolean][];
    const missed = met.flatMap(([name, isMet]) => (isMet ? [] : [pluralityGoals[name].name]));
    const rest = missed.length === 0 ? "" : `; not: ${missed.join(", ")}`;
    return `${row.name}: ${met.length - missed.length} of ${met.length} goals${rest}`;
  });
  return lines.join("\n");
}

/** "–" where it was not measured, or there is nothing to measure. */
function cell(estimate: Estimate | undefined, show: (value: number) => string): string {
  if (estimate === undefined || Number.isNaN(estimate.mean)) return "–";
  return `${show(estimate.mean)} (${show(estimate.low)}–${show(estimate.high)})`;
}

function decimal(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "∞";
  return value >= 1000 ? value.toPrecision(2) : value.toFixed(2).replace("-", "−");
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
