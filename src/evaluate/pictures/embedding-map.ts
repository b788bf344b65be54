/** A map of the embedding: images that the encoder finds alike lie close together. */
import { UMAP } from "umap-js";
import { keyFor, Random, ValueError } from "../../compute/index.js";
import { type Features, gatherRows, rowNorms, selectRows } from "../features.js";
import { principalComponents } from "../linear-algebra/index.js";
import { FAINT, type ImagePixels, OTHER, PALETTE, Sheet } from "./sheet.js";

export interface EmbeddingMapOptions {
  readonly features: Features;
  /** Shown as thumbnails when given, else each image is a dot. */
  readonly images?: ImagePixels;
  /** Class of each image, -1 where unknown. */
  readonly labels?: Int32Array;
  readonly classNames?: readonly string[];
  readonly seed: number;
  readonly title: string;
  /** What one sample is called; default "image". */
  readonly noun?: string;
  /** At most so many images, at random. */
  readonly maxImages?: number;
}

const [MAP_WIDTH, MARGIN, HEADER, LEGEND_WIDTH] = [1000, 32, 84, 170];
const LOWEST_MAP = 420;
const THUMBNAIL = 24;
const FEWEST_FOR_UMAP = 40;
const PCA_DIMS = 50;

/** Positions in the plane, [n, 2], and how they were found. */
export interface PlanePositions {
  readonly method: "UMAP" | "PCA";
  readonly positions: Float64Array;
}

/**
 * Lay features out in the plane: by UMAP (15 neighbours, from cosine geometry, reduced to 50 principal components first),
 * or by the first two principal components below 40 images. Repeatable for a seed.
 */
export async function layOut(features: Features, seed: number): Promise<PlanePositions> {
  const rows = unitRows(features);
  if (features.numImages < FEWEST_FOR_UMAP) {
    return { method: "PCA", positions: principalComponents(rows, 2).projected };
  }
  const k = Math.min(PCA_DIMS, features.dim);
  const { projected } = principalComponents(rows, k);
  const random = new Random(keyFor(seed, "umap"));
  const umap = new UMAP({ nNeighbors: 15, minDist: 0.12, spread: 1, random: () => random.uniform() });
  const vectors = Array.from({ length: features.numImages }, (_, i) => [...projected.subarray(i * k, (i + 1) * k)]);
  const plane = await umap.fitAsync(vectors);
  return { method: "UMAP", positions: Float64Array.from(plane.flat()) };
}

/**
 * Draw the map, with a legend where there are labels: the eleven largest classes by colour, all others grey.
 * @throws ValueError below three images or two dimensions
 */
export async function drawEmbeddingMap(options: EmbeddingMapOptions): Promise<Sheet> {
  const { features, images, labels, classNames = [], seed, title, noun = "image", maxImages = 1500 } = options;
  if (features.dim < 2) throw new ValueError("drawEmbeddingMap", "features", "at least two dimensions", features.dim);
  if (features.numImages < 3) {
    throw new ValueError("drawEmbeddingMap", "features", "at least three images", features.numImages);
  }
  const chosen = new Random(keyFor(seed, "map")).permutation(features.numImages).subarray(0, maxImages);
  const { method, positions } = await layOut(gatherRows(selectRows(features, chosen)), seed);
  const legend = labels === undefined ? [] : legendOf(labels, chosen, classNames);
  const colors = new Map(legend.flatMap(({ classes, color }) => classes.map((label) => [label, color] as const)));
  const { x, y, height } = fitted(positions);
  const width = MARGIN + MAP_WIDTH + (legend.length > 0 ? LEGEND_WIDTH : 0) + MARGIN;
  const sheet = new Sheet(width, HEADER + height + MARGIN);
  const shown = `${chosen.length.toLocaleString("en-US")} of ${features.numImages.toLocaleString("en-US")} ${noun}s`;
  sheet.heading(title, `${shown}, laid out by ${method} of their features. Close means alike to the encoder.`, MARGIN);
  const order = [...chosen.keys()];
  const colorOf = (i: number) => (labels === undefined ? PALETTE[0] : (colors.get(labels[chosen[i]!]!) ?? OTHER));
  if (images === undefined) for (const i of order) drawDot(sheet, x[i]!, y[i]!, 3, colorOf(i));
  else drawThumbnails(sheet, images, chosen, x, y, labels === undefined ? undefined : colorOf);
  for (const [i, { name, color, count }] of legend.entries()) {
    const [left, top] = [MARGIN + MAP_WIDTH + 24, HEADER + 14 + i * 22];
    drawDot(sheet, left, top - 4, 5, color);
    sheet.text(shorten(sheet, name, 100), left + 14, top, { size: 12 });
    sheet.text(String(count), MARGIN + MAP_WIDTH + LEGEND_WIDTH, top, { size: 11, color: FAINT, align: "right" });
  }
  return sheet;
}

