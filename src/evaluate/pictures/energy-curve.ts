/** Energy over candidate futures on a line through the branches: a well at each for who knows several futures. */
import { ValueError } from "../../compute/index.js";
import { type Axis, linearAxis, spanAxis, tickLabel } from "./axis.js";
import { FAINT, HAIRLINE, PALETTE, Sheet } from "./sheet.js";

/** One predictor's energy along the line. */
export interface EnergyCurve {
  readonly name: string;
  /** Lower where a candidate fits better; as many as there are candidates. */
  readonly energies: readonly number[];
  /** A band around it: quartiles over trials, for example. */
  readonly band?: { readonly low: readonly number[]; readonly high: readonly number[] };
}

export interface EnergyCurveOptions {
  readonly title: string;
  readonly subtitle: string;
  /** Where the candidates lie on the line, rising. */
  readonly places: readonly number[];
  /** Below each other, each with an axis of its own, since energies of different models have different units. */
  readonly curves: readonly EnergyCurve[];
  /** Places with a name: the branches, and the middle that is none. */
  readonly marks: readonly { readonly name: string; readonly at: number }[];
  /** What the places are, with the unit. */
  readonly axisLabel: string;
}

const [MARGIN, HEADER, AXIS_WIDTH] = [32, 84, 46];
const [PLOT_WIDTH, PLOT_HEIGHT] = [520, 170];
const [TITLE_HEIGHT, TICK_HEIGHT, PANEL_GAP, LABEL_HEIGHT] = [38, 20, 22, 16];

/**
 * Draw a panel a curve. At each mark stands a dashed line, and a dot where it meets the curve.
 * @throws ValueError for fewer than two places, curves of another length, and energies that are not finite
 */
export function drawEnergyCurve(options: EnergyCurveOptions): Sheet {
  const { title, subtitle, places, curves, axisLabel } = options;
  requireCurves(options);
  const panelHeight = TITLE_HEIGHT + PLOT_HEIGHT + TICK_HEIGHT;
  const pen = new Sheet(1, 1);
  const width = Math.max(
    2 * MARGIN + AXIS_WIDTH + PLOT_WIDTH,
    2 * MARGIN + Math.max(pen.measure(subtitle, { size: 12 }), pen.measure(title, { size: 19, isBold: true })),
  );
  const numPanels = Math.max(1, curves.length);
  const sheet = new Sheet(width, HEADER + numPanels * (panelHeight + PANEL_GAP) - PANEL_GAP + LABEL_HEIGHT + MARGIN);
  sheet.heading(title, subtitle, MARGIN);
  const placeAxis = spanAxis(places[0]!, places.at(-1)!, 8);
  for (const [i, curve] of curves.entries()) {
    const top = HEADER + i * (panelHeight + PANEL_GAP);
    drawPanel(sheet, curve, options, { placeAxis, top, color: PALETTE[i % PALETTE.length]! });
  }
  const below = HEADER + numPanels * (panelHeight + PANEL_GAP) - PANEL_GAP + 10;
  sheet.text(axisLabel, MARGIN + AXIS_WIDTH + PLOT_WIDTH / 2, below, { size: 11, color: FAINT, align: "center" });
  return sheet;
}

function requireCurves({ places, curves, marks }: EnergyCurveOptions): void {
  const isRising = places.every((place, i) => i === 0 || place > places[i - 1]!);
  if (places.length < 2 || !isRising) {
    throw new ValueError("drawEnergyCurve", "places", "at least two numbers, rising", places.length);
  }
  for (const { name, energies, band } of curves) {
    for (const values of [energies, ...(band ? [band.low, band.high] : [])]) {
      if (values.length !== places.length || !values.every(Number.isFinite)) {
        throw new ValueError("drawEnergyCurve", name, `${places.length} finite numbers, one a place`, values);
      }
    }
  }
  for (const { name, at } of marks) {
    if (!(at >= places[0]! && at <= places.at(-1)!)) {
      throw new ValueError("drawEnergyCurve", `mark ${name}`, "among the places", at);
    }
  }
}

