/** kNN accuracy on the way: where a run was best, beside where it ended. */
import { plainSamples, sampleKindOf } from "../augment/index.js";
import {
  chooseEngine,
  compile,
  type Executable,
  float32,
  float32Spec,
  type HostArray,
  keyFor,
  Random,
  resolveOptions,
  type Tensor,
  type Tree,
  trace,
  ValueError,
} from "../compute/index.js";
import type { Samples } from "../data/index.js";
import { type EvaluatedCheckpoint, knnProbe, type LabelledRows, ProgramCache } from "../evaluate/index.js";
import { evaluationMode, join } from "../nn/index.js";
import {
  buildEncoder,
  engineOptionsOf,
  type MetricLine,
  type StepEvent,
  type TrainConfig,
  type TrainHook,
} from "../train/index.js";
import { evaluatedCopy } from "./trained-encoder.js";

export const KNN_METRIC = "eval/knn";

export interface KnnRecord {
  readonly hook: TrainHook;
  close(): Promise<void>;
}

/** Few enough that a look costs less than a second. */
const MOST_KNOWN = 512;
const MOST_ASKED = 256;
const CHUNK = 128;

/**
 * Every so many steps, the votes of up to 512 trained samples for the labels of up to 256 that were set aside: clean views, the
 * encoder that evaluation takes. Only a record: nothing in training reads it.
 * @throws ValueError unless samples are set aside and have labels
 */
export function createKnnRecord(
  config: TrainConfig,
  trained: Samples,
  heldOut: Samples | undefined,
  every: number,
): KnnRecord {
  if (heldOut?.labels === undefined || trained.labels === undefined) {
    const got = heldOut === undefined ? "no images set aside" : "images without labels";
    throw new ValueError(
      "train",
      "knnEvery",
      "given with labelled images that are set aside",
      got,
      "Add --hold-out 0.1.",
    );
  }
  const numClasses = trained.labels.classNames.length;
  const known = pick(config, trained, "known", MOST_KNOWN);
  const asked = pick(config, heldOut, "asked", MOST_ASKED);
  let parts: Promise<{ executable: Encode; programs: ProgramCache }> | undefined;
  const prepare = async () => {
    const engine = await chooseEngine(config.engine);
    return { executable: await compileEncoder(config), programs: new ProgramCache(engine) };
  };
  return {
    hook: {
      name: "knn",
      every,
      async observe(event) {
        parts ??= prepare();
        const { executable, programs } = await parts;
        const rowsOf = async (chosen: Chosen): Promise<LabelledRows> => ({
          source: await embed(executable, encoderOf(config, event), chosen),
          indices: Int32Array.from(chosen.labels.keys()),
          labels: chosen.labels,
        });
        const task = { train: await rowsOf(known), test: await rowsOf(asked), numClasses, seed: 0, programs };
        const options = resolveOptions("knnProbe", knnProbe.options);
        const { mean } = await knnProbe.run({ ...task, metrics: ["cosine"] }, options);
        return { [KNN_METRIC]: mean };
      },
    },
    async close() {
      if (parts === undefined) return;
      const { executable, programs } = await parts;
      await executable.dispose();
      await programs.dispose();
    },
  };
}

/** The best of the looks, and the last; undefined if the run did not look. */
export function bestLook(lines: readonly MetricLine[]): EvaluatedCheckpoint["best"] {
  const looks = lines.flatMap(({ name, step, value }) =>
    name === KNN_METRIC && value !== null ? [{ step, value }] : [],
  );
  const last = looks.at(-1);
  if (last === undefined) return undefined;
  const best = looks.reduce((a, b) => (b.value > a.value ? b : a));
  return { step: best.step, knn: best.value, lastKnn: last.value, numLooks: looks.length };
}

interface Chosen {
  /** Clean views, one sample after the other. */
  readonly views: Float32Array;
  readonly labels: Int32Array;
}

/** Some labelled samples, by the seed. */
function pick({ views, seed }: TrainConfig, set: Samples, name: string, most: number): Chosen {
  const { classOf } = set.labels!;
  const order = new Random(keyFor(seed, "knn record", name)).permutation(set.numImages);
  const rows = order.filter((row) => classOf[row]! >= 0).subarray(0, most);
  return { views: plainSamples(set, rows, views[0]!), labels: Int32Array.from(rows, (row) => classOf[row]!) };
}

type Encode = Executable<{ parameters: Tree<HostArray>; images: HostArray }, { features: HostArray }>;

async function compileEncoder(config: TrainConfig): Promise<Encode> {
  const encoder = buildEncoder(config);
  const shape = sampleKindOf(config.data).shapeOf(config.data.channels, config.imageSize);
  const specs = { parameters: encoder.parameters, images: float32Spec([CHUNK, ...shape]) };
  const program = await trace(specs, (given) => {
    const { parameters, images } = given as unknown as { parameters: never; images: Tensor };
    return { features: encoder.encode(parameters, images, evaluationMode()).features };
  });
  return (await compile(program, await chooseEngine(config.engine), engineOptionsOf(config))) as unknown as Encode;
}

async function embed(encode: Encode, parameters: Tree<HostArray>, { views, labels }: Chosen) {
  const { shape } = encode.program.inputs.find(({ name }) => name === "images")!;
  const length = views.length / labels.length;
  const parts: number[][] = [];
  for (let from = 0; from < labels.length; from += CHUNK) {
    const chunk = new Float32Array(CHUNK * length);
    chunk.set(views.subarray(from * length, (from + CHUNK) * length));
    const { features } = await encode.run({ parameters, images: float32(chunk, shape) });
    const dim = features.shape[1]!;
    parts.push(Array.from(features.data.subarray(0, Math.min(CHUNK, labels.length - from) * dim)));
  }
  const values = Float32Array.from(parts.flat());
  return { numImages: labels.length, dim: values.length / labels.length, values };
}

/** The encoder that evaluation takes, as it is at a step. */
function encoderOf(config: TrainConfig, { state }: StepEvent): Tree<HostArray> {
  const { trainable, buffers } = evaluatedCopy(config) === "target" ? state.target : state;
  return (join<HostArray>(trainable, buffers) as Readonly<Record<string, Tree<HostArray>>>).encoder!;
}
