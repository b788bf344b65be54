/**
 * Training with labels: one trunk, any number of heads on it, all trained together. The one trainer behind the attentive
 * probe, fine-tuning, the supervised twin and many tasks on one encoder.
 */
import { float32, type HostArray, isHostArray, keyFor, mapTree, type Tree } from "../../compute/index.js";
import { initialise, join, type ParameterSpec, partition } from "../../nn/index.js";
import { adamw, initialSlots, scalarInputs, warmupCosine } from "../../optim/index.js";
import {
  ADAMW,
  compileHeadPrograms,
  frozenOf,
  type HeadProgramOptions,
  type HeadPrograms,
  type Modules,
  type StepArrays,
} from "./head-program.js";
import { type HeadTask, headScore, isKnown, scaleOf, type TaskScale, targetColumns } from "./head-task.js";
import type { InputSource } from "./inputs.js";
import type { Trunk } from "./trunk.js";

export interface FitOptions {
  readonly tasks: readonly HeadTask[];
  readonly inputs: InputSource;
  /** Images to learn from. */
  readonly train: ArrayLike<number>;
  /** Images that choose when to stop; none: the last step is kept. */
  readonly validation: ArrayLike<number>;
  /** Trunk to start from; drawn by the seed if absent. */
  readonly start?: Tree<HostArray>;
  readonly steps: number;
  /** Peak learning rate. */
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly seed: number;
  readonly onProgress?: (step: number, steps: number) => void;
  readonly signal?: AbortSignal;
}

export interface FittedHeads {
  /** The step whose parameters were kept. */
  readonly step: number;
  /** Outputs of each head in order, [rows, width]; numbers on the label's own scale. */
  predict(rows: ArrayLike<number>): Promise<Float64Array[]>;
}

export interface HeadTrainer {
  /** @throws ValueError if a task has nothing to learn on these images; DarkmatterError if it was aborted */
  fit(options: FitOptions): Promise<FittedHeads>;
  dispose(): Promise<void>;
}

const NUM_CHECKS = 10;

/**
 * Compile a trainer; it may fit many times.
 *   total = Σ_heads loss_head / trivialLoss_head
 * Each loss is divided by that of the best constant answer, so that it says which share of what there is to know is still
 * unknown: heads of any kind and unit start at about 1 and weigh alike. AdamW, warm-up over a tenth, then a cosine to 0;
 * gradients longer than 10 are shortened. Ten times on the way the validation images are asked, and the best step is kept.
 * Deviation from uncertainty weighting (Kendall et al. 2018, arXiv:1705.07115): the scales are measured, not learnt, since learnt
 * ones grow without end for a head that fits its labels by heart.
 */
export async function createHeadTrainer(options: HeadProgramOptions): Promise<HeadTrainer> {
  const { trunk, batchSize } = options;
  const programs = await compileHeadPrograms(options);
  return {
    async fit(fit) {
      const scales = fit.tasks.map((task) => scaleOf("fitHeads", task, fit.train));
      const running = { ...fit, batchSize, trunk, scales, programs };
      const kept = await run(running);
      return { step: kept.step, predict: (rows) => predictRows(running, kept.parameters, rows) };
    },
    dispose: () => programs.dispose(),
  };
}

interface Running extends FitOptions {
  readonly trunk: Trunk;
  readonly batchSize: number;
  readonly scales: readonly TaskScale[];
  readonly programs: HeadPrograms;
}

async function run(running: Running): Promise<{ step: number; parameters: Tree<HostArray> }> {
  const { steps, learningRate, weightDecay, scales, tasks, validation, signal, programs } = running;
  const { specs } = programs;
  const parts = partition<HostArray>(specs, startOf(specs, running));
  const slots = initialSlots(adamw, partition<ParameterSpec>(specs, specs).trainable);
  let state: StepArrays = { ...parts, slots };
  const schedule = warmupCosine({ peak: learningRate, warmupSteps: Math.floor(steps / 10), totalSteps: steps });
  const weights = scalarInputs(Object.fromEntries(scales.map(({ trivialLoss }, i) => [`h${i}`, 1 / trivialLoss])));
  const knownOf = tasks.map((task) => Array.from(validation).filter((row) => isKnown(task, row)));
  const canChoose = knownOf.every((rows) => rows.length > 0);
  let best: { step: number; score: number; parameters: Tree<HostArray> } | undefined;
  for (let at = 0; at < steps; at++) {
    signal?.throwIfAborted();
    const scalars = scalarInputs(adamw.scalars({ step: at, learningRate: schedule(at), weightDecay }, ADAMW));
    const batch = batchAt(running, at);
    const given = { ...state, ...frozenOf(running.trunk), ...batch, weights, scalars };
    const next = await programs.step.run(given);
    state = { trainable: next.trainable!, buffers: next.buffers ?? {}, slots: next.slots! };
    running.onProgress?.(at + 1, steps);
    const isLast = at + 1 === steps;
    const isCheck = (at + 1) % Math.max(1, Math.ceil(steps / NUM_CHECKS)) === 0;
    if (!isLast && !(isCheck && canChoose)) continue;
    const parameters = join<HostArray>(state.trainable, state.buffers);
    const score = canChoose ? await validate(running, parameters, knownOf) : 0;
    if (best === undefined || score >= best.score) best = { step: at + 1, score, parameters: copyOf(parameters) };
  }
  return best!;
}

