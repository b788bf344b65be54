/** What an encoder sees where: the first three principal components of its patch features as colours. */
import { ShapeError } from "../../compute/index.js";
import { principalComponents } from "../linear-algebra/index.js";
import { EDGE, type ImagePixels, Sheet } from "./sheet.js";

export interface PatchColoursOptions {
  /** [images, gridSize * gridSize, dim], row by row. */
  readonly tokens: Float32Array;
  readonly gridSize: number;
  readonly dim: number;
  /** Which images these are, in the order of the tokens. */
  readonly indices: ArrayLike<number>;
  readonly images: ImagePixels;
  readonly title: string;
}

const [TILE, GAP, PAIR_GAP, ROW_GAP] = [104, 5, 26, 18];
const [MARGIN, HEADER, PAIRS_PER_ROW] = [32, 84, 4];

/**
 * Draw each image beside its patches, coloured red, green and blue by their first three principal components over all
 * patches shown. Components are scaled from their 2nd to their 98th percentile; one colour means one kind of place.
 * @throws ShapeError if the tokens do not fit grid and images
 */
export function drawPatchColours(options: PatchColoursOptions): Sheet {
  const { tokens, gridSize, dim, indices, images, title } = options;
  const numPatches = gridSize * gridSize;
  const numTokens = indices.length * numPatches;
  if (tokens.length !== numTokens * dim || numTokens === 0) {
    throw new ShapeError("drawPatchColours", "tokens", [indices.length, numPatches, dim], [tokens.length]);
  }
  const colours = coloursOf(tokens, numTokens, dim);
  const columns = Math.min(PAIRS_PER_ROW, indices.length);
  const pairWidth = 2 * TILE + GAP;
  const rows = Math.ceil(indices.length / columns);
  const width = Math.max(560, 2 * MARGIN + columns * (pairWidth + PAIR_GAP) - PAIR_GAP);
  const sheet = new Sheet(width, HEADER + rows * (TILE + ROW_GAP) - ROW_GAP + MARGIN);
  const subtitle = `First three principal components of ${gridSize} × ${gridSize} patch features, as red, green and blue.`;
  sheet.heading(title, subtitle, MARGIN);
  for (let i = 0; i < indices.length; i++) {
    const x = MARGIN + (i % columns) * (pairWidth + PAIR_GAP);
    const y = HEADER + Math.floor(i / columns) * (TILE + ROW_GAP);
    sheet.image(images, indices[i]!, x, y, TILE);
    const patches = colours.slice(i * numPatches * 4, (i + 1) * numPatches * 4);
    sheet.context.save();
    sheet.context.beginPath();
    sheet.context.rect(x + TILE + GAP, y, TILE, TILE);
    sheet.context.clip();
    sheet.picture(enlarged(patches, gridSize, SIDE), SIDE, x + TILE + GAP, y, TILE, true);
    sheet.context.restore();
    sheet.rectangle(x + TILE + GAP + 0.25, y + 0.25, TILE - 0.5, TILE - 0.5, EDGE, 0.5);
  }
  return sheet;
}

/** Pixels a side of the enlarged patches. */
const SIDE = 2 * TILE;

/** RGBA of each token. */
function coloursOf(tokens: Float32Array, numTokens: number, dim: number): Uint8ClampedArray<ArrayBuffer> {
  const k = Math.min(3, dim);
  const { projected } = principalComponents({ numImages: numTokens, dim, values: tokens }, k);
  const rgba = new Uint8ClampedArray(numTokens * 4).fill(255);
  for (let c = 0; c < 3; c++) {
    const column = Float64Array.from({ length: numTokens }, (_, i) => (c < k ? projected[i * k + c]! : 0));
    const sorted = column.slice().sort();
    const low = sorted[Math.floor(0.02 * (numTokens - 1))]!;
    const high = sorted[Math.ceil(0.98 * (numTokens - 1))]!;
    for (let i = 0; i < numTokens; i++) {
      const share = high > low ? Math.min(1, Math.max(0, (column[i]! - low) / (high - low))) : 0.5;
      rgba[i * 4 + c] = 24 + 216 * share;
    }
  }
  return rgba;
}

/** Bilinear enlargement between the centres of the patches; the border repeats the outermost ones. */
function enlarged(rgba: Uint8ClampedArray, gridSize: number, side: number): Uint8ClampedArray<ArrayBuffer> {
  const result = new Uint8ClampedArray(side * side * 4);
  const places = Array.from({ length: side }, (_, i) => {
    const at = Math.min(gridSize - 1, Math.max(0, ((i + 0.5) * gridSize) / side - 0.5));
    const low = Math.min(gridSize - 1, Math.floor(at));
    return { low, high: Math.min(gridSize - 1, low + 1), share: at - low };
  });
  for (const [y, row] of places.entries()) {
    for (const [x, column] of places.entries()) {
      for (let c = 0; c < 4; c++) {
        const value = (r: number, q: number) => rgba[(r * gridSize + q) * 4 + c]!;
        const top = value(row.low, column.low) * (1 - column.share) + value(row.low, column.high) * column.share;
        const bottom = value(row.high, column.low) * (1 - column.share) + value(row.high, column.high) * column.share;
        result[(y * side + x) * 4 + c] = top * (1 - row.share) + bottom * row.share;
      }
    }
  }
  return result;
}
