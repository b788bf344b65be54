/** Loss and meters over time: one small panel for each quantity, from the lines of `metrics.jsonl`. */

import type { MetricLine } from "../doctor/index.js";
import { SIGREG_FLOOR } from "../doctor/index.js";
import { type Axis, linearAxis, logAxis, spanAxis, tickLabel } from "./axis.js";
import { FAINT, HAIRLINE, INK, PALETTE, Sheet } from "./sheet.js";

export interface CurvesOptions {
  readonly lines: readonly MetricLine[];
  readonly title: string;
  readonly subtitle: string;
}

interface Series {
  readonly name: string;
  readonly steps: number[];
  /** NaN where the value was not finite. */
  readonly values: number[];
}

interface Panel {
  readonly title: string;
  readonly series: Series[];
  /** A level to compare with, and its name. */
  readonly reference?: { readonly value: number; readonly label: string };
}

const [PANEL_WIDTH, PANEL_HEIGHT] = [330, 170];
const [GAP_X, GAP_Y] = [28, 26];
const [MARGIN, HEADER] = [32, 84];
const [AXIS_WIDTH, TITLE_HEIGHT, STEP_HEIGHT] = [46, 24, 18];

const METER_TITLES: Readonly<Record<string, string>> = {
  std: "standard deviation",
  meanNormRatio: "mean-norm ratio",
  effectiveRank: "effective rank",
  sigreg: "SIGReg T",
  sigregPerImage: "SIGReg T / N",
};

/** Meters of the doctor that are read in one place alone: panel and series by "<part>/<meter>". */
const PART_PANELS: Readonly<Record<string, readonly [panel: string, series: string]>> = {
  "pairs/positiveSimilarity": ["cosine of views", "same image"],
  "pairs/negativeSimilarity": ["cosine of views", "other image"],
  "pairs/alignment": ["alignment", ""],
  "pairs/uniformity": ["uniformity", ""],
  "target/featureCosine": ["cosine with the target", ""],
  "temporal/stdRatio": ["std in time / over sequences", ""],
};

/** Lines of the trainer that are no loss terms. */
const SIDE_TITLES: Readonly<Record<string, string>> = {
  gradientNorm: "gradient norm",
  targetDrift: "distance of the target",
  emaDecay: "share that the target keeps",
  learningRate: "learning rate",
  imagesPerSecond: "images per second",
};

/**
 * Draw every quantity that has a value: losses first, then meters (projections and features in one panel), then the rest.
 * Axes are logarithmic where positive values span a factor of 50. Dense curves are drawn faint under their running mean;
 * a value that was not finite leaves a gap.
 */
export function drawCurves({ lines, title, subtitle }: CurvesOptions): Sheet {
  const panels = panelsOf(lines);
  const columns = panels.length >= 5 ? 3 : Math.min(2, Math.max(1, panels.length));
  const rows = Math.max(1, Math.ceil(panels.length / columns));
  const width = 2 * MARGIN + Math.max(columns, 2) * (PANEL_WIDTH + GAP_X) - GAP_X;
  const sheet = new Sheet(width, HEADER + rows * (PANEL_HEIGHT + GAP_Y) - GAP_Y + MARGIN);
  sheet.heading(title, subtitle, MARGIN);
  if (panels.length === 0) sheet.text("No values yet.", MARGIN, HEADER + 20, { color: FAINT });
  for (const [i, panel] of panels.entries()) {
    const x = MARGIN + (i % columns) * (PANEL_WIDTH + GAP_X);
    drawPanel(sheet, panel, x, HEADER + Math.floor(i / columns) * (PANEL_HEIGHT + GAP_Y));
  }
  return sheet;
}

function panelsOf(lines: readonly MetricLine[]): Panel[] {
  const panels = new Map<string, Panel & { readonly order: number }>();
  for (const { step, name, value } of lines) {
    const place = placeOf(name);
    if (place === undefined) continue;
    const { key, seriesName, order } = place;
    const isT = key === METER_TITLES.sigreg;
    const reference = isT ? { reference: { value: SIGREG_FLOOR, label: "floor 1.05" } } : {};
    const panel = panels.get(key) ?? { title: key, series: [], order, ...reference };
    panels.set(key, panel);
    let series = panel.series.find((candidate) => candidate.name === seriesName);
    if (series === undefined) {
      series = { name: seriesName, steps: [], values: [] };
      panel.series.push(series);
    }
    series.steps.push(step);
    series.values.push(value ?? Number.NaN);
  }
  return [...panels.values()]
    .filter(({ series }) => series.some(({ values }) => values.some(Number.isFinite)))
    .sort((a, b) => a.order - b.order);
}

/** Panel and series of a metric's name; undefined for what is not a curve. */
function placeOf(name: string): { key: string; seriesName: string; order: number } | undefined {
  const [root, second, third] = name.split("/");
  if (root === "doctor" && second !== undefined && third !== undefined) {
    if (second === "data" && third === "unseenLoss") return { key: "loss", seriesName: "unseen images", order: 0 };
    if (second === "gradients") return { key: "gradient norms", seriesName: third, order: 3 };
    const [panel, seriesName] = PART_PANELS[`${second}/${third}`] ?? [METER_TITLES[third], second];
    return panel === undefined ? undefined : { key: panel, seriesName, order: 2 };
  }
  const sideTitle = SIDE_TITLES[second ?? name];
  if (sideTitle !== undefined) return { key: sideTitle, seriesName: "", order: 3 };
  if (root !== "train" || second === undefined) return { key: name, seriesName: "", order: 3 };
  return second === "total"
    ? { key: "loss", seriesName: "", order: 0 }
    : { key: `loss: ${second}`, seriesName: "", order: 1 };
}

