/** The main job as a typed library: what each command of `darkmatter` does, without a terminal. Types only. */
import type { SampleRecipe } from "../augment/index.js";
import type { ClipOptions, OnProgress, SeriesOptions, SkippedFile } from "../data/index.js";
import type { RunProgress, TrainConfig } from "../train/index.js";

/** What a user may choose; everything absent is chosen from the data. */
/** Of series, `SeriesOptions` say how windows are cut; of episodes, `ClipOptions` how clips are. */
export interface TrainChoices extends SeriesOptions, ClipOptions {
  /** Folder, archive or data set of images; a .csv or .parquet file of a series; a folder of episodes. */
  readonly data: string;
  /** CSV with the columns file and label; only evaluation sees them. */
  readonly labels?: string;
  /** Set images aside for evaluation, by the seed: a fraction under 1, or a count. */
  readonly holdOut?: number;
  /** Decides which, so that runs of other seeds set the same ones aside; `seed` if absent. */
  readonly holdOutSeed?: number;
  readonly objective?: string;
  readonly objectiveOptions?: Readonly<Record<string, unknown>>;
  readonly encoder?: string;
  readonly encoderOptions?: Readonly<Record<string, unknown>>;
  readonly projector?: Partial<NonNullable<TrainConfig["projector"]>>;
  /** AdamW if absent. */
  readonly optimizer?: string;
  readonly optimizerOptions?: Readonly<Record<string, unknown>>;
  /** Side of the views in pixels. */
  readonly size?: number;
  /** Give one of epochs, steps and minutes. */
  readonly epochs?: number;
  readonly steps?: number;
  /** Fit the schedule to this time. */
  readonly minutes?: number;
  readonly batch?: number;
  /** Images of a batch encoded at a time: the same gradient in less memory and a third more time. */
  readonly chunk?: number;
  readonly seed?: number;
  readonly learningRate?: number;
  readonly weightDecay?: number;
  /** Strength of the augmentation, 1 as published. */
  readonly strength?: number;
  /** Small crops of an image beside its usual views (multi-crop), where the objective takes them. */
  readonly localViews?: number;
  /** Views in full, instead of the objective's own. */
  readonly views?: readonly SampleRecipe[];
  readonly numGlobalViews?: number;
  readonly engine?: string;
  readonly threads?: number;
  /** Folder of the run. */
  readonly out?: string;
  readonly checkpointEvery?: number;
  readonly metersEvery?: number;
  /** Record the kNN accuracy of labelled samples set aside, every so many steps. */
  readonly knnEvery?: number;
}

/** What is about to happen: printed before training. */
export interface TrainPlan {
  readonly config: TrainConfig;
  readonly path: string;
  /** What one sample is called: "image", "window" or "row". */
  readonly noun: string;
  readonly numImages: number;
  readonly skipped: readonly SkippedFile[];
  readonly warnings: readonly string[];
  readonly numParameters: number;
  readonly stepsPerEpoch: number;
  readonly imagesPerSecond: number;
  readonly estimatedSeconds: number;
  /** Memory this process takes while it trains, as measured. */
  readonly estimatedBytes: number;
  /** Step a resumed run goes on from. */
  readonly resumedFrom?: number;
}

/** The doctor's judgement of the run so far. */
export interface RunVerdict {
  readonly name: string;
  readonly isHealthy: boolean;
  readonly evidence: string;
  readonly remedy: string;
}

export interface TrainObserver {
  readonly onData?: OnProgress;
  readonly onPlan?: (plan: TrainPlan) => void;
  readonly onProgress?: (progress: RunProgress & { readonly verdict?: RunVerdict }) => void;
  readonly signal?: AbortSignal;
}

export interface TrainSummary {
  /** What one sample is called: "image", "window" or "row". */
  readonly noun: string;
  readonly path: string;
  readonly isFinished: boolean;
  readonly step: number;
  readonly totalSteps: number;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  readonly verdict?: RunVerdict;
}
