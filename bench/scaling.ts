/**
 * How the time of a ViT step grows with batch, width, depth and number of tokens, beside how its arithmetic grows. Both
 * exponents are slopes of log-log fits over the same points; where the step grows faster than its arithmetic, memory or
 * something that is not linear gets in the way, where it grows slower, a fixed cost is being spread.
 *
 *   npm run bench -- scaling [--threads 2] [--steps 5] [--json]
 */
import { availableParallelism } from "node:os";
import { chooseEngine, type Engine, type HostArray, keyFor, type Tree } from "darkmatter/compute";
import { initialise } from "darkmatter/nn";
import { type Bench, type BenchOptions, type BenchResult, numberOf, type Row, resultOf } from "./frame/bench.js";
import { median } from "./frame/timing.js";
import { drawInputs, stepModels } from "./models/index.js";
import { createTrainingStep } from "./models/training-step.js";

const WARM_UP_STEPS = 2;
const PATCH = 4;
const CHANNELS = 3;

/** Sizes of one point; tokens = (imageSize / 4)². */
export interface VitSizes {
  readonly batch: number;
  readonly width: number;
  readonly depth: number;
  readonly tokens: number;
}
type Variable = keyof VitSizes;

/** Where the others stand while one varies. */
const BASE: VitSizes = { batch: 16, width: 192, depth: 4, tokens: 64 };
const POINTS: Readonly<Record<Variable, readonly number[]>> = {
  batch: [8, 16, 32, 64, 128],
  width: [64, 128, 192, 256, 384],
  depth: [1, 2, 4, 8],
  tokens: [16, 64, 256],
};

export default {
  name: "scaling",
  summary: "how the time of a ViT step grows with batch, width, depth and tokens, beside its arithmetic",
  run,
} satisfies Bench;

async function run({ args, say }: BenchOptions): Promise<BenchResult> {
  const numThreads = numberOf(args, "threads", Math.min(2, availableParallelism()));
  const numSteps = numberOf(args, "steps", 5);
  const engine = await chooseEngine("native");
  const measured = new Map<string, number>(); // the base point is on every line
  const rows: Row[] = [];
  for (const [variable, values] of Object.entries(POINTS) as [Variable, readonly number[]][]) {
    const points = values.map((value) => ({ ...BASE, [variable]: value }));
    const seconds: number[] = [];
    for (const sizes of points) {
      const key = JSON.stringify(sizes);
      if (!measured.has(key)) measured.set(key, await secondsOf(sizes, engine, numThreads, numSteps));
      seconds.push(measured.get(key)!);
      const rate = flopsOf(sizes) / measured.get(key)! / 1e9;
      say(`${variable} ${sizes[variable]}: ${(1000 * measured.get(key)!).toFixed(1)} ms, ${rate.toFixed(1)} GFLOP/s`);
    }
    rows.push(rowOf(variable, values, exponentOf(values, seconds), exponentOf(values, points.map(flopsOf)), numSteps));
  }
  say(tableOf(rows));
  return resultOf(rows, { base: BASE, threads: numThreads });
}

async function secondsOf(sizes: VitSizes, engine: Engine, numThreads: number, numSteps: number): Promise<number> {
  const { batch, width, depth, tokens } = sizes;
  const model = stepModels.vit({ batch, width, depth, imageSize: PATCH * Math.sqrt(tokens) });
  const parameters = initialise(model.parameters, keyFor(0, "parameters")) as Tree<HostArray>;
  const start = { parameters, inputs: drawInputs(model, keyFor(0, "inputs")) };
  const training = await createTrainingStep(model, start, engine, { numThreads });
  try {
    const seconds: number[] = [];
    for (let step = 0; step < WARM_UP_STEPS + numSteps; step++) seconds.push((await training.step()).seconds);
    return median(seconds.slice(WARM_UP_STEPS));
  } finally {
    await training.close();
  }
}

/**
 * Operations of the matrix products of a step, a multiplication and an addition counting as two: forward, and twice as
 * much for the two gradients of each product (the images need none).
 *   a token in a block: 24 D² (Q, K, V, output and an MLP of ratio 4) + 4 N D (scores and weighted values)
 */
export function flopsOf({ batch, width, depth, tokens }: VitSizes): number {
  const blocks = depth * (24 * width ** 2 + 4 * tokens * width);
  const patches = 2 * CHANNELS * PATCH ** 2 * width;
  return batch * tokens * (3 * blocks + 2 * patches);
}

/** The slope of a least-squares line through (log x, log y): y grows like x to this power. */
export function exponentOf(x: readonly number[], y: readonly number[]): number {
  const [u, v] = [x.map(Math.log), y.map(Math.log)];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanU, meanV] = [mean(u), mean(v)];
  const covariance = mean(u.map((value, i) => (value - meanU) * (v[i]! - meanV)));
  return covariance / mean(u.map((value) => (value - meanU) ** 2));
}

function rowOf(variable: Variable, values: readonly number[], time: number, arithmetic: number, runs: number): Row {
  return {
    label: `${variable} ${values[0]} to ${values.at(-1)}`,
    column: "arithmetic",
    peerName: "its arithmetic",
    ours: time,
    peer: arithmetic,
    ratio: arithmetic / time,
    unit: "exponent",
    runs,
    spread: { ours: 0, peer: 0 },
  };
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ label, ours, peer }) => `${label.padEnd(20)} ${ours!.toFixed(2)}   ${peer!.toFixed(2)}`);
  return ["", `${"".padEnd(20)} time   arithmetic`, ...lines].join("\n");
}