function drawPanel(sheet: Sheet, { title, series, reference }: Panel, x: number, y: number): void {
  const plot = {
    x: x + AXIS_WIDTH,
    y: y + TITLE_HEIGHT,
    width: PANEL_WIDTH - AXIS_WIDTH,
    height: PANEL_HEIGHT - TITLE_HEIGHT - STEP_HEIGHT,
  };
  const finite = series.flatMap(({ values }) => values.filter(Number.isFinite));
  const shown = reference === undefined ? finite : [...finite, reference.value];
  const valueAxis = axisFor(shown);
  const steps = series.flatMap((one) => one.steps);
  const [firstStep, lastStep] = [min(steps), max(steps)];
  const stepAxis = spanAxis(firstStep, lastStep);
  const toX = (step: number) => plot.x + clamp(stepAxis.at(step)) * plot.width;
  const toY = (value: number) => plot.y + (1 - clamp(valueAxis.at(value))) * plot.height;

  sheet.text(title, x, y + 12, { size: 12, isBold: true });
  drawGrid(sheet, plot, valueAxis, stepAxis, toX, toY);
  if (reference !== undefined) drawReference(sheet, plot, toY(reference.value), reference.label);
  const { context } = sheet;
  context.save();
  context.lineJoin = "round";
  for (const [i, one] of series.entries()) {
    const color = PALETTE[i % PALETTE.length]!;
    const points = one.values.map((value, at) => ({
      x: toX(one.steps[at]!),
      y: toY(value),
      isFinite: Number.isFinite(value),
    }));
    const isDense = points.length > 150 && isNoisy(one.values);
    drawLine(sheet, points, color, isDense ? 0.25 : 1);
    if (isDense) {
      const smooth = runningMean(one.values, Math.ceil(points.length / 60));
      drawLine(
        sheet,
        points.map((point, at) => ({ ...point, y: toY(smooth[at]!) })),
        color,
        1,
      );
    }
  }
  context.restore();
  drawKey(sheet, series, x + PANEL_WIDTH, y + 12);
}

interface Plot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

type Place = (value: number) => number;

function drawGrid(sheet: Sheet, plot: Plot, valueAxis: Axis, stepAxis: Axis, toX: Place, toY: Place): void {
  const { context } = sheet;
  for (const tick of valueAxis.ticks) {
    context.fillStyle = HAIRLINE;
    context.fillRect(plot.x, toY(tick) - 0.375, plot.width, 0.75);
    sheet.text(tickLabel(tick), plot.x - 6, toY(tick) + 3.5, { size: 10, color: FAINT, align: "right" });
  }
  for (const [i, tick] of stepAxis.ticks.entries()) {
    const isLast = i === stepAxis.ticks.length - 1;
    const label = isLast ? `step ${tickLabel(tick)}` : tickLabel(tick);
    const align = i === 0 && !isLast ? "left" : toX(tick) > plot.x + 0.85 * plot.width ? "right" : "center";
    sheet.text(label, toX(tick), plot.y + plot.height + 14, { size: 10, color: FAINT, align });
  }
}

function drawReference(sheet: Sheet, plot: Plot, y: number, label: string): void {
  const { context } = sheet;
  context.save();
  context.strokeStyle = INK;
  context.globalAlpha = 0.5;
  context.lineWidth = 1;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(plot.x, y);
  context.lineTo(plot.x + plot.width, y);
  context.stroke();
  context.restore();
  sheet.text(label, plot.x + plot.width - 2, y - 4, { size: 10, color: FAINT, align: "right" });
}

function drawLine(
  sheet: Sheet,
  points: readonly { x: number; y: number; isFinite: boolean }[],
  color: string,
  alpha: number,
): void {
  const { context } = sheet;
  context.globalAlpha = alpha;
  context.strokeStyle = color;
  context.lineWidth = 1.6;
  context.beginPath();
  let isPenDown = false;
  for (const point of points) {
    if (point.isFinite && isPenDown) context.lineTo(point.x, point.y);
    else if (point.isFinite) context.moveTo(point.x, point.y);
    isPenDown = point.isFinite;
  }
  context.stroke();
  context.globalAlpha = 1;
  if (points.length === 1 && points[0]!.isFinite) {
    context.fillStyle = color;
    context.fillRect(points[0]!.x - 2, points[0]!.y - 2, 4, 4);
  }
}

/** Names of the series at the right of the title, in their colours. */
function drawKey(sheet: Sheet, series: readonly Series[], right: number, y: number): void {
  let at = right;
  for (const [i, { name }] of [...series.entries()].reverse()) {
    if (name === "") continue;
    sheet.text(name, at, y, { size: 10, color: PALETTE[i % PALETTE.length]!, align: "right" });
    at -= sheet.measure(name, { size: 10 }) + 10;
  }
}

function axisFor(values: readonly number[]): Axis {
  const [low, high] = [min(values), max(values)];
  if (low > 0 && high / low > 50) return logAxis(low, high);
  return linearAxis(low > 0 && low < 0.4 * high ? 0 : low, high);
}

/** Whether a curve goes up and down rather than along: its path is many times its range. */
function isNoisy(values: readonly number[]): boolean {
  const finite = values.filter(Number.isFinite);
  const path = finite.slice(1).reduce((sum, value, i) => sum + Math.abs(value - finite[i]!), 0);
  return path > 4 * (max(finite) - min(finite));
}

/** Mean of the finite values within `radius` places. */
function runningMean(values: readonly number[], radius: number): number[] {
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - radius), i + radius + 1).filter(Number.isFinite);
    return near.reduce((sum, value) => sum + value, 0) / Math.max(1, near.length);
  });
}

function min(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}

function max(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
