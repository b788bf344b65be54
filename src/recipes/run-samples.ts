/** The samples of a run, whatever they are: opened for it the first time, found again later. */
import { type SampleSplit, sampleKindOf } from "../augment/index.js";
import { DarkmatterError, ValueError } from "../compute/index.js";
import {
  type ClipOptions,
  clipsStandardisedBy,
  isEpisodeFolder,
  isSeriesName,
  openClips,
  openSeries,
  type Samples,
  type SeriesOptions,
  standardisedBy,
} from "../data/index.js";
import type { RunFolder, TrainConfig } from "../train/index.js";
import type { TrainChoices, TrainObserver } from "./main-job.js";
import { openForTraining, openImagesOf } from "./run-images.js";

/** The part of choices that decides which samples are opened, and how. */
type OpenChoices = Pick<TrainChoices, "labels" | "size" | keyof SeriesOptions | keyof ClipOptions>;

/** Samples for a new run: a .csv or .parquet file is a series, a folder of episodes are clips, anything else are images. */
export async function openSamples(
  choices: OpenChoices & Pick<TrainChoices, "data">,
  observer: Pick<TrainObserver, "onData">,
): Promise<Samples> {
  const { clipLength, frameStride, clipEvery } = choices;
  if (isEpisodeFolder(choices.data)) return openClips(choices.data, defined({ clipLength, frameStride, clipEvery }));
  if (!isSeriesName(choices.data)) return openForTraining(choices, observer);
  const { window, stride, time, group, label, columns, missing } = choices;
  return openSeries(choices.data, defined({ window, stride, time, group, label, columns, missing }));
}

/** Where samples of a run are now, and what is known of them. */
export interface OtherSamples {
  /** Absent: where the run had them. */
  readonly data?: string;
  /** A labels file, of images. */
  readonly labels?: string;
  /** The column of classes, of series; absent: the run's, if it had one. */
  readonly label?: string;
}

/**
 * The samples of a run, or others as its encoder takes them: images of its size and colour, windows of its length and
 * channels, standardised as in training.
 * @throws DarkmatterError if they are gone
 */
export async function openSamplesOf(
  folder: RunFolder,
  operation: string,
  others: OtherSamples,
  observer: Pick<TrainObserver, "onData">,
): Promise<Samples> {
  const { data, imageSize: size } = folder.config;
  if (data.series !== undefined) return openSeriesOf(folder, operation, others, data.series);
  if (data.clips !== undefined) return openClipsOf(folder, operation, others.data, data.clips);
  const { labels, data: path } = others;
  const choices = { channels: data.channels, ...(labels !== undefined && { labels }) };
  if (path === undefined || operation === "resume") {
    return openImagesOf(folder, operation, { ...choices, ...(path !== undefined && { data: path }) }, observer);
  }
  return openForTraining({ data: path, size, ...choices }, observer);
}

async function openSeriesOf(
  { config }: RunFolder,
  operation: string,
  { data, label }: OtherSamples,
  { means, stds, ...settings }: NonNullable<TrainConfig["data"]["series"]>,
): Promise<Samples> {
  const { label: ownLabel, ...rest } = settings;
  // Other data need not know the classes.
  const shown = label ?? (data === undefined || operation === "resume" ? ownLabel : undefined);
  try {
    const set = await openSeries(data ?? config.data.source, { ...rest, ...defined({ label: shown }) });
    return standardisedBy(set, { means, stds });
  } catch (cause) {
    const isGone = data === undefined && cause instanceof ValueError && cause.argument === "path";
    if (!isGone) throw cause;
    throw new DarkmatterError(
      `${operation}: the series of this run, "${config.data.source}", is no longer there (seen from ${process.cwd()}). ` +
        "Bring it back, or say where it is now.",
      { cause },
    );
  }
}

/** Clips cut and standardised as those of the run. */
function openClipsOf(
  { config }: RunFolder,
  operation: string,
  data: string | undefined,
  { means, stds, clipLength, frameStride, clipEvery }: NonNullable<TrainConfig["data"]["clips"]>,
): Samples {
  const folder = data ?? config.data.source;
  if (!isEpisodeFolder(folder)) {
    throw new DarkmatterError(
      `${operation}: there are no episodes in "${folder}" (seen from ${process.cwd()}). ` +
        "Bring them back, or say where they are now.",
    );
  }
  return clipsStandardisedBy(openClips(folder, { clipLength, frameStride, clipEvery }), { means, stds });
}

/** How many samples are set aside, and which: by a seed of their own, or else by the run's. */
export type HoldOut = Pick<TrainChoices, "holdOut" | "holdOutSeed" | "seed">;

/** The samples to train on and those set aside; undefined if none are. */
export function splitSamples(set: Samples, { holdOut, holdOutSeed, seed = 0 }: HoldOut): SampleSplit | undefined {
  if (holdOut === undefined) return undefined;
  return sampleKindOf(set).split(set, { heldOut: holdOut, seed: holdOutSeed ?? seed });
}

function defined<T extends object>(given: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}
