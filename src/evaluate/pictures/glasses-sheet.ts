/** The glasses in a picture: images before, permuted and recovered, and what the statistics alone knew of the plane. */
import { FAINT, HAIRLINE, type ImagePixels, Sheet } from "./sheet.js";

export interface GlassesSheetOptions {
  readonly title: string;
  readonly subtitle: string;
  /** The same images in each state, by the name to show. */
  readonly states: readonly { readonly name: string; readonly note: string; readonly images: ImagePixels }[];
  /** Which images to show. */
  readonly indices: readonly number[];
  readonly side: number;
  /** Where each pixel came to lie in the plane, [side², 2], and the place it truly has. */
  readonly places: Float64Array;
  readonly truePlaces: ArrayLike<number>;
}

const [TILE, GAP, ROW_GAP] = [84, 6, 30];
const [MARGIN, HEADER, LABEL_WIDTH, MAP, MAP_GAP] = [32, 84, 110, 250, 40];

/**
 * One row of images a state; at the right, the plane: each pixel a dot where walking distances put it, in the colour of
 * its true place (row and column as two colour axes): smooth colours mean that neighbours were found.
 */
export function drawGlasses(options: GlassesSheetOptions): Sheet {
  const { title, subtitle, states, indices } = options;
  const strip = indices.length * (TILE + GAP) - GAP;
  const rowsHeight = states.length * (TILE + ROW_GAP) - ROW_GAP;
  const width = MARGIN + LABEL_WIDTH + strip + MAP_GAP + MAP + MARGIN;
  const sheet = new Sheet(width, HEADER + Math.max(rowsHeight, MAP + 40) + MARGIN);
  sheet.heading(title, subtitle, MARGIN);
  for (const [row, { name, note, images }] of states.entries()) {
    const y = HEADER + row * (TILE + ROW_GAP);
    sheet.text(name, MARGIN, y + 18, { size: 13, isBold: true });
    for (const [i, line] of note.split("\n").entries()) {
      sheet.text(line, MARGIN, y + 38 + 15 * i, { size: 11, color: FAINT });
    }
    for (const [i, index] of indices.entries()) {
      sheet.image(images, index, MARGIN + LABEL_WIDTH + i * (TILE + GAP), y, TILE);
    }
  }
  drawPlane(sheet, options, MARGIN + LABEL_WIDTH + strip + MAP_GAP, HEADER);
  return sheet;
}

function drawPlane(sheet: Sheet, { places, truePlaces, side }: GlassesSheetOptions, x: number, y: number): void {
  const { context } = sheet;
  sheet.rectangle(x, y, MAP, MAP, HAIRLINE, 1);
  const xs = places.filter((_, i) => i % 2 === 0);
  const ys = places.filter((_, i) => i % 2 === 1);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = (MAP - 20) / Math.max(right - left, bottom - top, 1e-9);
  const radius = Math.max(1.5, (0.4 * MAP) / side / 1.4);
  for (let pixel = 0; pixel < xs.length; pixel++) {
    const place = truePlaces[pixel]!;
    context.fillStyle = colourOfPlace((place % side) / (side - 1), Math.floor(place / side) / (side - 1));
    context.beginPath();
    const across = x + MAP / 2 + scale * (xs[pixel]! - (left + right) / 2);
    const down = y + MAP / 2 + scale * (ys[pixel]! - (top + bottom) / 2);
    context.arc(across, down, radius, 0, 2 * Math.PI);
    context.fill();
  }
  sheet.text("Each pixel where its partial correlations put it,", x, y + MAP + 18, { size: 11, color: FAINT });
  sheet.text("in the colour of its true place.", x, y + MAP + 33, { size: 11, color: FAINT });
}

/** Left to right from blue to orange, top to bottom from light to dark. */
function colourOfPlace(right: number, down: number): string {
  const hue = 230 - 205 * right;
  return `hsl(${hue}, ${62 + 10 * down}%, ${68 - 40 * down}%)`;
}
