/** From a recipe and its data to what will be run: which pairs can be, how many steps each makes, on how many threads. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { DarkmatterError, ValueError } from "../../compute/index.js";
import type { OnProgress, Samples } from "../../data/index.js";
import { buildModel, createTrainer, type TrainConfig, train, writeJsonAtomic } from "../../train/index.js";
import { chooseConfig } from "../choices.js";
import type { TrainChoices } from "../main-job.js";
import { openSamples, splitSamples } from "../run-samples.js";
import { type Cell, type CompareRecipe, cellsOf, choicesOfCell, lengthOn, pairName } from "./recipe.js";
import type { ImpossiblePair } from "./results.js";

/** All seeds of a method on an encoder. */
export interface PairPlan {
  readonly method: string;
  readonly encoder: string;
  readonly steps: number;
  /** Known where minutes were turned into steps. */
  readonly cpuSecondsPerStep?: number;
}

export interface ComparePlan {
  readonly pairs: readonly PairPlan[];
  readonly impossible: readonly ImpossiblePair[];
  /** Of each cell's process. */
  readonly threads: number;
  readonly numImages: number;
  readonly numHeldOut: number;
  readonly imageSize: number;
  readonly channels: number;
}

export interface PlanObserver {
  readonly onData?: OnProgress;
  /** A pair's steps are being timed. */
  readonly onCalibrate?: (pair: string, done: number, total: number) => void;
}

/** What is decided once and kept, so that a later start continues the same comparison. */
interface KeptPlan {
  readonly threads: number;
  /** By pair. `config` is what was timed: a pair that was changed since is timed again. */
  readonly calibrations: Readonly<Record<string, { readonly config: string; readonly cpuSecondsPerStep: number }>>;
}

const PLAN_FILE = "plan.json";
/** Steps are cut to a multiple of this, for the reader. */
const ROUND_STEPS = 10;

/**
 * @param folder of the comparison
 * @throws DarkmatterError for data or choices that do not fit; a method that an encoder cannot serve is no error
 */
export async function planComparison(
  recipe: CompareRecipe,
  folder: string,
  jobs: number,
  observer: PlanObserver = {},
): Promise<ComparePlan> {
  const first = cellsOf(recipe)[0]!;
  const choices = choicesOfCell(recipe, first);
  const whole = await openSamples(choices, observer);
  try {
    requireLabels(whole, recipe);
    const set = splitSamples(whole, choices)!.kept;
    const kept = keepPlan(folder, recipe.threads ?? Math.max(1, Math.floor(availableParallelism() / jobs)));
    const { pairs, impossible } = await planPairs(recipe, set, kept, observer);
    const imageSize = pairs[0]?.config.imageSize ?? 0;
    return {
      pairs: pairs.map(({ config: _config, ...pair }) => pair),
      impossible,
      threads: kept.threads,
      numImages: set.numImages,
      numHeldOut: whole.numImages - set.numImages,
      imageSize,
      channels: set.channels,
    };
  } finally {
    whole.close();
  }
}

/** The choices of a cell with everything that the plan decides. */
export function plannedChoices(recipe: CompareRecipe, plan: ComparePlan, cell: Cell, folder: string): TrainChoices {
  const { steps } = plan.pairs.find((pair) => pairName(pair) === pairName(cell))!;
  return { ...choicesOfCell(recipe, cell), steps, threads: plan.threads, out: join(folder, cell.name) };
}

interface Kept {
  readonly threads: number;
  calibrationOf(pair: string, config: string): number | undefined;
  keep(pair: string, config: string, cpuSecondsPerStep: number): Promise<void>;
}

function keepPlan(folder: string, threads: number): Kept {
  const path = join(folder, PLAN_FILE);
  let plan: KeptPlan = existsSync(path)
    ? (JSON.parse(readFileSync(path, "utf8")) as KeptPlan)
    : { threads, calibrations: {} };
  mkdirSync(folder, { recursive: true });
  return {
    threads: plan.threads,
    calibrationOf(pair, config) {
      const known = plan.calibrations[pair];
      return known?.config === config ? known.cpuSecondsPerStep : undefined;
    },
    async keep(pair, config, cpuSecondsPerStep) {
      plan = { ...plan, calibrations: { ...plan.calibrations, [pair]: { config, cpuSecondsPerStep } } };
      await writeJsonAtomic(path, plan);
    },
  };
}

