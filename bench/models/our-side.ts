/**
 * Our side of a step bench as a process of its own, like every peer's.
 *
 *   our-side.ts --model vit --case FILE --batch 64 --threads 2 [--engine native] [--width ...]
 *     [--chunk 32] [--profile PREFIX]
 *
 * --chunk trains `vit` in chunks of the batch; --profile writes ONNX Runtime's trace to files that begin so.
 */
import { chooseEngine, lookUp } from "darkmatter/compute";
import { argumentOf } from "../frame/bench.js";
import { serveSteps } from "../frame/serve-steps.js";
import { readCase } from "./case-file.js";
import { createChunkedTrainingStep } from "./chunked-step.js";
import { type StepModel, type StepShape, stepModels } from "./index.js";
import { createTrainingStep } from "./training-step.js";

const args = process.argv.slice(2);
const required = (name: string): string => {
  const value = argumentOf(args, name);
  if (value === undefined) throw new Error(`our-side: --${name} is missing`);
  return value;
};
const optionalSize = (name: keyof StepShape) => {
  const value = argumentOf(args, name);
  return value === undefined ? {} : { [name]: Number(value) };
};

const shape: StepShape = {
  batch: Number(required("batch")),
  ...optionalSize("width"),
  ...optionalSize("depth"),
  ...optionalSize("imageSize"),
  ...optionalSize("frames"),
};
const model = lookUp<(shape: StepShape) => StepModel>("our-side", "model", stepModels, required("model"))(shape);
const engine = await chooseEngine(argumentOf(args, "engine") ?? "native");
const baselineBytes = process.resourceUsage().maxRSS * 1024;
const profilePrefix = argumentOf(args, "profile");
const chunkSize = argumentOf(args, "chunk");
const start = readCase(required("case"));
const options = {
  numThreads: Number(required("threads")),
  ...(profilePrefix === undefined ? {} : { profilePrefix }),
};
const training =
  chunkSize === undefined
    ? await createTrainingStep(model, start, engine, options)
    : await createChunkedTrainingStep(shape, Number(chunkSize), start, engine, options);
await serveSteps(
  { side: `darkmatter, ${engine.name} engine`, baselineBytes, expectedBytes: training.peakBytes },
  training.step,
);
await training.close();
