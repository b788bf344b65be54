/** A picture of what the model would see. */
import { sampleKindOf, writeContactSheet } from "../augment/index.js";
import type { OnProgress, SeriesOptions } from "../data/index.js";
import { chooseViews } from "./choices.js";
import type { TrainChoices } from "./main-job.js";
import { openSamples } from "./run-samples.js";
import { requireOwnChoices, sampleChoicesOf } from "./sample-choices.js";
import { whatIsLeft } from "./what-is-left.js";

export interface PreviewOptions
  extends SeriesOptions,
    Pick<
      TrainChoices,
      "data" | "objective" | "objectiveOptions" | "size" | "strength" | "localViews" | "views" | "seed"
    > {
  readonly numImages?: number;
  /** Path of the PNG. */
  readonly out: string;
}

/**
 * Write a contact sheet of images, or windows of a series, and their views, as training with these choices would make
 * them; with an objective that hides some of a view, what it leaves is drawn beside it.
 */
export async function previewViews(options: PreviewOptions, { onData }: { onData?: OnProgress } = {}): Promise<string> {
  const { out, numImages, ...choices } = options;
  const set = await openSamples(choices, { ...(onData && { onData }) });
  try {
    const kind = sampleKindOf(set);
    requireOwnChoices(choices, kind.name);
    const recipes = chooseViews(choices, choices.size ?? sampleChoicesOf(set).sizeOption(set).default, kind);
    const { seed = 0 } = choices;
    const left = whatIsLeft(choices);
    await writeContactSheet({
      ...{ set, recipes, seed, path: out },
      ...(numImages !== undefined && { numImages }),
      ...(left && { whatIsLeft: left }),
    });
    return out;
  } finally {
    set.close();
  }
}
