/** The ViT step by the trainer's own micro-batching: the gradient of the whole batch in the memory of a chunk. */
import { type Engine, type EngineOptions, flattenTree, resolveOptions } from "darkmatter/compute";
import { vit } from "darkmatter/encoders";
import { isParameterSpec, type ParameterSpec, partition } from "darkmatter/nn";
import type { Head, Objective } from "darkmatter/objectives";
import { adamw, initialSlots } from "darkmatter/optim";
import type { Model, StepArrays, StepOutputs } from "darkmatter/train";
import { createChunkedStep } from "../../src/train/chunked-step.js"; // no part of the package's interface
import type { Case, StepShape } from "./step-model.js";
import { ADAMW_CONFIG, scalarsAt, type TrainingStep } from "./training-step.js";

/** The peers do not clip. */
const MAX_GRADIENT_NORM = 1e30;

/** What a step of this objective does not read. */
const NOTHING = { actions: {}, masks: {}, steadyScalars: {}, scheduled: {} };

/** models/vit.ts as the trainer sees it: an objective whose target enters as noise does. */
function vitModel({ width = 192, depth = 6, imageSize = 32 }: StepShape): Model {
  const config = resolveOptions("vit", vit.options, { width, depth, numHeads: width / 64 });
  const encoder = vit.build({ channels: 3, imageSize }, config);
  const objective: Pick<Objective, "loss" | "needs"> = {
    needs: { views: 1, localViews: false, tokens: "pooled", masking: "none", target: "none" },
    loss: ({ projections, noise }) => ({ total: projections[0]!.sub(noise.target!).square().mean(), terms: {} }),
  };
  const head: Head = { modules: {}, forward: ({ online }) => ({ projections: online.encoded }) };
  const specs: Model["specs"] = { encoder: encoder.parameters };
  const leaves = flattenTree<ParameterSpec>(specs, isParameterSpec);
  const roles = new Map([...leaves].map(([path, { role }]) => [path, role]));
  return { encoder, head, objective: objective as Objective, objectiveConfig: {}, specs, roles };
}

/** The step of `vit` on this case, `chunkSize` images at a time. */
export async function createChunkedTrainingStep(
  shape: StepShape,
  chunkSize: number,
  { parameters, inputs }: Case,
  engine: Engine,
  engineOptions: EngineOptions,
): Promise<TrainingStep> {
  const model = vitModel(shape);
  const slots = initialSlots(adamw, partition<ParameterSpec>(model.specs, model.specs).trainable);
  const given = { views: { view0: inputs.images! }, noise: { target: inputs.target! }, ...NOTHING };
  const target = { trainable: {}, buffers: {} };
  let state: StepArrays = { trainable: { encoder: parameters }, buffers: {}, slots, target };
  const specs = { ...state, ...given, scalars: scalarsAt(0) };
  const options = {
    ...{ model, optimizer: adamw, optimizerConfig: ADAMW_CONFIG, numGlobalViews: 1 },
    ...{ maxGradientNorm: MAX_GRADIENT_NORM, engine, engineOptions },
  };
  const training = await createChunkedStep(specs as never, chunkSize, options as never);
  let spare: StepOutputs | undefined; // what the step before last left, for the next one to be written over
  let numSteps = 0;
  return {
    async step() {
      const started = performance.now();
      const { report, ...next } = await training.run({ ...state, ...given, scalars: scalarsAt(numSteps) }, spare);
      const loss = report.total.data[0]!;
      spare = numSteps === 0 ? undefined : { ...state, report };
      state = { ...next, target };
      numSteps += 1;
      return { seconds: (performance.now() - started) / 1000, loss };
    },
    peakBytes: training.peakBytes,
    close: () => training.dispose(),
  };
}
