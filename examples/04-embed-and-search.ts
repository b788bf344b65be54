/**
 * Turn pictures into vectors, and find with them: an edited copy leads back to its original.
 *
 * The pictures searched here were never trained on.
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { embedImages, trainImages } from "darkmatter";
import sharp from "sharp";
import { drawPhotos, temporaryFolder } from "./pictures.js";

const folder = temporaryFolder();
const run = await trainImages({
  data: await drawPhotos(join(folder, "photos")),
  encoderOptions: { width: 16, stages: 4 },
  projector: { hiddenDim: 128, numHiddenLayers: 1, outDim: 32 },
  size: 16,
  batch: 64,
  steps: 80,
  strength: 0.7,
  learningRate: 4e-3,
  out: join(folder, "run"),
});

// Forty things never seen, and an edited copy of each photo: mirrored, paler, its edges cut off, saved as JPEG.
const album = await drawPhotos(join(folder, "album"), { numThings: 40, numPhotos: 1, seed: 1 });
const copies = join(folder, "copies");
mkdirSync(copies);
for (let thing = 0; thing < 40; thing++) {
  await sharp(join(album, `thing-${thing}`, "0.png"))
    .extract({ left: 4, top: 4, width: 40, height: 40 })
    .flop()
    .modulate({ brightness: 1.1, saturation: 0.8 })
    .jpeg({ quality: 70 })
    .toFile(join(copies, `thing-${thing}.jpg`));
}

/** Pictures by name, each a direction: of two directions only the angle counts. */
type Vectors = ReadonlyMap<string, Float32Array>;

async function embed(data: string): Promise<Vectors> {
  const { paths, features, dim } = await embedImages(run.path, data);
  return new Map(paths.map((path, i) => [thingOf(path), direction(features.subarray(i * dim, (i + 1) * dim))]));
}

/** The floor: raw pixels, compared in the same way. */
async function pixels(data: string): Promise<Vectors> {
  const files = readdirSync(data, { recursive: true, encoding: "utf8" }).filter((name) => /[.](png|jpg)$/.test(name));
  const read = (name: string) => sharp(join(data, name)).resize(16, 16).removeAlpha().raw().toBuffer();
  const entries = files.map(async (name) => [thingOf(name), direction(Float32Array.from(await read(name)))] as const);
  return new Map(await Promise.all(entries));
}

const thingOf = (path: string) => /thing-\d+/.exec(path)![0];
const direction = (vector: Float32Array) => vector.map((x) => x / Math.hypot(...vector));
const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, x, d) => sum + x * b[d]!, 0);

/** How many copies are more like their original than like any other picture of the album. */
function numFound(originals: Vectors, edited: Vectors): number {
  const isFound = ([thing, copy]: [string, Float32Array]) => {
    const ranked = [...originals].sort(([, a], [, b]) => cosine(b, copy) - cosine(a, copy));
    return ranked[0]![0] === thing;
  };
  return [...edited].filter(isFound).length;
}

const found = numFound(await embed(album), await embed(copies));
const foundByPixels = numFound(await pixels(album), await pixels(copies));
console.log(`originals found of 40: ${found} by the encoder, ${foundByPixels} by pixels, 1 by chance`);
assert.ok(found >= 15 && found > 1.5 * foundByPixels, "edits that change every pixel do not hide the thing");