/** Mean score of the heads on the images that choose. */
async function validate(running: Running, parameters: Tree<HostArray>, knownOf: readonly (readonly number[])[]) {
  let sum = 0;
  for (const [i, task] of running.tasks.entries()) {
    const outputs = await predictRows(running, parameters, knownOf[i]!);
    const score = headScore(task, outputs[i]!, knownOf[i]!);
    sum += Number.isNaN(score) ? 0 : score;
  }
  return sum / running.tasks.length;
}

function startOf(specs: Modules<ParameterSpec>, { start, seed }: Pick<FitOptions, "start" | "seed">): Tree<HostArray> {
  const drawn = initialise(specs, keyFor(seed, "supervised")) as unknown as Modules<HostArray>;
  return { trunk: start ?? drawn.trunk, heads: drawn.heads };
}

/** The batch of a step: shuffled passes over the images, one after the other; a small set is repeated within a batch. */
function batchAt({ train, tasks, scales, inputs, batchSize, trunk, seed }: Running, step: number) {
  const rows = Array.from({ length: batchSize }, (_, i) => {
    const position = step * batchSize + i;
    const pass = Math.floor(position / train.length);
    return train[inputs.orderOf(train.length, seed, pass)[position % train.length]!]!;
  });
  const targets: Record<string, HostArray> = {};
  const known: Record<string, HostArray> = {};
  for (const [i, task] of tasks.entries()) {
    const columns = targetColumns(task);
    const { mean, std } = scales[i]!;
    const isRowKnown = Float32Array.from(rows, (row) => (isKnown(task, row) ? 1 : 0));
    const values = rows.flatMap((row) =>
      Array.from({ length: columns }, (_, c) =>
        isKnown(task, row) ? (task.targets[row * columns + c]! - mean) / std : 0,
      ),
    );
    targets[`h${i}`] = float32(values, [batchSize, columns]);
    known[`h${i}`] = float32(isRowKnown, [batchSize, 1]);
  }
  return { inputs: float32(inputs.forTraining(rows, step), [batchSize, ...trunk.inputShape]), targets, known };
}

async function predictRows(
  { tasks, scales, inputs, batchSize, trunk, programs }: Running,
  parameters: Tree<HostArray>,
  rows: ArrayLike<number>,
): Promise<Float64Array[]> {
  const results = tasks.map(({ width }) => new Float64Array(rows.length * width));
  const length = trunk.inputShape.reduce((product, size) => product * size, 1);
  for (let from = 0; from < rows.length; from += batchSize) {
    const chunk = Array.from({ length: Math.min(batchSize, rows.length - from) }, (_, i) => rows[from + i]!);
    const values = new Float32Array(batchSize * length);
    values.set(inputs.plain(chunk));
    const given = { parameters, ...frozenOf(trunk), inputs: float32(values, [batchSize, ...trunk.inputShape]) };
    const outputs = await programs.predict.run(given);
    for (const [i, { width, kind }] of tasks.entries()) {
      const { mean, std } = scales[i]!;
      const { data } = outputs[`h${i}`]!;
      for (let at = 0; at < chunk.length * width; at++) {
        results[i]![from * width + at] = kind === "number" ? data[at]! * std + mean : data[at]!;
      }
    }
  }
  return results;
}

function copyOf(tree: Tree<HostArray>): Tree<HostArray> {
  return mapTree<HostArray, HostArray>(tree, isHostArray, (array) => ({ ...array, data: array.data.slice() }));
}
