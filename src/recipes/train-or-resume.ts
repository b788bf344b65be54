/** One run among several that belong together: begun, gone on with, or found finished. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ImageSet } from "../data/index.js";
import type { TrainChoices, TrainObserver, TrainSummary } from "./main-job.js";
import { resumeTraining, trainImages } from "./train-images.js";

/**
 * Train the run of a folder to its end, from wherever it is.
 * @returns a summary that is not finished if training was stopped
 * @throws DarkmatterError if the folder holds a run of other choices, naming them
 */
export async function trainOrResume(
  choices: TrainChoices & { readonly out: string },
  observer: TrainObserver,
  set: ImageSet,
): Promise<TrainSummary> {
  if (!existsSync(join(choices.out, "config.json"))) return trainImages(choices, observer, set);
  const { data: _, out: path, minutes: __, ...asked } = choices;
  return resumeTraining(path, asked, observer, set);
}
