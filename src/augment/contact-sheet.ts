/** A picture of what the model sees: samples of a set beside views of them, for a person to judge a recipe by eye. */
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { type Canvas, createCanvas, GlobalFonts, ImageData, type SKRSContext2D } from "@napi-rs/canvas";
import { ValueError } from "../compute/errors.js";
import { keyFor, Random } from "../compute/random.js";
import type { Samples } from "../data/index.js";
import type { RecipeData } from "./recipe-steps.js";
import { sampleKindOf } from "./samples/catalog.js";
import type { Picture, SampleKind } from "./samples/sample-kind.js";

export interface ContactSheetOptions {
  readonly set: Samples;
  /** One a view, as for training. */
  readonly recipes: readonly RecipeData[];
  readonly seed: number;
  /** What an encoder gets of a view, where an objective hides some of it: drawn to the right of each view. */
  readonly whatIsLeft?: (view: Picture, random: Random) => Picture;
  /** Rows of the sheet; fewer if the set is smaller. Default 8. */
  readonly numImages?: number;
  /** Where the PNG goes; its folder is made if need be. */
  readonly path: string;
}

/**
 * Write a PNG: each row an image, chosen by the seed, as it is cached, then draws of every view of it; below, the
 * recipes in words. Views are shown before `normalise`, otherwise exactly as the training step would get them, and
 * enlarged without smoothing.
 */
export async function writeContactSheet(options: ContactSheetOptions): Promise<void> {
  if (options.recipes.length === 0) throw new ValueError("writeContactSheet", "recipes", "at least one recipe", []);
  const recipes = options.recipes.map((recipe) => sampleKindOf(options.set).parseRecipe(recipe));
  const png = drawSheet({ ...options, recipes }).toBuffer("image/png");
  await mkdir(dirname(options.path), { recursive: true });
  await writeFile(options.path, png);
}

/** Lengths in points; the PNG has `PIXELS_PER_POINT` pixels for each. */
const PIXELS_PER_POINT = 2;
const TILE = 96;
const GAP = 6;
const GROUP_GAP = 18;
const MARGIN = 28;
const HEADER = 92;
const CAPTION = 20;
const LINE = 16;
const LEGEND_NAME_WIDTH = 130;
/** Views a row, shared by the recipes. */
const VIEWS_PER_ROW = 8;

const INK = "#1d1f24";
const FAINT = "#7a7f8a";
const PAPER = "#fbfaf7";
const EDGE = "rgba(0, 0, 0, 0.10)";
const FONT = "Darkmatter Sans";

function drawSheet({ set, recipes, seed, numImages = 8, whatIsLeft }: ContactSheetOptions): Canvas {
  const kind = sampleKindOf(set);
  const rows = chooseImages(set.numImages, numImages, seed);
  const tilesPerDraw = whatIsLeft === undefined ? 1 : 2;
  const drawsPerView = Math.max(1, Math.floor(VIEWS_PER_ROW / recipes.length / tilesPerDraw));
  const columns = recipes.map((_, view) => groupLeft(view, drawsPerView * tilesPerDraw));
  const width = groupLeft(recipes.length, drawsPerView * tilesPerDraw) - GROUP_GAP + MARGIN;
  registerFonts();

  const legend = describeRecipes(recipes);
  const height = HEADER + rows.length * (TILE + CAPTION) + MARGIN + legend.length * LINE + MARGIN;
  const { canvas, context } = blankSheet(width, height);
  drawTitle(context, set, kind.noun(recipes[0]!.size), rows.length, seed);
  drawColumnHeads(context, recipes, columns, kind, whatIsLeft === undefined ? "" : " · and what is left of it");
  rows.forEach((image, row) => {
    const top = HEADER + row * (TILE + CAPTION);
    drawTile(context, tileOf(kind.pictureOf(set, image)), MARGIN, top);
    write(context, shorten(context, set.paths[image] ?? "", TILE + 14), MARGIN, top + TILE + 13, 9, FAINT);
    recipes.forEach((recipe, view) => {
      const shown = kind.forPeople(recipe);
      const maker = kind.createViewMaker(shown.recipe, set);
      const values = new Float32Array(maker.length);
      for (let draw = 0; draw < drawsPerView; draw++) {
        maker.make(image, keyFor(seed, "view", draw, row, view), values);
        const whole = shown.draw(values, set.channels);
        const left = whatIsLeft?.(whole, new Random(keyFor(seed, "mask", draw, row, view)));
        const tiles = left === undefined ? [whole] : [whole, left];
        tiles.forEach((tile, i) => {
          drawTile(context, tileOf(tile), columns[view]! + (draw * tilesPerDraw + i) * (TILE + GAP), top);
        });
      }
    });
  });
  drawLegend(context, legend, HEADER + rows.length * (TILE + CAPTION) + MARGIN);
  return canvas;
}

function chooseImages(available: number, wanted: number, seed: number): Uint32Array {
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw new ValueError("writeContactSheet", "numImages", "a whole number, at least 1", wanted);
  }
  return new Random(keyFor(seed, "contact-sheet")).permutation(available).slice(0, wanted);
}

/** Left edge of the columns of a view; the originals come first. */
function groupLeft(view: number, drawsPerView: number): number {
  const groupWidth = drawsPerView * (TILE + GAP) - GAP;
  return MARGIN + TILE + GROUP_GAP + view * (groupWidth + GROUP_GAP);
}

