/**
 * Train an encoder on a folder of pictures, without a single label.
 *
 * Only `data` is needed: objective, encoder, views and schedule are chosen from what is in the folder. What is chosen
 * here makes the run small enough to watch.
 */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { trainImages } from "darkmatter";
import { drawPhotos, temporaryFolder } from "./pictures.js";

const folder = temporaryFolder();
const photos = await drawPhotos(join(folder, "photos"));

const losses: number[] = [];
const run = await trainImages(
  {
    data: photos,
    objective: "simclr",
    encoder: "convnet",
    encoderOptions: { width: 16, stages: 4 },
    projector: { hiddenDim: 128, numHiddenLayers: 1, outDim: 32 },
    size: 16, // pixels
    batch: 64,
    steps: 80,
    strength: 0.5, // of the augmentation: gentle, since few steps must do
    learningRate: 4e-3,
    out: join(folder, "run"),
  },
  {
    onPlan: ({ numImages, numParameters, imagesPerSecond }) =>
      console.log(`${numImages} images, ${numParameters} parameters, ${imagesPerSecond.toFixed(0)} images/s`),
    onProgress: ({ step, totalSteps, scalars, verdict }) => {
      losses.push(scalars["train/total"]!);
      if (step % 20 === 0)
        console.log(`step ${step}/${totalSteps}  loss ${losses.at(-1)!.toFixed(3)}  ${verdict?.name}`);
    },
  },
);

// A run is a folder: what it is, what was measured, and a checkpoint from which it can go on.
console.log(readdirSync(run.path).join("  "));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value) / values.length;
assert.ok(run.isFinished);
assert.ok(mean(losses.slice(-10)) < 0.8 * mean(losses.slice(0, 10)), "the loss fell");
assert.equal(run.verdict?.name, "healthy");
