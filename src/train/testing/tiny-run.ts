/** Pictures, a set and a config small enough to train in a second. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { recipeFor } from "../../augment/index.js";
import { keyFor, Random } from "../../compute/index.js";
import { type ImageSet, openImages } from "../../data/index.js";
import { objectives } from "../../objectives/catalog.js";
import type { Objective } from "../../objectives/index.js";
import type { TrainConfig } from "../config.js";
import { digestOf } from "../data-digest.js";

export const TINY_SIZE = 16;
const NUM_WAVES = 6;

/**
 * Pixels of a picture like no other: waves of random directions and colours, uint8 [side, side, 3].
 * @param seed decides the picture
 */
export function wavePicture(seed: number, side = TINY_SIZE): Uint8Array {
  const random = new Random(keyFor(seed, "picture"));
  const waves = Array.from({ length: NUM_WAVES }, () => ({
    across: random.uniform(-3, 3),
    down: random.uniform(-3, 3),
    phase: random.uniform(0, 2 * Math.PI),
    colour: [random.uniform(), random.uniform(), random.uniform()],
  }));
  const pixels = new Uint8Array(side * side * 3);
  for (let at = 0; at < pixels.length; at++) {
    const [channel, column, row] = [at % 3, Math.floor(at / 3) % side, Math.floor(at / 3 / side)];
    const sum = waves.reduce((total, { across, down, phase, colour }) => {
      const angle = (2 * Math.PI * (across * column + down * row)) / side + phase;
      return total + colour[channel]! * (0.5 + 0.5 * Math.cos(angle));
    }, 0);
    pixels[at] = Math.round((255 * sum) / NUM_WAVES);
  }
  return pixels;
}

/** Write pictures as PNG files; names may have folders in them. */
export async function writePictures(folder: string, names: readonly string[], side = TINY_SIZE): Promise<void> {
  for (const [seed, name] of names.entries()) {
    const png = await sharp(wavePicture(seed, side), { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toBuffer();
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), png);
  }
}

export function pictureNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${String(i).padStart(3, "0")}.png`);
}

/** Open a folder of pictures at the tiny size. */
export function openTiny(folder: string): Promise<ImageSet> {
  return openImages(folder, { trainingSize: TINY_SIZE });
}

/** A config for a set: a ConvNet of two stages, two views, batches of 8. */
export function tinyConfig(set: ImageSet, changes: Partial<TrainConfig> = {}): TrainConfig {
  const name = changes.objective?.name ?? "simclr";
  const { defaultViews }: Objective = objectives[name as keyof typeof objectives];
  return {
    data: { source: set.name, numImages: set.numImages, channels: set.channels, digest: digestOf(set) },
    imageSize: TINY_SIZE,
    objective: { name, options: {} },
    encoder: { name: "convnet", options: { width: 8, stages: 2 } },
    projector: { hiddenDim: 16, numHiddenLayers: 1, outDim: 8 },
    optimizer: { name: "adamw", options: {} },
    views: defaultViews.map((preset) => recipeFor(preset, { size: TINY_SIZE })),
    numGlobalViews: defaultViews.length,
    batchSize: 8,
    totalSteps: 12,
    warmupSteps: 2,
    learningRate: 1e-3,
    finalLearningRate: 0,
    weightDecay: 1e-4,
    maxGradientNorm: 10,
    seed: 7,
    engine: "native",
    numThreads: 2,
    ...changes,
  };
}
