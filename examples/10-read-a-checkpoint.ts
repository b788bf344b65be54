/**
 * Read what a run has learnt so far, number by number. A checkpoint is one safetensors file: eight bytes, a JSON header,
 * raw float32. Whatever reads safetensors reads it, in any language.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { trainImages } from "darkmatter";
import { decodeSafetensors } from "darkmatter/train";
import { drawPhotos, temporaryFolder } from "./pictures.js";

const folder = temporaryFolder();
let numParameters = 0;
const run = await trainImages(
  {
    data: await drawPhotos(join(folder, "photos"), { numPhotos: 4 }),
    encoderOptions: { width: 8, stages: 3 },
    projector: { hiddenDim: 32, numHiddenLayers: 1, outDim: 16 },
    size: 16,
    batch: 16,
    steps: 3,
    out: join(folder, "run"),
  },
  { onPlan: (plan) => (numParameters = plan.numParameters) },
);

const path = join(run.path, "checkpoints", "last.safetensors");
const bytes = readFileSync(path);
const { tensors, metadata } = decodeSafetensors(bytes, path);
for (const [name, { shape }] of tensors) {
  if (name.startsWith("trainable/encoder/")) console.log(`${name.padEnd(52)} [${shape.join(", ")}]`);
}

// By hand it is no harder: the length of the header, the header, and where in the file a tensor lies.
const headerLength = Number(bytes.readBigUInt64LE(0));
const header = JSON.parse(bytes.toString("utf8", 8, 8 + headerLength));
const [name, tensor] = [...tensors].find(([name]) => name.startsWith("trainable/encoder/"))!;
const [start] = header[name].data_offsets;
assert.equal(bytes.readFloatLE(8 + headerLength + start), tensor.data[0]);

// Everything needed to go on is in there: parameters, the optimizer's moments, running statistics, the step.
const trainable = [...tensors].filter(([name]) => name.startsWith("trainable/"));
assert.equal(metadata.step, "3");
assert.equal(
  trainable.reduce((sum, [, { data }]) => sum + data.length, 0),
  numParameters,
);
assert.ok(
  [...tensors.keys()].some((name) => name.startsWith("slots/")),
  "the moments are saved too",
);
