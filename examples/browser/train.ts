/**
 * Self-supervised learning inside a web page: a small ViT learns from pictures that never leave the browser, on WebGPU
 * where there is a GPU, on WebAssembly elsewhere. `index.html` beside it is the page; docs/engines.md says how to bundle.
 */
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
  type Tensor,
  type Tree,
  trace,
  valueAndGradient,
} from "darkmatter/compute";
import { vit } from "darkmatter/encoders";
import { evaluationMode, initialise, isParameterSpec, linear, type ParameterSpec, trainingMode } from "darkmatter/nn";
import { simclr } from "darkmatter/objectives";
import { adamw, initialSlots, scalarInputs, warmupCosine } from "darkmatter/optim";

/** Pixels a side of a picture, and of the crops that training sees. */
export const PICTURE_SIZE = 32;
const CROP_SIZE = 24;
const BATCH_SIZE = 16;

/** Red, green and blue in 0..1, plane by plane: [3, 32, 32]. */
export type Picture = Float32Array;

const encoder = vit.build(
  { channels: 3, imageSize: CROP_SIZE },
  resolveOptions("vit", vit.options, { patchSize: 6, width: 32, depth: 2, numHeads: 2, mlpRatio: 2 }),
);
const projector = linear(encoder.featureDim, 32);
const model = { encoder: encoder.parameters, projector: projector.parameters };
const roles = new Map([...flattenTree<ParameterSpec>(model, isParameterSpec)].map(([path, { role }]) => [path, role]));
const simclrConfig = resolveOptions("simclr", simclr.options, {});
const adamwConfig = resolveOptions("adamw", adamw.options, {});

const cropSpec = (batchSize: number) => float32Spec([batchSize, 3, CROP_SIZE, CROP_SIZE]);

/** Parameters, AdamW's memory and two crops of each picture in; the loss and what comes after the step out. */
async function traceStep() {
  const scalars = adamw.scalars({ step: 0, learningRate: 0, weightDecay: 0 }, adamwConfig);
  const specs = {
    parameters: model,
    slots: initialSlots(adamw, model),
    a: cropSpec(BATCH_SIZE),
    b: cropSpec(BATCH_SIZE),
    scalars: scalarInputs(scalars),
  };
  return trace(specs, ({ parameters, slots, a, b, scalars }) => {
    const { value, gradient } = valueAndGradient(parameters, (trained) => {
      const project = (view: Tensor) => {
        const { features } = encoder.encode(trained.encoder, view, trainingMode());
        return projector.apply(trained.projector, features, trainingMode());
      };
      const projections = [project(a), project(b)];
      return { value: simclr.loss({ projections, numGlobalViews: 2, noise: {} }, simclrConfig).total, aux: {} };
    });
    const next = adamw.update({ parameters, gradient, slots: slots as never, scalars, roles }, adamwConfig);
    return { loss: value, ...next } as { loss: Tensor; parameters: typeof parameters; slots: typeof slots };
  });
}

export interface TrainOptions {
  readonly numSteps: number;
  /** Of the engine; the best one in this browser by default. */
  readonly engine?: string;
  readonly onStep?: (step: number, loss: number) => void;
}

export interface Trained {
  readonly engine: string;
  readonly losses: readonly number[];
  /** One vector a picture. */
  embed(pictures: readonly Picture[]): Promise<readonly Float32Array[]>;
}

/** Learn from pictures without labels: two crops of one picture must find each other among the crops of the others. */
export async function train(
  pictures: readonly Picture[],
  { numSteps, engine: name, onStep }: TrainOptions,
): Promise<Trained> {
  if (pictures.length < BATCH_SIZE) throw new Error(`Give at least ${BATCH_SIZE} pictures, got ${pictures.length}.`);
  const engine = await chooseEngine(name);
  const step = await compile(await traceStep(), engine);
  const schedule = warmupCosine({ peak: 3e-3, warmupSteps: Math.ceil(numSteps / 10), totalSteps: numSteps });
  let parameters = initialise(model, keyFor(0, "parameters"));
  let slots = initialSlots(adamw, model);
  const losses: number[] = [];
  for (let i = 0; i < numSteps; i++) {
    const random = new Random(keyFor(0, "step", i));
    const batch = [...random.permutation(pictures.length).slice(0, BATCH_SIZE)].map((at) => pictures[at]!);
    const at = { step: i, learningRate: schedule(i), weightDecay: 0.01 };
    const scalars = scalarInputs(adamw.scalars(at, adamwConfig));
    const views = { a: cropsOf(batch, random), b: cropsOf(batch, random) };
    const next = await step.run({ parameters, slots, ...views, scalars } as never);
    ({ parameters, slots } = next as unknown as { parameters: typeof parameters; slots: typeof slots });
    losses.push(next.loss.data[0]!);
    onStep?.(i, losses[i]!);
    await new Promise((resolve) => setTimeout(resolve)); // lets the page draw
  }
  await step.dispose();
  return { engine: engine.name, losses, embed: (given) => embed(given, parameters as Tree<HostArray>, engine.name) };
}