function registerFonts(): void {
  if (GlobalFonts.has(FONT)) return;
  const require = createRequire(import.meta.url);
  for (const file of ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"]) {
    GlobalFonts.registerFromPath(require.resolve(`dejavu-fonts-ttf/ttf/${file}`), FONT);
  }
}

function blankSheet(width: number, height: number): { canvas: Canvas; context: SKRSContext2D } {
  const canvas = createCanvas(width * PIXELS_PER_POINT, height * PIXELS_PER_POINT);
  const context = canvas.getContext("2d");
  context.scale(PIXELS_PER_POINT, PIXELS_PER_POINT);
  context.fillStyle = PAPER;
  context.fillRect(0, 0, width, height);
  return { canvas, context };
}

function drawTitle(context: SKRSContext2D, set: Samples, noun: string, numShown: number, seed: number): void {
  const shown = `${numShown.toLocaleString("en")} of ${set.numImages.toLocaleString("en")} ${noun}s`;
  write(context, "What the model sees", MARGIN, 38, 18, INK, "bold");
  write(context, `${set.name} · ${shown} · seed ${seed}`, MARGIN, 57, 11, FAINT);
}

function drawColumnHeads(
  context: SKRSContext2D,
  recipes: readonly RecipeData[],
  columns: readonly number[],
  { sizeText }: SampleKind,
  remark: string,
): void {
  write(context, "original", MARGIN, HEADER - 9, 11, INK, "bold");
  recipes.forEach((recipe, view) => {
    write(context, `view ${view + 1}`, columns[view]!, HEADER - 9, 11, INK, "bold");
    const labelWidth = context.measureText(`view ${view + 1}`).width;
    write(context, `${sizeText(recipe.size)}${remark}`, columns[view]! + labelWidth + 7, HEADER - 9, 10, FAINT);
  });
}

interface LegendLine {
  readonly name: string;
  /** Absent for a heading. */
  readonly options?: string;
}

/** The steps of each recipe, a line each; views that share a recipe share its lines. */
function describeRecipes(recipes: readonly RecipeData[]): LegendLine[] {
  const texts = recipes.map((recipe) => JSON.stringify(recipe));
  return recipes.flatMap((recipe, view) => {
    if (texts.indexOf(texts[view]!) < view) return [];
    const views = [...texts.keys()].filter((other) => texts[other] === texts[view]).map((other) => other + 1);
    const steps = recipe.steps.map((step) => ({ name: step.name, options: describeOptions(step) }));
    const space = view > 0 ? [{ name: "" }] : [];
    return [...space, { name: `view ${views.join(", ")}` }, ...steps];
  });
}

/** For example: "scale min 0.08 · scale max 1 · ratio min 0.75 · ratio max 1.33". */
function describeOptions({ name: _, ...options }: RecipeData["steps"][number]): string {
  const described = Object.entries(options).map(([option, value]) => {
    const words = option.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    return `${words} ${typeof value === "number" ? Number(value.toPrecision(3)) : value}`;
  });
  return described.join(" · ");
}

function drawLegend(context: SKRSContext2D, legend: readonly LegendLine[], top: number): void {
  legend.forEach(({ name, options }, i) => {
    write(context, name, MARGIN, top + i * LINE, 10, INK, options === undefined ? "bold" : "normal");
    write(context, options ?? "", MARGIN + LEGEND_NAME_WIDTH, top + i * LINE, 10, FAINT);
  });
}

/** Keep the end of a path: that is where images differ. */
function shorten(context: SKRSContext2D, text: string, width: number): string {
  context.font = fontOf(9);
  if (context.measureText(text).width <= width) return text;
  const characters = [...text];
  while (characters.length > 0 && context.measureText(`…${characters.join("")}`).width > width) characters.shift();
  return `…${characters.join("")}`;
}

function write(
  context: SKRSContext2D,
  text: string,
  x: number,
  y: number,
  size: number,
  colour: string,
  weight = "normal",
): void {
  context.font = fontOf(size, weight);
  context.fillStyle = colour;
  context.fillText(text, x, y);
}

function fontOf(size: number, weight = "normal"): string {
  return `${weight} ${size}px "${FONT}"`;
}

function drawTile(context: SKRSContext2D, tile: Canvas, left: number, top: number): void {
  context.imageSmoothingEnabled = tile.width > TILE * PIXELS_PER_POINT;
  context.imageSmoothingQuality = "high";
  context.drawImage(tile, left, top, TILE, TILE);
  context.strokeStyle = EDGE;
  context.lineWidth = 0.5;
  context.strokeRect(left - 0.25, top - 0.25, TILE + 0.5, TILE + 0.5);
}

/** A picture as a small canvas. */
function tileOf({ size, channels, pixels }: Picture): Canvas {
  const bytes = new Uint8ClampedArray(size * size * 4).fill(255);
  for (let pixel = 0; pixel < size * size; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      bytes[4 * pixel + channel] = pixels[pixel * channels + (channel % channels)]!;
    }
  }
  const canvas = createCanvas(size, size);
  canvas.getContext("2d").putImageData(new ImageData(bytes, size, size), 0, 0);
  return canvas;
}
