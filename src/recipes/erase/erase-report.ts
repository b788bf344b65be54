/** What each augmentation erases and what it gains, as numbers, a table and advice. */
import { type Estimate, meanEstimate } from "../../evaluate/index.js";
import type { FeatureReport, WhatAndWhere } from "./what-and-where.js";

/** One training. */
export interface EraseCell {
  readonly condition: string;
  readonly seed: number;
  readonly report: FeatureReport;
}

export interface EraseReport {
  readonly data: string;
  readonly numTrain: number;
  readonly numTest: number;
  readonly numClasses?: number;
  readonly steps: number;
  readonly objective: string;
  readonly encoder: string;
  readonly seeds: readonly number[];
  /** Augmentations of the full recipe, in a word each. */
  readonly stepNames: readonly string[];
  readonly conditions: readonly string[];
  readonly factors: readonly string[];
  readonly cells: readonly EraseCell[];
  readonly floors: { readonly rawPixels: WhatAndWhere; readonly randomInit: readonly FeatureReport[] };
}

export type FeatureKind = keyof FeatureReport;
/** "class" is recognition by the linear probe; any other name is a factor. */
export type Column = string;

export interface Effect {
  readonly step: string;
  readonly column: Column;
  /**
   * With the step minus without it, seed by seed: negative is erased, positive is gained; in R², or in shares of images
   * recognised.
   */
  readonly change: Estimate;
  readonly withStep: number;
  readonly withoutStep: number;
}

/** Recognition if there are labels, then the factors. */
export function columnsOf({ numClasses, factors }: EraseReport): readonly Column[] {
  return [...(numClasses === undefined ? [] : ["class"]), ...factors];
}

/** The kinds of features that were asked. */
export function kindsOf(report: EraseReport): readonly FeatureKind[] {
  return (["pooled", "projections", "grid"] as const).filter((kind) => report.cells[0]?.report[kind] !== undefined);
}

/** A column of one feature report; NaN where it was not asked. */
export function scoreOf(report: FeatureReport, kind: FeatureKind, column: Column): number {
  const found = report[kind];
  return (column === "class" ? found?.linear : found?.factors[column]) ?? Number.NaN;
}

/** The values of a condition, one a seed. */
export function scoresOf(report: EraseReport, condition: string, kind: FeatureKind, column: Column): number[] {
  return report.cells
    .filter((cell) => cell.condition === condition)
    .toSorted((a, b) => a.seed - b.seed)
    .map((cell) => scoreOf(cell.report, kind, column));
}

/** What each step does to each column, paired by seed: runs of one seed begin with the same weights. */
export function effectsOf(report: EraseReport, kind: FeatureKind): readonly Effect[] {
  return report.stepNames.flatMap((step) =>
    columnsOf(report).map((column) => {
      const withStep = scoresOf(report, "all", kind, column);
      const withoutStep = scoresOf(report, `without ${step}`, kind, column);
      const change = meanEstimate(withStep.map((value, i) => value - withoutStep[i]!));
      return { step, column, change, withStep: meanOf(withStep), withoutStep: meanOf(withoutStep) };
    }),
  );
}

/** What a factor is good for, in words for somebody who has a task. */
const USES: Readonly<Record<string, string>> = {
  position: "where things are (counting, pointing, tracking)",
  size: "how large or near things are",
  orientation: "which way up things are (a tilted part, 6 or 9)",
  colour: "colours (ripe or unripe, a warning light)",
};

/** Changes smaller than this are not worth advice, whatever their interval. */
const WORTH_MENTIONING = { factor: 0.05, class: 0.01 } as const;

/** Sentences that follow from the numbers: what to leave out for what, and what to keep for recognition. */
export function adviceOf(report: EraseReport): readonly string[] {
  const effects = effectsOf(report, "pooled");
  const isSure = ({ change, column }: Effect) => {
    const least = column === "class" ? WORTH_MENTIONING.class : WORTH_MENTIONING.factor;
    return Math.abs(change.mean) >= least && change.low * change.high > 0;
  };
  const sure = effects.filter(isSure).sort((a, b) => Math.abs(b.change.mean) - Math.abs(a.change.mean));
  const classOf = (step: string) => effects.find((effect) => effect.step === step && effect.column === "class");
  const sentences = sure.map((effect) => adviceFor(effect, classOf(effect.step)));
  const doubt = report.seeds.length < 2 ? ["One seed: what follows may be chance. Run with --seeds 3 or more."] : [];
  return [
    ...doubt,
    ...(sentences.length > 0 ? sentences : ["No single augmentation makes a difference that is sure."]),
  ];
}

