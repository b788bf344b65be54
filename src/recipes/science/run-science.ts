/**
 * Science: learn what materials are from pictures of them that nobody measured, predict heat conductivity from a few that
 * were measured, and design materials to order by following the gradient through head and encoder into the pixels.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { chooseEngine, ValueError } from "../../compute/index.js";
import { type ImageSet, openImages } from "../../data/index.js";
import { ProgramCache, writePng } from "../../evaluate/index.js";
import { RunFolder, requireSameImages, writeJsonAtomic } from "../../train/index.js";
import type { TrainChoices, TrainObserver, TrainSummary } from "../main-job.js";
import { resumeTraining, trainImages } from "../train-images.js";
import { type DesignSize, designMaterials } from "./design-materials.js";
import { drawDesigns } from "./design-picture.js";
import type { DesignTrial } from "./design-trial.js";
import { type LabelEfficiencyRow, labelEfficiency } from "./label-efficiency.js";
import { materialFeatures, materialLearners } from "./material-learners.js";
import { type MaterialsTask, materialsTask, materialView } from "./materials-task.js";
import { renderDesigns, renderRegression } from "./science-text.js";

export interface ScienceOptions {
  /** Folder of the run; default runs/science. */
  readonly out?: string;
  /** Minutes of self-supervised training; default 3. Measuring, the table and the designs take about as long again. */
  readonly minutes?: number;
  readonly seed?: number;
  /** Default vicreg. */
  readonly objective?: string;
  /** Materials to work on instead of the data set; they stay open. */
  readonly materials?: ImageSet;
  /** How much is measured, for trying things out. */
  readonly size?: Partial<ScienceSize>;
}

export interface ScienceSize extends DesignSize {
  readonly labelCounts: readonly number[];
  readonly numDraws: number;
  /** Steps of the learners that train an encoder on labels. */
  readonly supervisedSteps: number;
  /** Widths of the encoder: channels of its first stage. */
  readonly width: number;
  readonly batch: number;
}

export const FULL_SIZE: ScienceSize = {
  labelCounts: [50, 200, 1000],
  numDraws: 5,
  supervisedSteps: 200,
  width: 32,
  batch: 256,
  volumeFractions: [0.4, 0.5, 0.6],
  numLike: 6,
  numBeyond: 4,
  numStarts: 6,
  numViews: 2,
  designSteps: 80,
};

export interface ScienceObserver extends TrainObserver {
  readonly onStage?: (name: string) => void;
}

/** `science.json` in the run's folder holds `regression` and `design`. */
export interface ScienceResult {
  readonly regression: readonly LabelEfficiencyRow[];
  readonly design: DesignTrial;
  readonly text: string;
  readonly pictures: readonly string[];
  readonly path: string;
  readonly training: TrainSummary;
}

/**
 * The whole recipe; the run stays in its folder, and one that was stopped goes on where it was.
 * @returns undefined if it was stopped before its end
 * @throws ValueError if the folder holds a run of another seed or objective; DarkmatterError if one on other images
 */
export async function runScience(
  options: ScienceOptions = {},
  observer: ScienceObserver = {},
): Promise<ScienceResult | undefined> {
  const { out = "runs/science" } = options;
  const { onData, signal } = observer;
  const size = { ...FULL_SIZE, ...options.size };
  const set =
    options.materials ?? (await openImages("materials", { ...EXACT_PIXELS, ...(onData && { onProgress: onData }) }));
  try {
    const task = materialsTask(set);
    const training = await trainOn(task, out, options, size, observer);
    return training.isFinished ? await measureAndDesign(task, out, training, size, observer) : undefined;
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  } finally {
    if (options.materials === undefined) set.close();
  }
}

/** Everything after training: the table, the designs, and what is left of them in the folder. */
async function measureAndDesign(
  task: MaterialsTask,
  path: string,
  training: TrainSummary,
  size: ScienceSize,
  { onStage, signal }: ScienceObserver,
): Promise<ScienceResult> {
  const folder = await RunFolder.open(path);
  const { seed, imageSize } = folder.config;
  const engine = await chooseEngine(folder.config.engine);
  const programs = new ProgramCache(engine);
  const announce = (name: string) => {
    signal?.throwIfAborted();
    onStage?.(name);
  };
  const asked = { ...size, seed, onStage: announce };
  try {
    const features = await materialFeatures(folder, task, programs, announce);
    const learners = await materialLearners(folder, task, features, size.supervisedSteps, engine);
    const regression = await labelEfficiency(task, learners, asked);
    for (const learner of learners) await learner.close();
    // Already now: designs take a while, and someone may stop them.
    await writeJsonAtomic(folder.fileNamed("science.json"), { regression });
    const { trial: design, drawn } = await designMaterials(folder, task, features.encoder, { ...asked, programs });
    await writeJsonAtomic(folder.fileNamed("science.json"), { regression, design: plainTrial(design) });
    const picture = folder.fileNamed(join("pictures", "designs.png"));
    await writePng(picture, drawDesigns(drawn, imageSize));
    const text = `${renderRegression(regression, task.test.length)}\n\n${renderDesigns(design)}`;
    return { regression, design, text, pictures: [picture], path, training };
  } finally {
    await programs.dispose();
  }
}

/** Squares are pixels: any other size would blur them. */
const EXACT_PIXELS = { trainingSize: 32, imageSize: 32, channels: 1 } as const;

async function trainOn(
  { unmeasured }: MaterialsTask,
  out: string,
  options: ScienceOptions,
  { width, batch }: ScienceSize,
  observer: ScienceObserver,
): Promise<TrainSummary> {
  if (existsSync(join(out, "config.json"))) {
    const { config } = await RunFolder.open(out);
    requireAsked("seed", config.seed, options.seed, out);
    requireAsked("objective", config.objective.name, options.objective, out);
    requireSameImages(config, unmeasured);
    return resumeTraining(out, {}, observer, unmeasured);
  }
  const { imageSize } = unmeasured;
  const view = materialView(imageSize);
  const choices: TrainChoices = {
    data: "materials",
    objective: options.objective ?? "vicreg",
    encoder: "convnet",
    encoderOptions: { width, stages: 3 },
    views: [view, view],
    size: imageSize,
    batch,
    minutes: options.minutes ?? 3,
    seed: options.seed ?? 0,
    out,
  };
  return trainImages(choices, observer, unmeasured);
}

/** What a run that is there was started with is not asked for differently. */
function requireAsked(argument: string, had: unknown, asked: unknown, out: string): void {
  if (asked === undefined || asked === had) return;
  const hint = "Name another folder with --out.";
  throw new ValueError("science", argument, `${had}, as the run in ${out} has`, asked, hint);
}

/** Without the patterns. */
function plainTrial({ targets, scores, results }: DesignTrial) {
  const plain = results.map(({ checked, ...method }) => ({
    ...method,
    checked: checked.map(({ isWhite: _, ...numbers }) => numbers),
  }));
  return { targets, scores, results: plain };
}
