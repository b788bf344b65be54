/**
 * Break a run on purpose, and let the doctor find out.
 *
 * VICReg asks two views of an image to agree, and each dimension to keep its variance. Without the second, agreeing is
 * easy: answer every image with the same point. The loss looks better than ever. The doctor reads its meters on the way:
 * of projections and features, of pairs of views, of every layer; what each of them sees is in docs/doctor.md.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { diagnoseRun, trainImages } from "darkmatter";
import { drawPhotos, temporaryFolder } from "./pictures.js";

const folder = temporaryFolder();
const photos = await drawPhotos(join(folder, "photos"));

async function train(name: string, objectiveOptions: Record<string, number>) {
  let invariance = Number.NaN;
  const { path } = await trainImages(
    {
      data: photos,
      objective: "vicreg",
      objectiveOptions,
      encoderOptions: { width: 16, stages: 3 },
      projector: { hiddenDim: 64, numHiddenLayers: 1, outDim: 16 },
      size: 16,
      batch: 64,
      steps: 50,
      strength: 0.5,
      learningRate: 4e-3,
      metersEvery: 10,
      out: join(folder, name),
    },
    { onProgress: ({ scalars }) => (invariance = scalars["train/invariance"]!) },
  );
  const diagnosis = await diagnoseRun(path);
  console.log(`--- ${name}: the views differ by ${invariance.toFixed(4)}\n${diagnosis.text}\n`);
  return { invariance, ...diagnosis };
}

const whole = await train("as published", {});
const broken = await train("without its variance term", { varianceWeight: 0, covarianceWeight: 0 });

assert.equal(whole.verdict.name, "healthy");
assert.ok(broken.invariance < whole.invariance / 10, "by its loss alone the broken run looks better");
assert.match(broken.verdict.name, /^(norm|complete)-collapse$/);
assert.match(broken.verdict.remedy, /--set varianceWeight=25 \(it is 0\)/);
const wrong = broken.rows.filter(({ isOutside }) => isOutside).map(({ part, meter }) => `${part}: ${meter}`);
assert.ok(wrong.includes("projections: standard deviation"));