function adviceFor({ step, column, change, withStep, withoutStep }: Effect, recognition: Effect | undefined): string {
  if (column === "class") {
    const points = `${(100 * Math.abs(change.mean)).toFixed(1)} points of recognition`;
    return change.mean > 0
      ? `Keep ${step} to tell kinds apart: it gains ${points}.`
      : `Leave ${step} out: it costs ${points}.`;
  }
  const use = USES[column] ?? column;
  const values = `R² ${withoutStep.toFixed(2)} without it, ${withStep.toFixed(2)} with it`;
  if (change.mean > 0) return `Keep ${step} if you need ${use}: ${values}.`;
  const price =
    recognition === undefined ? "" : `; recognition changes by ${signed(-100 * recognition.change.mean, 1)} points`;
  return `Leave ${step} out if you need ${use}: ${values}${price}.`;
}

/** Values by condition, effects by step, advice: plain text of at most 100 columns. */
export function renderErase(report: EraseReport): string {
  const kinds = kindsOf(report);
  const parts = [
    headline(report),
    ...kinds.map((kind) => renderValues(report, kind)),
    renderEffects(report),
    ["Advice", ...adviceOf(report).map((sentence) => `  ${sentence}`)].join("\n"),
  ];
  return parts.join("\n\n");
}

function headline({ data, numTrain, numTest, steps, objective, encoder, seeds, numClasses }: EraseReport): string {
  const count = (n: number) => n.toLocaleString("en-US");
  const classes = numClasses === undefined ? "" : `, ${numClasses} classes`;
  return (
    `${data}: ${count(numTrain)} images trained on, ${count(numTest)} asked about${classes}\n` +
    `${objective} on ${encoder}, ${count(steps)} steps a run, seeds ${seeds.join(", ")}`
  );
}

export const KIND_TITLES: Readonly<Record<FeatureKind, string>> = {
  pooled: "features of an image",
  projections: "what the objective compares",
  grid: "grid of places laid out",
};

function renderValues(report: EraseReport, kind: FeatureKind): string {
  const columns = columnsOf(report);
  const cellOf = (values: number[], column: Column) => {
    const { mean, low, high } = meanEstimate(values);
    if (!Number.isFinite(mean)) return "–";
    const shown = show(mean, column);
    return values.length < 2 ? shown : `${shown} ±${show((high - low) / 2, column)}`;
  };
  const { rawPixels, randomInit } = report.floors;
  const rowOf = (name: string, scores: (column: Column) => number[]) => [
    name,
    ...columns.map((column) => cellOf(scores(column), column)),
  ];
  const rows = [
    rowOf("raw pixels", (column) => [scoreOf({ pooled: rawPixels }, kind, column)]),
    rowOf("random init", (column) => randomInit.map((own) => scoreOf(own, kind, column))),
    ...report.conditions.map((name) => rowOf(name, (column) => scoresOf(report, name, kind, column))),
  ].filter((row) => row.slice(1).some((cell) => cell !== "–"));
  const titles = columns.map((column) => (column === "class" ? "class, %" : `${column}, R²`));
  return aligned([[KIND_TITLES[kind], ...titles], ...rows]);
}

function renderEffects(report: EraseReport): string {
  const columns = columnsOf(report);
  const effects = effectsOf(report, "pooled");
  const rows = report.stepNames.map((step) => [
    step,
    ...columns.map((column) => {
      const { change } = effects.find((effect) => effect.step === step && effect.column === column)!;
      const isSure = change.n > 1 && change.low * change.high > 0;
      return `${signedFor(change.mean, column)}${isSure ? "*" : " "}`;
    }),
  ]);
  const note = report.seeds.length > 1 ? "* the 95 % interval over seeds leaves out 0" : "one seed: no intervals";
  const titles = columns.map((column) => (column === "class" ? "class, points" : column));
  return `${aligned([["what it adds (all − without)", ...titles], ...rows])}\n${note}`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd();
  return [line(rows[0]!), widths.map((width) => "─".repeat(width)).join("  "), ...rows.slice(1).map(line)].join("\n");
}

function show(value: number, column: Column): string {
  if (!Number.isFinite(value)) return "–";
  if (column === "class") return (100 * value).toFixed(1);
  return value < 0 ? signed(value, 2) : value.toFixed(2);
}

function signedFor(value: number, column: Column): string {
  return column === "class" ? signed(100 * value, 1) : signed(value, 2);
}

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
