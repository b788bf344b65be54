/**
 * Science from few measurements: learn what materials look like without measuring any, read their heat conductivity off the
 * features with forty measured ones, and follow the gradient through head and encoder to materials that conduct as wanted.
 *
 * `darkmatter science` does this on 10,000 materials; here it is small enough to watch.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { runScience } from "darkmatter";
import { materialsSource, openSource } from "darkmatter/data";
import { temporaryFolder } from "./pictures.js";

const folder = temporaryFolder();
const side = 16; // squares, which are pixels
const source = materialsSource({ numUnmeasured: 2000, numMeasured: 300, size: side, seed: 1 });
const materials = await openSource(source, { trainingSize: side, imageSize: side, cacheDir: join(folder, "cache") });

const result = await runScience({
  materials,
  out: join(folder, "run"),
  minutes: 0.25,
  size: {
    ...{ width: 16, batch: 128, labelCounts: [40], numDraws: 3, supervisedSteps: 40 },
    ...{ volumeFractions: [0.5], numLike: 3, numBeyond: 1, numStarts: 4, numViews: 2, designSteps: 40 },
  },
});
assert.ok(result !== undefined);
console.log(result.text);
materials.close();

const accuracyOf = (learner: string) => result.regression.find((row) => row.learner === learner)!.r2.mean;
assert.ok(
  accuracyOf("self-supervised") > accuracyOf("pixels"),
  "features of unmeasured materials help with few labels",
);

// What the surrogate promises is worth nothing until the solver has checked it.
const scoreOf = (method: string, numChecks: number) =>
  result.design.scores.find(
    (score) => score.kind === "all" && score.method === method && score.numChecks === numChecks,
  )!;
const [promised, corrected] = [scoreOf("gradient", 1), scoreOf("gradient, corrected", 8)];
console.log(
  `mean error ${promised.error.mean.toFixed(3)}, after the solver's correction ${corrected.error.mean.toFixed(3)}`,
);
assert.ok(corrected.error.mean < promised.error.mean, "the solver's answers bring designs nearer");
