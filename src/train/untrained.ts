/** The floor every trained encoder is held against: the same encoder before training, at its best. */
import { plainSamples, type SampleReader, sampleKindOf } from "../augment/index.js";
import {
  chooseEngine,
  compile,
  float32,
  float32Spec,
  type HostArray,
  keyFor,
  Random,
  type Tensor,
  type Tree,
  trace,
} from "../compute/index.js";
import { initialise, join, type ParameterSpec, partition, trainingMode } from "../nn/index.js";
import type { TrainConfig } from "./config.js";
import { engineOptionsOf } from "./engine-options.js";
import { buildEncoder } from "./model.js";

const NUM_BATCHES = 24;
const MOST_IN_BATCH = 128;

/**
 * Parameters of the run's encoder as they were before the first step, with BatchNorm's running statistics measured on
 * the images: a random encoder that never saw its own statistics would be an unfairly low floor.
 * @returns the tree under "encoder", buffers included
 */
export async function untrainedEncoder(config: TrainConfig, set: SampleReader): Promise<Tree<HostArray>> {
  const encoder = buildEncoder(config);
  const specs = { encoder: encoder.parameters };
  const all = initialise(specs, keyFor(config.seed, "parameters")) as { readonly encoder: Tree<HostArray> };
  const encoderSpecs = encoder.parameters as Tree<ParameterSpec>;
  const { trainable, buffers } = partition<HostArray>(encoderSpecs, all.encoder);
  if (Object.keys(buffers).length === 0) return all.encoder;
  const size = Math.min(MOST_IN_BATCH, set.numImages);
  const images = float32Spec([size, ...sampleKindOf(config.data).shapeOf(config.data.channels, config.imageSize)]);
  const program = await trace({ trainable, buffers, images }, (given) => {
    const inputs = given as unknown as { trainable: Tree<Tensor>; buffers: Tree<Tensor>; images: Tensor };
    const mode = trainingMode();
    encoder.encode(join(inputs.trainable, inputs.buffers) as never, inputs.images, mode);
    return { buffers: mode.updates.appliedTo(inputs.buffers) };
  });
  const executable = await compile(program, await chooseEngine(config.engine), engineOptionsOf(config));
  const random = new Random(keyFor(config.seed, "untrained statistics"));
  let measured: Tree<HostArray> = buffers;
  for (let batch = 0; batch < NUM_BATCHES; batch++) {
    const rows = Array.from({ length: size }, () => random.integer(set.numImages));
    const views = float32(plainSamples(set, rows, config.views[0]!), images.shape);
    const result = await executable.run({ trainable, buffers: measured, images: views } as never);
    measured = result.buffers as Tree<HostArray>;
  }
  await executable.dispose();
  return join<HostArray>(trainable, measured);
}