/** Thumbnails where there is room, dots where others already are. */
function drawThumbnails(
  sheet: Sheet,
  images: ImagePixels,
  chosen: Uint32Array,
  x: Float64Array,
  y: Float64Array,
  colorOf: ((i: number) => string) | undefined,
): void {
  const taken: { x: number; y: number }[] = [];
  const isFree = (i: number) =>
    taken.every((other) => Math.max(Math.abs(other.x - x[i]!), Math.abs(other.y - y[i]!)) >= THUMBNAIL + 2.5);
  const shown: number[] = [];
  for (let i = 0; i < chosen.length; i++) {
    if (isFree(i)) {
      taken.push({ x: x[i]!, y: y[i]! });
      shown.push(i);
    } else drawDot(sheet, x[i]!, y[i]!, 1.8, colorOf?.(i) ?? OTHER);
  }
  for (const i of shown) {
    const [left, top] = [x[i]! - THUMBNAIL / 2, y[i]! - THUMBNAIL / 2];
    sheet.image(images, chosen[i]!, left, top, THUMBNAIL);
    if (colorOf !== undefined) sheet.rectangle(left, top, THUMBNAIL, THUMBNAIL, colorOf(i), 1.6);
  }
}

function drawDot({ context }: Sheet, x: number, y: number, radius: number, color: string): void {
  context.globalAlpha = 0.85;
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
  context.globalAlpha = 1;
}

interface LegendEntry {
  readonly name: string;
  readonly color: string;
  readonly classes: readonly number[];
  readonly count: number;
}

function legendOf(labels: Int32Array, chosen: Uint32Array, classNames: readonly string[]): LegendEntry[] {
  const counts = new Map<number, number>();
  for (const image of chosen) counts.set(labels[image]!, (counts.get(labels[image]!) ?? 0) + 1);
  const ranked = [...counts]
    .filter(([label]) => label >= 0)
    .sort(([a, countA], [b, countB]) => countB - countA || a - b);
  const numNamed = ranked.length <= PALETTE.length ? ranked.length : PALETTE.length - 1;
  const named = ranked.slice(0, numNamed).map(([label, count], i) => ({
    name: classNames[label] ?? `class ${label}`,
    color: PALETTE[i]!,
    classes: [label],
    count,
  }));
  const rest = ranked.slice(numNamed);
  if (rest.length === 0) return named;
  const count = rest.reduce((sum, [, n]) => sum + n, 0);
  return [...named, { name: `${rest.length} others`, color: OTHER, classes: rest.map(([label]) => label), count }];
}

/**
 * Positions on the sheet, turned so that the map is widest from left to right: one scale for both axes, and the outermost
 * half percent clamped to the edge.
 */
function fitted(positions: Float64Array): { x: Float64Array; y: Float64Array; height: number } {
  const plane = { numImages: positions.length / 2, dim: 2, values: Float32Array.from(positions) };
  const turned = principalComponents(plane, 2).projected;
  const [across, down] = [axisOf(turned, 0), axisOf(turned, 1)];
  const room = MAP_WIDTH - 2 * THUMBNAIL;
  const scale = Math.min(room / (across.extent || 1), room / (down.extent || 1));
  const height = Math.max(LOWEST_MAP, down.extent * scale + 2 * THUMBNAIL);
  const place = ({ values, center }: PlaneAxis, start: number, length: number) => {
    const limit = (length - THUMBNAIL) / 2;
    return values.map((value) => start + length / 2 + Math.min(limit, Math.max(-limit, (value - center) * scale)));
  };
  return { x: place(across, MARGIN, MAP_WIDTH), y: place(down, HEADER, height), height };
}

interface PlaneAxis {
  readonly values: Float64Array;
  readonly center: number;
  readonly extent: number;
}

function axisOf(positions: Float64Array, axis: number): PlaneAxis {
  const values = positions.filter((_, i) => i % 2 === axis);
  const sorted = values.slice().sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return { values, center: (at(0.005) + at(0.995)) / 2, extent: at(0.995) - at(0.005) };
}

function unitRows(features: Features): Features {
  const { dim, numImages, values } = features;
  const norms = rowNorms(
    selectRows(
      features,
      Int32Array.from({ length: numImages }, (_, i) => i),
    ),
  );
  return { ...features, values: values.map((value, i) => value / (norms[Math.floor(i / dim)]! || 1)) };
}

function shorten(sheet: Sheet, words: string, width: number): string {
  let short = words;
  while (short.length > 1 && sheet.measure(short === words ? short : `${short}…`) > width) short = short.slice(0, -1);
  return short === words ? words : `${short}…`;
}
