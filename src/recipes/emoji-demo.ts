/**
 * The demo: emoji drawn by three vendors. Train without labels on two vendors' drawings of three quarters of the ideas;
 * then ask about ideas never seen, drawn by a vendor never seen.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { recipeFor, type ViewRecipe, withStep } from "../augment/index.js";
import { ValueError } from "../compute/index.js";
import { groupingOf, type ImageSet, indicesWhere, openImages, split, subset } from "../data/index.js";
import { type Report, renderReport } from "../evaluate/index.js";
import { RunFolder, writeJsonAtomic } from "../train/index.js";
import { drawPictures } from "./draw-pictures.js";
import { askAboutEmoji } from "./emoji-questions.js";
import { trainedFeatures } from "./evaluate-run.js";
import type { TrainChoices, TrainObserver, TrainSummary } from "./main-job.js";
import { resumeTraining, trainImages } from "./train-images.js";

export interface DemoOptions {
  /** Folder of the run; default runs/demo. */
  readonly out?: string;
  /** Minutes of training; default 4. */
  readonly minutes?: number;
  readonly seed?: number;
}

export interface DemoObserver extends TrainObserver {
  readonly onStage?: (name: string) => void;
}

export interface DemoResult {
  readonly text: string;
  readonly report: Report;
  readonly pictures: readonly string[];
  readonly path: string;
  readonly training: TrainSummary;
}

const SIZE = 32;
/** The vendor no drawing of which is trained on. */
const UNSEEN_VENDOR = "google";

/** What learns most in a few minutes here: a small ConvNet, contrast, and as many views a second as possible. */
const DEMO_CHOICES = {
  data: "emoji",
  objective: "simclr",
  objectiveOptions: { temperature: 0.1 },
  encoder: "convnet",
  size: SIZE,
  batch: 256,
  learningRate: 3e-3,
  views: [demoView(), demoView()],
} satisfies TrainChoices;

/** SimCLR's view for small images with milder crops, since an emoji fills its square, and some blur. */
function demoView(): ViewRecipe {
  const published = withStep(recipeFor("simclr", { size: SIZE }), "randomResizedCrop", { scaleMin: 0.2 });
  const blur = { name: "gaussianBlur", kernelSize: 3, sigmaMin: 0.3, sigmaMax: 1, probability: 0.3 } as const;
  return { size: SIZE, steps: [...published.steps.slice(0, -1), blur, ...published.steps.slice(-1)] };
}

/**
 * Train and evaluate the demo; the run stays in its folder. A demo that was stopped goes on where it was.
 * @returns undefined if training was stopped before its end
 * @throws ValueError if the folder holds a run of another seed: its encoder was trained on what this seed asks about
 */
export async function runDemo(options: DemoOptions = {}, observer: DemoObserver = {}): Promise<DemoResult | undefined> {
  const { out = "runs/demo", minutes = 4 } = options;
  const { onData, onStage } = observer;
  const started = existsSync(join(out, "config.json")) ? await RunFolder.open(out) : undefined;
  const seed = options.seed ?? started?.config.seed ?? 0;
  if (started && seed !== started.config.seed) {
    const hint = "The seed decides which ideas are never seen. Name another folder with --out.";
    throw new ValueError("demo", "seed", `${started.config.seed}, as the run in ${out} has`, seed, hint);
  }
  const set = await openImages(DEMO_CHOICES.data, { trainingSize: SIZE, ...(onData && { onProgress: onData }) });
  try {
    const { seen, unseen } = partsOf(set, seed);
    const training = started
      ? await resumeTraining(out, {}, observer, seen)
      : await trainImages({ ...DEMO_CHOICES, minutes, seed, out }, observer, seen);
    if (!training.isFinished) return undefined;
    const folder = await RunFolder.open(out);
    const report = await askAboutEmoji(folder, seen, unseen, UNSEEN_VENDOR, seed, onStage);
    await writeJsonAtomic(folder.fileNamed("report.json"), report);
    const features = await trainedFeatures(folder, unseen, {});
    const category = groupingOf("demo", unseen, "category");
    const pictures = await drawPictures(folder, unseen, features, category, (name) => onStage?.(name));
    return { text: renderReport(report), report, pictures, path: out, training };
  } finally {
    set.close();
  }
}

/** Trained on: two vendors, three quarters of the ideas. Asked about: the other quarter, all vendors. */
function partsOf(set: ImageSet, seed: number): { seen: ImageSet; unseen: ImageSet } {
  const { kept, heldOut } = split(set, { heldOut: 0.25, seed, groupBy: "idea" });
  const seen = subset(
    kept,
    indicesWhere(kept, "vendor", (vendor) => vendor !== UNSEEN_VENDOR),
  );
  return { seen, unseen: heldOut };
}
