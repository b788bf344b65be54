/** A dot plot: one line a thing that was measured several times, each measurement a dot, their mean with its interval. */
import type { Estimate } from "../intervals.js";
import { type Axis, linearAxis, tickLabel } from "./axis.js";
import { FAINT, HAIRLINE, INK, PALETTE, Sheet } from "./sheet.js";

export interface DotRow {
  readonly name: string;
  readonly values: readonly number[];
  readonly estimate: Estimate;
  /** At the right end of the line: a verdict, a remark. */
  readonly note?: string;
}

/** A level that all rows of a panel are held against. */
export interface DotReference {
  readonly name: string;
  readonly value: number;
}

export interface DotPanel {
  readonly title: string;
  readonly rows: readonly DotRow[];
  readonly references: readonly DotReference[];
}

export interface DotPlotOptions {
  readonly title: string;
  readonly subtitle: string;
  readonly panels: readonly DotPanel[];
  /** What is measured, below the axis. */
  readonly axisLabel: string;
}

const [MARGIN, HEADER] = [32, 84];
const [PLOT_WIDTH, ROW_HEIGHT] = [420, 24];
const [TITLE_HEIGHT, REFERENCE_HEIGHT, AXIS_HEIGHT, PANEL_GAP] = [20, 14, 36, 22];
const [NAME_GAP, NOTE_GAP] = [14, 16];

/** Draw panels below each other on one common axis, which spans all values, intervals and references. */
export function drawDotPlot({ title, subtitle, panels, axisLabel }: DotPlotOptions): Sheet {
  const pen = new Sheet(1, 1);
  const rows = panels.flatMap((panel) => panel.rows);
  const widest = (texts: readonly string[], size: number) =>
    Math.max(0, ...texts.map((text) => pen.measure(text, { size })));
  const nameWidth = widest(
    rows.map(({ name }) => name),
    12,
  );
  const noteWidth = widest(
    rows.map(({ note = "" }) => note),
    11,
  );
  const left = MARGIN + nameWidth + NAME_GAP;
  const width = Math.max(
    left + PLOT_WIDTH + NOTE_GAP + noteWidth + MARGIN,
    2 * MARGIN + pen.measure(subtitle, { size: 12 }),
  );
  const heights = panels.map(heightOf);
  const sheet = new Sheet(width, HEADER + heights.reduce((sum, height) => sum + height + PANEL_GAP, 0) + MARGIN);
  sheet.heading(title, subtitle, MARGIN);
  const axis = axisOf(panels);
  let top = HEADER;
  for (const [i, panel] of panels.entries()) {
    drawPanel(sheet, panel, { axis, left, top, color: PALETTE[i % PALETTE.length]! });
    top += heights[i]! + PANEL_GAP;
  }
  sheet.text(axisLabel, left + PLOT_WIDTH / 2, top - PANEL_GAP + 10, { size: 11, color: FAINT, align: "center" });
  return sheet;
}

interface Place {
  readonly axis: Axis;
  readonly left: number;
  readonly top: number;
  readonly color: string;
}

function heightOf({ rows, references }: DotPanel): number {
  return TITLE_HEIGHT + references.length * REFERENCE_HEIGHT + Math.max(1, rows.length) * ROW_HEIGHT + AXIS_HEIGHT;
}

function axisOf(panels: readonly DotPanel[]): Axis {
  const values = panels.flatMap(({ rows, references }) => [
    ...references.map(({ value }) => value),
    ...rows.flatMap((row) => [...row.values, row.estimate.low, row.estimate.high]),
  ]);
  if (values.length === 0) return linearAxis(0, 1);
  const least = values.reduce((a, b) => Math.min(a, b));
  return linearAxis(
    least,
    values.reduce((a, b) => Math.max(a, b)),
    6,
  );
}

function drawPanel(sheet: Sheet, { title, rows, references }: DotPanel, place: Place): void {
  const { axis, left, top, color } = place;
  const toX = (value: number) => left + axis.at(value) * PLOT_WIDTH;
  sheet.text(title, MARGIN, top + 12, { size: 13, isBold: true });
  const plotTop = top + TITLE_HEIGHT + references.length * REFERENCE_HEIGHT;
  const plotHeight = Math.max(1, rows.length) * ROW_HEIGHT;
  for (const tick of axis.ticks) {
    fill(sheet, HAIRLINE, toX(tick) - 0.4, plotTop, 0.8, plotHeight);
    sheet.text(tickLabel(tick), toX(tick), plotTop + plotHeight + 14, { size: 10, color: FAINT, align: "center" });
  }
  // The lower a level, the higher its label: no line then runs through the label of another.
  for (const [i, { name, value }] of references.toSorted((a, b) => a.value - b.value).entries()) {
    const labelY = top + TITLE_HEIGHT + i * REFERENCE_HEIGHT;
    drawReference(sheet, toX(value), labelY, plotTop + plotHeight, name);
  }
  for (const [i, row] of rows.entries()) drawRow(sheet, row, left, plotTop + (i + 0.5) * ROW_HEIGHT, toX, color);
}

/** A dashed line with its name on top; each name has a line of its own, so that near levels stay readable. */
function drawReference(sheet: Sheet, x: number, labelY: number, bottom: number, name: string): void {
  const { context } = sheet;
  context.save();
  context.strokeStyle = FAINT;
  context.lineWidth = 1;
  context.setLineDash([4, 3]);
  context.beginPath();
  context.moveTo(x, labelY + 2);
  context.lineTo(x, bottom);
  context.stroke();
  context.restore();
  sheet.text(name, x + 4, labelY + 9, { size: 10, color: FAINT });
}

function drawRow(
  sheet: Sheet,
  { name, values, estimate, note }: DotRow,
  left: number,
  y: number,
  toX: (value: number) => number,
  color: string,
): void {
  const { context } = sheet;
  sheet.text(name, left - NAME_GAP, y + 4, { size: 12, align: "right" });
  if (note !== undefined) sheet.text(note, left + PLOT_WIDTH + NOTE_GAP, y + 4, { size: 11, color: FAINT });
  if (values.length === 0) return;
  const [low, high] = [toX(estimate.low), toX(estimate.high)];
  fill(sheet, color, low, y - 1, Math.max(1, high - low), 2);
  context.globalAlpha = 0.45;
  for (const value of values) dot(sheet, color, toX(value), y, 3);
  context.globalAlpha = 1;
  dot(sheet, color, toX(estimate.mean), y, 4.5);
  context.strokeStyle = INK;
  context.lineWidth = 0.8;
  context.stroke();
}

function fill(sheet: Sheet, color: string, x: number, y: number, width: number, height: number): void {
  sheet.context.fillStyle = color;
  sheet.context.fillRect(x, y, width, height);
}

function dot({ context }: Sheet, color: string, x: number, y: number, radius: number): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