async function embed(
  pictures: readonly Picture[],
  parameters: Tree<HostArray>,
  engine: string,
): Promise<Float32Array[]> {
  const specs = { parameters: model, pictures: cropSpec(pictures.length) };
  const program = await trace(specs, ({ parameters, pictures }) => ({
    features: encoder.encode(parameters.encoder, pictures, evaluationMode()).features.normalizeL2(),
  }));
  const executable = await compile(program, await chooseEngine(engine));
  const middle = Math.floor((PICTURE_SIZE - CROP_SIZE) / 2);
  const crops = stacked(
    pictures.map((picture) => crop(picture, { left: middle, top: middle, isFlipped: false, gain: 1 })),
  );
  const { features } = await executable.run({ parameters, pictures: crops } as never);
  await executable.dispose();
  const width = encoder.featureDim;
  return pictures.map((_, i) => features.data.slice(i * width, (i + 1) * width) as Float32Array);
}

/** For each vector the index of the nearest other one, by cosine: vectors have length 1. */
export function nearestNeighbors(vectors: readonly Float32Array[]): number[] {
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  return vectors.map((vector, i) => {
    const similarities = vectors.map((other, j) => (i === j ? Number.NEGATIVE_INFINITY : dot(vector, other)));
    return similarities.indexOf(Math.max(...similarities));
  });
}

interface Cut {
  readonly left: number;
  readonly top: number;
  readonly isFlipped: boolean;
  readonly gain: number;
}

/** A random crop of each picture, mirrored half of the time, brighter or darker. */
function cropsOf(pictures: readonly Picture[], random: Random): HostArray {
  const places = PICTURE_SIZE - CROP_SIZE + 1;
  return stacked(
    pictures.map((picture) =>
      crop(picture, {
        left: random.integer(places),
        top: random.integer(places),
        isFlipped: random.chance(0.5),
        gain: random.uniform(0.7, 1.3),
      }),
    ),
  );
}

function crop(picture: Picture, { left, top, isFlipped, gain }: Cut): Float32Array {
  const cut = new Float32Array(3 * CROP_SIZE ** 2);
  for (let at = 0; at < cut.length; at++) {
    const [x, y, channel] = [at % CROP_SIZE, Math.floor(at / CROP_SIZE) % CROP_SIZE, Math.floor(at / CROP_SIZE ** 2)];
    const column = left + (isFlipped ? CROP_SIZE - 1 - x : x);
    cut[at] = gain * picture[(channel * PICTURE_SIZE + top + y) * PICTURE_SIZE + column]! - 0.5;
  }
  return cut;
}

function stacked(crops: readonly Float32Array[]): HostArray {
  const size = crops[0]!.length;
  const data = new Float32Array(crops.length * size);
  for (const [i, values] of crops.entries()) data.set(values, i * size);
  return float32(data, [crops.length, 3, CROP_SIZE, CROP_SIZE]);
}

/** Pictures to try it on: stripes, rings and checks, in any colours and places. */
export function inventPictures(count: number): Picture[] {
  return Array.from({ length: count }, (_, i) => {
    const random = new Random(keyFor(1, "picture", i));
    const [shiftX, shiftY, frequency] = [random.uniform(8, 24), random.uniform(8, 24), random.uniform(0.9, 1.3)];
    const colours = [0, 1].map(() => [random.uniform(), random.uniform(), random.uniform()]);
    return Float32Array.from({ length: 3 * PICTURE_SIZE ** 2 }, (_, at) => {
      const x = frequency * ((at % PICTURE_SIZE) - shiftX);
      const y = frequency * ((Math.floor(at / PICTURE_SIZE) % PICTURE_SIZE) - shiftY);
      const wave = [Math.sin(x), Math.sin(Math.hypot(x, y)), Math.sin(x) * Math.sin(y)][i % 3]!;
      const channel = Math.floor(at / PICTURE_SIZE ** 2);
      return colours[wave > 0 ? 0 : 1]![channel]!;
    });
  });
}
