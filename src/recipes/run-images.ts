/** The images of a run: opened for it the first time, found again later. */
import { DarkmatterError, ValueError } from "../compute/index.js";
import { type ImageSet, openImages, split } from "../data/index.js";
import type { RunFolder } from "../train/index.js";
import { DEFAULT_IMAGE_SIZE } from "./choices.js";
import type { TrainChoices, TrainObserver } from "./main-job.js";

/** The part of choices that decides which images are opened, and how. */
export interface ImageChoices extends Pick<TrainChoices, "labels" | "size"> {
  readonly channels?: 1 | 3;
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
    ...(channels !== undefined && { channels }),
    ...(observer.onData && { onProgress: observer.onData }),
  });
}

/** What is left to train on when some images are set aside. */
export function trainedPart(set: ImageSet, holdOut: number | undefined, seed: number): ImageSet {
  return holdOut === undefined ? set : split(set, { heldOut: holdOut, seed }).kept;
}