interface Panel {
  readonly placeAxis: Axis;
  readonly top: number;
  readonly color: string;
}

function drawPanel(sheet: Sheet, curve: EnergyCurve, options: EnergyCurveOptions, panel: Panel): void {
  const { places, marks } = options;
  const { placeAxis, top, color } = panel;
  const { name, energies, band } = curve;
  const [left, plotTop, plotBottom] = [MARGIN + AXIS_WIDTH, top + TITLE_HEIGHT, top + TITLE_HEIGHT + PLOT_HEIGHT];
  const shown = [...energies, ...(band ? [...band.low, ...band.high] : [])];
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const energyAxis = linearAxis(low > 0 && low < 0.4 * high ? 0 : low, high);
  const toX = (place: number) => left + placeAxis.at(place) * PLOT_WIDTH;
  const toY = (energy: number) => plotBottom - energyAxis.at(energy) * PLOT_HEIGHT;
  sheet.text(name, MARGIN, top + 12, { size: 12, isBold: true });
  for (const tick of energyAxis.ticks) {
    sheet.context.fillStyle = HAIRLINE;
    sheet.context.fillRect(left, toY(tick) - 0.375, PLOT_WIDTH, 0.75);
    sheet.text(tickLabel(tick), left - 6, toY(tick) + 3.5, { size: 10, color: FAINT, align: "right" });
  }
  for (const tick of placeAxis.ticks) {
    sheet.text(tickLabel(tick), toX(tick), plotBottom + 14, { size: 10, color: FAINT, align: "center" });
  }
  for (const { name: mark, at } of marks) {
    drawDashes(sheet, toX(at), plotTop, plotBottom);
    sheet.text(mark, toX(at), plotTop - 6, { size: 10, color: FAINT, align: "center" });
  }
  const pointsOf = (values: readonly number[]) => values.map((value, i) => [toX(places[i]!), toY(value)] as const);
  if (band) fillBand(sheet, [...pointsOf(band.high), ...pointsOf(band.low).toReversed()], color);
  drawLine(sheet, pointsOf(energies), color);
  for (const { at } of marks) drawDot(sheet, toX(at), toY(valueAt(places, energies, at)), color);
}

/** Straight between the places. */
function valueAt(places: readonly number[], values: readonly number[], at: number): number {
  const right = Math.max(
    1,
    places.findIndex((place) => place >= at),
  );
  const [from, to] = [places[right - 1]!, places[right]!];
  return values[right - 1]! + ((at - from) / (to - from)) * (values[right]! - values[right - 1]!);
}

type Point = readonly [x: number, y: number];

function tracePath({ context }: Sheet, points: readonly Point[]): void {
  context.beginPath();
  for (const [i, [x, y]] of points.entries()) {
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
}

function drawLine(sheet: Sheet, points: readonly Point[], color: string): void {
  tracePath(sheet, points);
  sheet.context.lineJoin = "round";
  sheet.context.strokeStyle = color;
  sheet.context.lineWidth = 1.8;
  sheet.context.stroke();
}

function fillBand(sheet: Sheet, outline: readonly Point[], color: string): void {
  tracePath(sheet, outline);
  sheet.context.globalAlpha = 0.18;
  sheet.context.fillStyle = color;
  sheet.context.fill();
  sheet.context.globalAlpha = 1;
}

function drawDashes(sheet: Sheet, x: number, top: number, bottom: number): void {
  const { context } = sheet;
  context.save();
  context.setLineDash([4, 3]);
  context.strokeStyle = FAINT;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, top);
  context.lineTo(x, bottom);
  context.stroke();
  context.restore();
}

function drawDot({ context }: Sheet, x: number, y: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, 4, 0, 2 * Math.PI);
  context.fill();
}
