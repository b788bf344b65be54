/** A picture of what the model would see. */
import { writeContactSheet } from "../augment/index.js";
import type { OnProgress } from "../data/index.js";
import { chooseViews, sizeFor } from "./choices.js";
import type { TrainChoices } from "./main-job.js";
import { openForTraining } from "./run-images.js";

export interface PreviewOptions
  extends Pick<TrainChoices, "data" | "objective" | "size" | "strength" | "views" | "seed"> {
  readonly numImages?: number;
  /** Path of the PNG. */
  readonly out: string;
}

/** Write a contact sheet of images and their views, as training with these choices would make them. */
export async function previewViews(options: PreviewOptions, { onData }: { onData?: OnProgress } = {}): Promise<string> {
  const { out, numImages, ...choices } = options;
  const set = await openForTraining(choices, { ...(onData && { onData }) });
  try {
    const recipes = chooseViews(choices, choices.size ?? sizeFor(set));
    const { seed = 0 } = choices;
    await writeContactSheet({ set, recipes, seed, path: out, ...(numImages !== undefined && { numImages }) });
    return out;
  } finally {
    set.close();
  }
}
