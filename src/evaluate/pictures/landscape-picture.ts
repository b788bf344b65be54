/** Energy landscapes side by side: how far from the goal every place is, by a model, as the crow flies, and truly. */
import { ShapeError } from "../../compute/index.js";
import type { GridMap } from "../landscape/index.js";
import { linearAxis, tickLabel } from "./axis.js";
import { viridis } from "./colour-scale.js";
import { levelLine } from "./level-lines.js";
import { FAINT, HAIRLINE, PAPER, Sheet } from "./sheet.js";

export interface LandscapePanel {
  readonly title: string;
  /** What its numbers are, below the scale: "squared distance of latents". */
  readonly unit: string;
  /** [height, width]; NaN in walls. */
  readonly distances: Float64Array;
  /** Short lines below the picture: its numbers. */
  readonly notes?: readonly string[];
  /** Marked by a cross, as indices into the map. */
  readonly falseMinima?: readonly { readonly place: number }[];
}

export interface LandscapePictureOptions {
  readonly title: string;
  readonly subtitle: string;
  readonly map: GridMap;
  readonly goal: number;
  readonly panels: readonly LandscapePanel[];
}

const [MARGIN, HEADER, SIDE, GAP] = [32, 84, 300, 36];
const [TITLE_HEIGHT, SCALE_TOP, SCALE_HEIGHT, NOTE_TOP, NOTE_HEIGHT] = [24, 14, 10, 74, 17];
const WALL = [52, 56, 66] as const;
const NUM_LEVELS = 10;

/**
 * One panel for each landscape, each on its own scale from 0 to its largest distance, or from its smallest where that is
 * below 0. The colour is perceptually even, level lines stand at the scale's ticks; walls are dark, the goal is a ring,
 * false minima are crosses.
 * @throws ShapeError for distances that are not as large as the map
 */
export function drawLandscapes({ title, subtitle, map, goal, panels }: LandscapePictureOptions): Sheet {
  const panelHeight = (SIDE * map.height) / map.width;
  const width = 2 * MARGIN + panels.length * (SIDE + GAP) - GAP;
  const numNotes = Math.max(0, ...panels.map(({ notes = [] }) => notes.length));
  const footer = NOTE_TOP + numNotes * NOTE_HEIGHT;
  const sheet = new Sheet(Math.max(width, 480), HEADER + TITLE_HEIGHT + panelHeight + footer + 12);
  sheet.heading(title, subtitle, MARGIN);
  for (const [i, panel] of panels.entries()) {
    if (panel.distances.length !== map.isOpen.length) {
      throw new ShapeError("drawLandscapes", panel.title, [map.height, map.width], [panel.distances.length]);
    }
    drawPanel(sheet, panel, { map, goal, x: MARGIN + i * (SIDE + GAP), y: HEADER + TITLE_HEIGHT });
  }
  return sheet;
}

interface Place {
  readonly map: GridMap;
  readonly goal: number;
  readonly x: number;
  readonly y: number;
}

function drawPanel(sheet: Sheet, panel: LandscapePanel, { map, goal, x, y }: Place): void {
  const { context } = sheet;
  const values = Float64Array.from(panel.distances, (value, i) => (map.isOpen[i] ? value : Number.NaN));
  const known = values.filter(Number.isFinite);
  const [low, high] = [
    known.reduce((least, value) => Math.min(least, value), 0),
    known.reduce((most, value) => Math.max(most, value), Number.MIN_VALUE),
  ];
  const share = (value: number) => (value - low) / (high - low);
  const pixel = SIDE / map.width;
  const panelHeight = pixel * map.height;
  sheet.text(panel.title, x, y - 10, { size: 13, isBold: true });

  context.fillStyle = `rgb(${WALL.join(", ")})`;
  context.fillRect(x, y, SIDE, panelHeight);
  for (const [i, value] of values.entries()) {
    if (!map.isOpen[i]) continue;
    context.fillStyle = `rgb(${viridis(share(value)).join(", ")})`;
    // A little larger than a pixel, so that no paper shines through between them.
    context.fillRect(x + (i % map.width) * pixel, y + Math.floor(i / map.width) * pixel, pixel + 0.3, pixel + 0.3);
  }
  const ticks = linearAxis(low, high, 4).ticks.filter((tick) => tick >= low && tick <= high);
  context.lineWidth = 0.7;
  context.strokeStyle = "rgba(255, 255, 255, 0.55)";
  context.beginPath();
  for (const level of linearAxis(low, high, NUM_LEVELS).ticks) {
    for (const [fromX, fromY, toX, toY] of levelLine(values, map.width, level)) {
      context.moveTo(x + (fromX + 0.5) * pixel, y + (fromY + 0.5) * pixel);
      context.lineTo(x + (toX + 0.5) * pixel, y + (toY + 0.5) * pixel);
    }
  }
  context.stroke();
  const centreOf = (place: number) => ({
    centreX: x + ((place % map.width) + 0.5) * pixel,
    centreY: y + (Math.floor(place / map.width) + 0.5) * pixel,
  });
  for (const { place } of panel.falseMinima ?? []) drawCross(sheet, centreOf(place));
  drawRing(sheet, centreOf(goal));

  const scaleY = y + panelHeight + SCALE_TOP;
  for (let i = 0; i < SIDE; i++) {
    context.fillStyle = `rgb(${viridis(i / (SIDE - 1)).join(", ")})`;
    context.fillRect(x + i, scaleY, 1.3, SCALE_HEIGHT);
  }
  sheet.rectangle(x, scaleY, SIDE, SCALE_HEIGHT, HAIRLINE, 0.5);
  for (const tick of ticks) {
    const align = share(tick) < 0.03 ? "left" : share(tick) > 0.97 ? "right" : "center";
    sheet.text(tickLabel(tick), x + SIDE * share(tick), scaleY + SCALE_HEIGHT + 13, { size: 10, color: FAINT, align });
  }
  sheet.text(panel.unit, x, scaleY + SCALE_HEIGHT + 28, { size: 10, color: FAINT });
  for (const [i, note] of (panel.notes ?? []).entries()) {
    sheet.text(note, x, y + panelHeight + NOTE_TOP + i * NOTE_HEIGHT, { size: 12 });
  }
}

interface Centre {
  readonly centreX: number;
  readonly centreY: number;
}

function drawRing({ context }: Sheet, { centreX, centreY }: Centre): void {
  for (const [color, lineWidth] of [
    ["#1d1f24", 4],
    [PAPER, 2],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = lineWidth;
    context.beginPath();
    context.arc(centreX, centreY, 6, 0, 2 * Math.PI);
    context.stroke();
  }
}

function drawCross({ context }: Sheet, { centreX, centreY }: Centre): void {
  for (const [color, lineWidth] of [
    [PAPER, 4.5],
    ["#c0392b", 2.5],
  ] as const) {
    context.strokeStyle = color;
    context.lineWidth = lineWidth;
    context.beginPath();
    for (const side of [-1, 1]) {
      context.moveTo(centreX - 5, centreY - side * 5);
      context.lineTo(centreX + 5, centreY + side * 5);
    }
    context.stroke();
  }
}
