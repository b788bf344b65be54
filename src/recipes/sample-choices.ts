/** Choices that depend on what the samples are, images, windows of a series or clips of episodes: which there are, and what is usual. */

import { ValueError } from "../compute/index.js";
import type { NumberOption } from "../compute/options.js";
import type { ClipSet, ImageSet, SampleKindName, SampleSet, SeriesSet } from "../data/index.js";
import type { ObjectiveNeeds } from "../objectives/index.js";
import type { TrainConfig } from "../train/index.js";
import type { TrainChoices } from "./main-job.js";

interface SampleChoices<S extends SampleSet = SampleSet> {
  /** Choices that mean nothing for other samples. */
  readonly own: readonly (keyof TrainChoices)[];
  /** What to do where somebody makes one of them of other samples. */
  readonly ownHint: string;
  readonly defaultObjective: string;
  /** The encoder nobody chose, for an objective that needs this. */
  defaultEncoder(set: S, needs: ObjectiveNeeds): string;
  /** Side of the views in pixels, or time steps of a window. */
  sizeOption(set: S): NumberOption;
  /** What a config says of the data beside its name and numbers. */
  dataOf(set: S): Pick<TrainConfig["data"], "kind" | "series" | "clips">;
}

/** Larger images are shrunk to this unless a size is chosen: on a CPU views a second count more than pixels. */
export const DEFAULT_IMAGE_SIZE = 64;
/** Every encoder fits into it as it is; smaller images are enlarged. */
const SMALLEST_DEFAULT_SIZE = 16;
const SIZE_STEP = 8;

const images: SampleChoices<ImageSet> = {
  own: ["labels", "size", "localViews"],
  ownHint: "It is for images.",
  defaultObjective: "simclr",
  // Places are hidden from an encoder that can leave them out.
  defaultEncoder: (_set, { masking }) => (masking === "random" || masking === "block" ? "vit" : "convnet"),
  sizeOption: (set) => ({
    default: sizeFor(set),
    min: 4,
    max: 1024,
    integer: true,
    doc: "side of the views in pixels",
  }),
  dataOf: () => ({}),
};

const series: SampleChoices<SeriesSet> = {
  own: ["window", "stride", "time", "group", "label", "columns", "missing"],
  ownHint: "It is for .csv and .parquet files.",
  defaultObjective: "simclr",
  defaultEncoder: ({ window }) => (window === 1 ? "mlp" : "seriesConvnet"),
  sizeOption: ({ window }) => ({ default: window, min: window, max: window, doc: "time steps of a window" }),
  dataOf: ({ settings, standardisation }) => ({ kind: "series", series: { ...settings, ...standardisation } }),
};

const clips: SampleChoices<ClipSet> = {
  own: ["clipLength", "frameStride", "clipEvery"],
  ownHint: "It is for folders of episodes.",
  defaultObjective: "worldModel",
  // A world is learnt from where things are.
  defaultEncoder: ({ observation }) => (observation.kind === "frames" ? "placeConvnet" : "mlp"),
  sizeOption: ({ imageSize }) => ({
    ...{ default: imageSize, min: imageSize, max: imageSize },
    doc: "side of the pictures, as they are",
  }),
  dataOf: ({ settings, standardisation, observation, actionDim, episodes: { description } }) => {
    const { environment: name, options = {} } = description as { environment?: string; options?: object };
    const world = name === undefined ? {} : { world: { name, options: { ...options } } };
    return {
      kind: "clips",
      clips: { ...settings, ...standardisation, observation: observation.kind, actionDim, ...world },
    };
  },
};

const sampleChoices: Readonly<Record<SampleKindName, SampleChoices>> = { images, series, clips };

export function sampleChoicesOf({ kind = "images" }: { readonly kind?: SampleKindName }): SampleChoices {
  return sampleChoices[kind];
}

/**
 * Refuse choices that are meant for other samples than these.
 * @throws ValueError naming the first
 */
export function requireOwnChoices(choices: Partial<TrainChoices>, kind: SampleKindName, operation = "train"): void {
  for (const [name, { own, ownHint }] of Object.entries(sampleChoices)) {
    const stray = name === kind ? undefined : own.find((choice) => choices[choice] !== undefined);
    if (stray === undefined) continue;
    const hint = kind === "series" && stray === "size" ? "A window is as long as --window says." : ownHint;
    throw new ValueError(operation, stray, `left out for ${kind}: it is about ${name}`, choices[stray], hint);
  }
}

/** The side of the cached images if small, rounded down so that every encoder divides it. */
export function sizeFor(set: ImageSet): number {
  const fitting = Math.min(DEFAULT_IMAGE_SIZE, set.imageSize);
  return Math.max(SMALLEST_DEFAULT_SIZE, Math.floor(fitting / SIZE_STEP) * SIZE_STEP);
}
