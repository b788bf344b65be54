/** One cell from beginning to end, or from where it stopped: train, evaluate, and write down what came out. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { countParameters } from "../../nn/index.js";
import { buildModel, NotFiniteError, RunFolder, writeJsonAtomic } from "../../train/index.js";
import { evaluateRun } from "../evaluate-run.js";
import type { TrainChoices, TrainObserver, TrainSummary } from "../main-job.js";
import { resumeTraining, trainImages } from "../train-images.js";
import { labelFreeScoresOf } from "./label-free-scores.js";
import type { Cell, CompareEvaluation } from "./recipe.js";
import { type CellRow, chanceScores, flatFloors, flatScores } from "./results.js";

/** Everything a process needs to know to run a cell. */
export interface CellOrder {
  readonly cell: Cell;
  /** With steps, threads and out. */
  readonly choices: TrainChoices;
  readonly evaluation: CompareEvaluation;
  /** Whether it also scores raw pixels: a floor that cells share, so that some of them are enough. */
  readonly pixelFloors: boolean;
}

export interface CellObserver extends Pick<TrainObserver, "onProgress" | "signal"> {
  readonly onStage?: (name: string) => void;
}

/** What a finished cell leaves in its folder. */
export interface FinishedCell {
  /** What it was asked to be: a cell of another recipe is not taken for this one. */
  readonly order: CellOrder;
  readonly row: CellRow;
}

const ROW_FILE = "row.json";
const EFFORT_FILE = "effort.json";

/** What a folder's cell came to; undefined if it is not finished. */
export function readFinishedCell(path: string): FinishedCell | undefined {
  return readJson<FinishedCell>(join(path, ROW_FILE));
}

/**
 * Train and evaluate, going on with what is there. A loss that is not finite is a result: its row says so.
 * @returns the row, or the step at which it was stopped and saved
 * @throws DarkmatterError if it cannot be trained or evaluated
 */
export async function runCell(order: CellOrder, observer: CellObserver): Promise<CellRow | { stoppedAt: number }> {
  const path = order.choices.out!;
  const effort = startEffort(path);
  let summary: TrainSummary;
  try {
    summary = await trainOrResume(order.choices, observer);
  } catch (error) {
    if (!(error instanceof NotFiniteError)) throw error;
    return finish(order, await failedRow(order, error, await effort.save()));
  }
  const cpuSeconds = await effort.save();
  if (!summary.isFinished || observer.signal?.aborted) return { stoppedAt: summary.step };
  return finish(order, await evaluatedRow(order, summary, cpuSeconds, observer));
}

function trainOrResume(choices: TrainChoices, observer: CellObserver): Promise<TrainSummary> {
  const { onProgress, signal } = observer;
  const watched = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  const hasBegun = existsSync(join(choices.out!, "config.json"));
  if (!hasBegun) return trainImages(choices, watched);
  const { out, ...asked } = choices;
  return resumeTraining(out!, asked, watched);
}

async function evaluatedRow(
  { cell, evaluation, pixelFloors, choices }: CellOrder,
  summary: TrainSummary,
  cpuSeconds: number,
  { onStage }: CellObserver,
): Promise<CellRow> {
  const path = choices.out!;
  const { report } = await evaluateRun(
    path,
    { ...evaluation, pixelFloors, pictures: false },
    { onStage: (name) => onStage?.(name) },
  );
  onStage?.("scores without labels");
  const folder = await RunFolder.open(path);
  return {
    ...rowStart(cell, folder, cpuSeconds),
    imagesPerSecond: summary.imagesPerSecond,
    verdict: summary.verdict?.name ?? "unknown",
    scores: flatScores(report),
    floors: flatFloors(report),
    chance: chanceScores(report),
    labelFree: await labelFreeScoresOf(folder, report),
    numTrain: report.numTrain ?? 0,
    numTest: report.n ?? 0,
  };
}

async function failedRow({ cell, choices }: CellOrder, error: NotFiniteError, cpuSeconds: number): Promise<CellRow> {
  const folder = await RunFolder.open(choices.out!);
  const speed = folder.readMetrics().findLast(({ name }) => name === "run/imagesPerSecond")?.value ?? 0;
  return {
    ...rowStart(cell, folder, cpuSeconds),
    imagesPerSecond: speed,
    verdict: "divergence",
    failure: error.message,
    ...{ scores: {}, floors: {}, chance: {}, labelFree: {}, numTrain: 0, numTest: 0 },
  };
}

function rowStart({ name: cell, method, encoder, seed }: Cell, { config }: RunFolder, cpuSeconds: number) {
  const { totalSteps: steps, batchSize } = config;
  const numParameters = countParameters(buildModel(config).specs);
  return { cell, method, encoder, seed, steps, batchSize, numParameters, cpuSeconds };
}

async function finish(order: CellOrder, row: CellRow): Promise<CellRow> {
  await writeJsonAtomic(join(order.choices.out!, ROW_FILE), { order, row } satisfies FinishedCell);
  return row;
}

/** Processor time of this process from now on, added to what earlier processes of the cell have noted. */
function startEffort(path: string) {
  const earlier = readJson<{ cpuSeconds: number }>(join(path, EFFORT_FILE))?.cpuSeconds ?? 0;
  const { user, system } = process.cpuUsage();
  return {
    async save(): Promise<number> {
      const used = process.cpuUsage();
      const cpuSeconds = earlier + (used.user + used.system - user - system) / 1e6;
      await writeJsonAtomic(join(path, EFFORT_FILE), { cpuSeconds });
      return cpuSeconds;
    },
  };
}

function readJson<T>(path: string): T | undefined {
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : undefined;
}
