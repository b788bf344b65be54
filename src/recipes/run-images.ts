/** The images of a run: opened for it the first time, found again later. */
import { DarkmatterError, ValueError } from "../compute/index.js";
import { type ImageSet, openImages, type Split, split } from "../data/index.js";
import type { RunFolder, TrainConfig } from "../train/index.js";
import type { TrainChoices, TrainObserver } from "./main-job.js";
import { DEFAULT_IMAGE_SIZE } from "./sample-choices.js";

/** The part of choices that decides which images are opened, and how. */
export interface ImageChoices extends Pick<TrainChoices, "labels" | "size"> {
  readonly channels?: number;
}

/**
 * The images a run was trained on.
 * @throws DarkmatterError if they are gone
 */
export async function openImagesOf(
  { config }: RunFolder,
  operation: string,
  choices: ImageChoices & { readonly data?: string },
  observer: Pick<TrainObserver, "onData">,
): Promise<ImageSet> {
  const { source, labels } = config.data;
  try {
    const own = { data: source, size: config.imageSize, ...(labels !== undefined && { labels }) };
    return await openForTraining({ ...own, ...choices }, observer);
  } catch (cause) {
    const isGone = choices.data === undefined && cause instanceof ValueError && cause.argument === "path";
    if (!isGone) throw cause;
    throw new DarkmatterError(
      `${operation}: the images of this run, "${source}", are no longer there (seen from ${process.cwd()}). ` +
        "Bring them back, or say where they are now.",
      { cause },
    );
  }
}

/** Images for training: cached at twice the size that is trained on. */
export function openForTraining(
  choices: ImageChoices & Pick<TrainChoices, "data">,
  observer: Pick<TrainObserver, "onData">,
): Promise<ImageSet> {
  const { data, labels, size, channels } = choices;
  return openImages(data, {
    trainingSize: size ?? DEFAULT_IMAGE_SIZE,
    ...(labels !== undefined && { labels }),
    ...(channels !== undefined && { channels: channels as 1 | 3 }),
    ...(observer.onData && { onProgress: observer.onData }),
  });
}

/** How many images are set aside, and which: by a seed of their own, or else by the run's. */
export type HoldOut = Pick<TrainChoices, "holdOut" | "holdOutSeed" | "seed">;

export function holdOutOf({ data: { holdOut, holdOutSeed }, seed }: TrainConfig): HoldOut {
  return { ...(holdOut !== undefined && { holdOut }), ...(holdOutSeed !== undefined && { holdOutSeed }), seed };
}

/** The images to train on and those set aside; undefined if none are. */
export function splitForTraining(set: ImageSet, { holdOut, holdOutSeed, seed = 0 }: HoldOut): Split | undefined {
  return holdOut === undefined ? undefined : split(set, { heldOut: holdOut, seed: holdOutSeed ?? seed });
}

/** What is left to train on when some images are set aside. */
export function trainedPart(set: ImageSet, choices: HoldOut): ImageSet {
  return splitForTraining(set, choices)?.kept ?? set;
}
