/**
 * Stop a run and go on with it: it ends in the very bits of a run that was never stopped.
 *
 * Nothing of a stream of random numbers is saved. Every draw belongs to a seed, a purpose and a step, so a resumed run
 * replays nothing and misses nothing.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { resumeTraining, trainImages } from "darkmatter";
import { drawPhotos, temporaryFolder } from "./pictures.js";

const folder = temporaryFolder();
const choices = {
  data: await drawPhotos(join(folder, "photos"), { numPhotos: 8 }),
  encoderOptions: { width: 8, stages: 3 },
  projector: { hiddenDim: 32, numHiddenLayers: 1, outDim: 16 },
  size: 16,
  batch: 32,
  steps: 12,
  seed: 7,
};

const unbroken = await trainImages({ ...choices, out: join(folder, "unbroken") });

// Any AbortSignal stops a run at the end of its step, checkpoint saved: Ctrl-C, a deadline, a button.
const stop = new AbortController();
const stopped = await trainImages(
  { ...choices, out: join(folder, "stopped") },
  { signal: stop.signal, onProgress: ({ step }) => step === 5 && stop.abort() },
);
console.log(`stopped after step ${stopped.step} of ${stopped.totalSteps}`);
assert.deepEqual([stopped.isFinished, stopped.step], [false, 5]);

// A resumed run must end as the unbroken one would, so it refuses to become another run.
await assert.rejects(resumeTraining(stopped.path, { batch: 16 }), /batchSize: was 32, now 16/);

const resumed = await resumeTraining(stopped.path);
console.log(`resumed to step ${resumed.step}`);

const checkpointOf = (run: { path: string }) => readFileSync(join(run.path, "checkpoints", "last.safetensors"));
assert.ok(resumed.isFinished);
assert.ok(checkpointOf(resumed).equals(checkpointOf(unbroken)), "the same parameters, to the bit");
