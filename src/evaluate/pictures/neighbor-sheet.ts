/** What the encoder finds alike: random images, each with its nearest in feature space. */
import { keyFor, Random, ValueError } from "../../compute/index.js";
import { allRows, type Features, selectRows } from "../features.js";
import { nearestNeighbors, type ProgramCache } from "../linear-algebra/index.js";
import { FAINT, GOOD, type ImagePixels, Sheet } from "./sheet.js";

export interface NeighborSheetOptions {
  readonly features: Features;
  readonly images: ImagePixels;
  /** What one sample is called; default "image". */
  readonly noun?: string;
  /** Class of each image, -1 where unknown: neighbours of the same class are then underlined. */
  readonly labels?: Int32Array;
  readonly programs: ProgramCache;
  readonly seed: number;
  readonly title: string;
  readonly numQueries?: number;
  readonly numNeighbors?: number;
}

const [TILE, GAP, QUERY_GAP, ROW_GAP] = [58, 5, 16, 14];
const [MARGIN, HEADER, COLUMN_GAP] = [32, 84, 44];

/**
 * Twelve random images at the left of their eight nearest by cosine, itself left out, in two columns.
 * @throws ValueError below two images
 */
export async function drawNeighbors(options: NeighborSheetOptions): Promise<Sheet> {
  const { features, images, labels, programs, seed, title, noun = "image" } = options;
  if (features.numImages < 2)
    throw new ValueError("drawNeighbors", "features", "at least two images", features.numImages);
  const queries = new Random(keyFor(seed, "neighbors"))
    .permutation(features.numImages)
    .subarray(0, options.numQueries ?? 12);
  const k = Math.min(options.numNeighbors ?? 8, features.numImages - 1);
  const [found] = await nearestNeighbors(selectRows(features, queries), allRows(features), {
    k,
    metrics: ["cosine"],
    programs,
    excluded: Int32Array.from(queries),
  });
  const columns = queries.length > 1 ? 2 : 1;
  const rows = Math.ceil(queries.length / columns);
  const columnWidth = TILE + QUERY_GAP + k * (TILE + GAP) - GAP;
  const width = Math.max(560, 2 * MARGIN + columns * (columnWidth + COLUMN_GAP) - COLUMN_GAP);
  const sheet = new Sheet(width, HEADER + rows * (TILE + ROW_GAP) - ROW_GAP + MARGIN);
  sheet.heading(title, subtitleOf(labels, queries, found!.indices, k, features.numImages, noun), MARGIN);
  for (const [i, query] of queries.entries()) {
    const x = MARGIN + Math.floor(i / rows) * (columnWidth + COLUMN_GAP);
    const y = HEADER + (i % rows) * (TILE + ROW_GAP);
    sheet.image(images, query, x, y, TILE);
    for (let rank = 0; rank < k; rank++) {
      const neighbor = found!.indices[i * k + rank]!;
      const left = x + TILE + QUERY_GAP + rank * (TILE + GAP);
      sheet.image(images, neighbor, left, y, TILE);
      if (isSameClass(labels, query, neighbor)) {
        sheet.context.fillStyle = GOOD;
        sheet.context.fillRect(left, y + TILE + 2.5, TILE, 3);
      }
    }
    // A small arrow between the image and what was found for it.
    sheet.text("›", x + TILE + QUERY_GAP / 2, y + TILE / 2 + 5, { size: 15, color: FAINT, align: "center" });
  }
  return sheet;
}

function subtitleOf(
  labels: Int32Array | undefined,
  queries: Uint32Array,
  indices: Int32Array,
  k: number,
  numImages: number,
  noun: string,
): string {
  const what = `Left: ${queries.length} random ${noun}s; right: their ${k} nearest among ${(numImages - 1).toLocaleString("en-US")} others.`;
  if (labels === undefined) return what;
  const numSame = indices.filter((neighbor, i) => isSameClass(labels, queries[Math.floor(i / k)]!, neighbor)).length;
  return `${what} Green: same class (${numSame} of ${indices.length}).`;
}

function isSameClass(labels: Int32Array | undefined, a: number, b: number): boolean {
  return labels !== undefined && labels[a]! >= 0 && labels[a] === labels[b];
}
