/** A picture of designs: what they began as, what they became, and what was wanted, promised and reached. */
import { Sheet } from "../../evaluate/index.js";
import { FAINT, INK } from "../../evaluate/pictures/sheet.js";
import type { NamedTarget } from "./design-targets.js";
import { type CheckedCandidate, TOLERANCE } from "./design-trial.js";

export interface DrawnDesign {
  readonly target: NamedTarget;
  readonly start: Uint8Array;
  readonly result: CheckedCandidate;
}

const [TILE, GAP, CAPTION] = [86, 8, 50];
const CELL = 2 * TILE + GAP;
const [TEXT, VALUES, VALUE_WIDTH] = [10.5, 78, 33];
const [MARGIN, HEADER, CELL_GAP, ROW_GAP] = [32, 92, 36, 26];
const COLUMNS = 4;
const [MET, MISSED] = ["#2f9e5b", "#c0392b"];

/** Pairs of patterns, before and after, with their conductivities along x and y below. */
export function drawDesigns(designs: readonly DrawnDesign[], size: number): Sheet {
  const columns = Math.min(COLUMNS, designs.length);
  const rows = Math.ceil(designs.length / columns);
  const width = Math.max(680, 2 * MARGIN + columns * (CELL + CELL_GAP) - CELL_GAP);
  const sheet = new Sheet(width, HEADER + rows * (TILE + CAPTION + ROW_GAP) - ROW_GAP + MARGIN);
  const numMet = designs.filter(({ result }) => result.isSuccess).length;
  sheet.heading(
    "Materials designed by gradient",
    `Left: where each began; right: the design. Below: conductivity along x and along y; ${numMet} of ${designs.length} within ${100 * TOLERANCE} %.`,
    MARGIN,
  );
  for (const [i, design] of designs.entries()) {
    const x = MARGIN + (i % columns) * (CELL + CELL_GAP);
    const y = HEADER + Math.floor(i / columns) * (TILE + CAPTION + ROW_GAP);
    drawPattern(sheet, design.start, size, x, y);
    drawPattern(sheet, design.result.isWhite, size, x + TILE + GAP, y);
    drawCaption(sheet, design, x, y + TILE);
  }
  return sheet;
}

function drawPattern(sheet: Sheet, isWhite: Uint8Array, size: number, x: number, y: number): void {
  const rgba = new Uint8ClampedArray(4 * isWhite.length).fill(255);
  for (const [at, one] of isWhite.entries()) rgba.fill(one === 1 ? 246 : 38, 4 * at, 4 * at + 3);
  sheet.picture(rgba, size, x, y, TILE, false);
  sheet.rectangle(x + 0.25, y + 0.25, TILE - 0.5, TILE - 0.5, "rgba(0, 0, 0, 0.35)", 0.5);
}

function drawCaption(sheet: Sheet, { target, result }: DrawnDesign, x: number, top: number): void {
  const lines = [
    { name: "wanted", logs: target.wanted, color: INK },
    { name: "surrogate", logs: result.predicted, color: INK },
    { name: "solver", logs: result.reached, color: result.isSuccess ? MET : MISSED },
  ];
  for (const [row, { name, logs, color }] of lines.entries()) {
    const y = top + 16 + 15 * row;
    sheet.text(name, x, y, { size: TEXT, color });
    for (const [t, log] of (logs ?? []).entries()) {
      sheet.text(Math.exp(log).toFixed(2), x + VALUES + t * VALUE_WIDTH, y, { size: TEXT, color, align: "right" });
    }
  }
  const share = `${Math.round(100 * target.volumeFraction)} % white`;
  sheet.text(share, x + CELL, top + 16, { size: TEXT, color: FAINT, align: "right" });
}
