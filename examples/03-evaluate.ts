/**
 * See what a run learnt: every number beside what is reached without learning anything.
 *
 * The photos lie in one folder a thing. Training never looks at those names; evaluation takes them for labels.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { evaluateRun, flatReport, trainImages } from "darkmatter";
import { drawPhotos, temporaryFolder } from "./pictures.js";

const folder = temporaryFolder();
const run = await trainImages({
  data: await drawPhotos(join(folder, "photos")),
  encoderOptions: { width: 16, stages: 4 },
  projector: { hiddenDim: 128, numHiddenLayers: 1, outDim: 32 },
  size: 16,
  batch: 64,
  steps: 100,
  strength: 0.7,
  learningRate: 4e-3,
  out: join(folder, "run"),
});

// With `pictures: true`, the default, it also draws curves, a map of the embedding and nearest neighbours.
const { report, text } = await evaluateRun(run.path, { pictures: false });
console.log(text);

// The floors are part of the report, so a number never travels alone. report.json in the run folder holds the same.
const { fewShot, floors } = report;
assert.equal(floors?.chance, 1 / 8);
const { knn, floors: flatFloors } = flatReport(report) as { knn: number; floors: { pca: { knn: number } } };
console.log(
  `kNN ${(100 * knn).toFixed(1)} %; of the pixels' principal components ${(100 * flatFloors.pca.knn).toFixed(1)} %`,
);

// Five labelled photos of each thing: the encoder's features beat pixels, and the same encoder before training.
const fiveShot = fewShot!["5"]!;
assert.ok(fiveShot.low > floors.rawPixels!.fewShot["5"]!.mean, "better than raw pixels");
assert.ok(fiveShot.low > floors.randomInit!.fewShot["5"]!.mean, "better than no training");
