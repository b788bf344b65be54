/**
 * One training step of a ViT (width 192, depth 6, 3 heads, 64 tokens, batch 64, float32): forward, backward, AdamW.
 * Ours on the native engine and PyTorch eager take turns in one run, with the same number of threads.
 *
 *   npm run bench -- step-vit [--batch 64] [--rounds 15] [--threads 2] [--json]
 */
import { availableParallelism } from "node:os";
import {
  chooseEngine,
  compile,
  flattenTree,
  float32,
  float32Spec,
  type HostArray,
  keyFor,
  Random,
  resolveOptions,
  sizeOf,
  type Tensor,
  type Tree,
  trace,
  valueAndGradient,
} from "darkmatter/compute";
import { vit } from "darkmatter/encoders";
import { countParameters, evaluationMode, initialise, isParameterSpec, type ParameterSpec } from "darkmatter/nn";
import { adamw, initialSlots, scalarInputs } from "darkmatter/optim";
import { argumentOf, type Bench, type BenchOptions, type BenchResult } from "./frame/bench.js";
import { startPeer, stepOf } from "./frame/python-peer.js";
import { alternate, type TimedStep } from "./frame/timing.js";

const IMAGE_SIZE = 32;
const CHANNELS = 3;

export default {
  name: "step-vit",
  summary: "seconds of one ViT training step, beside PyTorch eager on the same cores",
  run,
} satisfies Bench;

async function run({ args, say }: BenchOptions): Promise<BenchResult> {
  const number = (name: string, fallback: number) => Number(argumentOf(args, name) ?? fallback);
  const batch = number("batch", 64);
  const threads = number("threads", Math.min(2, availableParallelism()));
  const ours = await ourStep(batch, threads);
  const peer = await startPeer("step_vit.py", { modules: ["torch"], args: ["--batch", String(batch)], threads, say });
  try {
    say(`${ours.numParameters} parameters, batch ${batch}, ${threads} threads; peer: ${peer.info.peer}`);
    const onRound = (round: number, a: number, b: number) =>
      say(`round ${round + 1}: ours ${a.toFixed(3)} s, peer ${b.toFixed(3)} s`);
    const compared = await alternate({ ours: ours.step, peer: stepOf(peer), rounds: number("rounds", 15), onRound });
    const peerName = `${peer.info.peer}, ${threads} threads`;
    const { seconds, ...figures } = compared;
    return { ...figures, peerName, unit: "seconds a step", details: { batch, threads, seconds } };
  } finally {
    await peer.stop();
    await ours.close();
  }
}

/** The same model, loss and optimizer as bench/peers/step_vit.py. */
async function ourStep(batch: number, numThreads: number) {
  const encoder = vit.build({ channels: CHANNELS, imageSize: IMAGE_SIZE }, resolveOptions("vit", vit.options));
  const specs = encoder.parameters as Tree<ParameterSpec>;
  const optimizerConfig = resolveOptions("adamw", adamw.options);
  const roles = new Map(
    [...flattenTree<ParameterSpec>(specs, isParameterSpec)].map(([path, { role }]) => [path, role]),
  );
  const scalarsAt = (step: number) =>
    scalarInputs(adamw.scalars({ step, learningRate: 1e-3, weightDecay: 0.05 }, optimizerConfig));
  const images = float32Spec([batch, CHANNELS, IMAGE_SIZE, IMAGE_SIZE]);
  const target = float32Spec([batch, encoder.featureDim]);
  const slots = initialSlots(adamw, specs);

  const program = await trace({ parameters: specs, slots, scalars: scalarsAt(0), images, target }, (given) => {
    const inputs = given as unknown as StepTensors;
    const { value, gradient } = valueAndGradient(inputs.parameters, (parameters) => {
      const { features } = encoder.encode(parameters as never, inputs.images, evaluationMode());
      return { value: features.sub(inputs.target).square().mean(), aux: {} };
    });
    const next = adamw.update({ ...inputs, gradient, roles }, optimizerConfig);
    return { loss: value, parameters: next.parameters, slots: next.slots } as Tree<Tensor>;
  });
  const executable = await compile(program, await chooseEngine("native"), { numThreads });

  const random = new Random(keyFor(0, "step-vit"));
  const draw = (shape: readonly number[], next: () => number) =>
    float32(
      Float32Array.from({ length: sizeOf(shape) }, () => next()),
      shape,
    );
  const data = {
    images: draw(images.shape, () => random.uniform()),
    target: draw(target.shape, () => random.normal()),
  };
  let state: StepArrays = { parameters: initialise(specs, keyFor(0, "parameters")) as Tree<HostArray>, slots };
  let spare: unknown;
  let numSteps = 0;
  const step: TimedStep = async () => {
    const started = performance.now();
    const result = await executable.run({ ...state, ...data, scalars: scalarsAt(numSteps++) } as never, spare as never);
    const { loss, ...next } = result as unknown as StepArrays & { loss: HostArray };
    spare = numSteps < 2 ? undefined : { ...state, loss };
    state = next;
    return (performance.now() - started) / 1000;
  };
  return { step, numParameters: countParameters(specs), close: () => executable.dispose() };
}

interface StepTensors {
  readonly parameters: Tree<Tensor>;
  readonly slots: Readonly<Record<string, Tree<Tensor>>>;
  readonly scalars: Readonly<Record<string, Tensor>>;
  readonly images: Tensor;
  readonly target: Tensor;
}

interface StepArrays {
  readonly parameters: Tree<HostArray>;
  readonly slots: Readonly<Record<string, Tree<HostArray>>>;
}