async function planPairs(recipe: CompareRecipe, set: Samples, kept: Kept, { onCalibrate }: PlanObserver) {
  const firstOfPairs = cellsOf(recipe).filter(({ seed }) => seed === recipe.seeds[0]);
  const pairs: (PairPlan & { readonly config: TrainConfig })[] = [];
  const impossible: ImpossiblePair[] = [];
  for (const [done, cell] of firstOfPairs.entries()) {
    const { method, encoder } = cell;
    const config = await configOf(recipe, cell, set, kept.threads);
    const reason = reasonAgainst(config);
    if (reason !== undefined) {
      impossible.push({ method, encoder, reason });
      continue;
    }
    if (!("cpuMinutes" in recipe.budget)) {
      pairs.push({ method, encoder, steps: config.totalSteps, config });
      continue;
    }
    const name = pairName(cell);
    const key = JSON.stringify({ ...config, seed: undefined, totalSteps: undefined, warmupSteps: undefined });
    let cpuSecondsPerStep = kept.calibrationOf(name, key);
    if (cpuSecondsPerStep === undefined) {
      onCalibrate?.(name, done, firstOfPairs.length);
      cpuSecondsPerStep = await measureProcessorTime(config, set);
      await kept.keep(name, key, cpuSecondsPerStep);
    }
    const steps = stepsWithin(60 * recipe.budget.cpuMinutes, cpuSecondsPerStep, name);
    pairs.push({ method, encoder, steps, cpuSecondsPerStep, config });
  }
  return { pairs, impossible };
}

function configOf(recipe: CompareRecipe, cell: Cell, set: Samples, threads: number): Promise<TrainConfig> {
  return chooseConfig({ ...choicesOfCell(recipe, cell), ...lengthOn(cell.encoder, recipe), threads }, set);
}

/** Why an encoder cannot serve an objective, in the words of the refusal; undefined if it can. */
function reasonAgainst(config: TrainConfig): string | undefined {
  try {
    buildModel(config);
    return undefined;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return error.hint === "" ? error.message : error.hint;
  }
}

function stepsWithin(seconds: number, secondsPerStep: number, pair: string): number {
  const steps = Math.floor(seconds / secondsPerStep);
  if (steps >= 2) return steps < 10 * ROUND_STEPS ? steps : Math.floor(steps / ROUND_STEPS) * ROUND_STEPS;
  const least = (2 * secondsPerStep) / 60;
  const hint = `A step of ${pair} takes ${secondsPerStep.toPrecision(2)} processor seconds.`;
  throw new ValueError("compare", "budget.cpuMinutes", `at least ${least.toPrecision(2)}`, seconds / 60, hint);
}

const WARM_UP_STEPS = 2;
const FEWEST_MEASURED = 4;
const MOST_MEASURED = 20;
const MEASURED_SECONDS = 6;

/** Processor seconds of a step, threads for views included: what a busy machine does not change. */
async function measureProcessorTime(config: TrainConfig, set: Samples): Promise<number> {
  const totalSteps = WARM_UP_STEPS + MOST_MEASURED;
  const trainer = await createTrainer({ ...config, totalSteps, warmupSteps: 0, learningRate: 0 }, set);
  try {
    let start = process.cpuUsage();
    for await (const { step } of train(trainer, trainer.initial)) {
      if (step <= WARM_UP_STEPS) {
        start = process.cpuUsage();
        continue;
      }
      const { user, system } = process.cpuUsage(start);
      const numMeasured = step - WARM_UP_STEPS;
      const seconds = (user + system) / 1e6;
      if (numMeasured === MOST_MEASURED || (numMeasured >= FEWEST_MEASURED && seconds > MEASURED_SECONDS)) {
        return seconds / numMeasured;
      }
    }
    throw new Error("unreachable: the loop makes all its steps");
  } finally {
    await trainer.close();
  }
}

/** Without labels there is nothing to compare by. */
function requireLabels(set: Samples, { data, evaluation }: CompareRecipe): void {
  if (set.labels !== undefined || evaluation?.grouping !== undefined) return;
  throw new DarkmatterError(
    `compare: ${data} has no labels, so methods cannot be told apart by what they learn. ` +
      'Keep the images of each class in a folder of their own, or name a file with "labels".',
  );
}
