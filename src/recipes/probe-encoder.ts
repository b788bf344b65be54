/** Two quick questions to an encoder about labels: neighbours and a linear map. */
import { resolveOptions } from "../compute/index.js";
import type { ImageSet } from "../data/index.js";
import { type Estimate, type Features, knnProbe, linearProbe, type ProgramCache } from "../evaluate/index.js";
import { createEmbedder, type RunFolder, untrainedEncoder } from "../train/index.js";
import { trainedEncoder } from "./trained-encoder.js";

export interface EncoderQuestion {
  /** Images that were trained on; their labels teach the probes. */
  readonly train: ImageSet;
  /** Images the encoder never saw. */
  readonly test: ImageSet;
  readonly which: "trained" | "untrained";
  readonly seed: number;
  readonly programs: ProgramCache;
}

/** Accuracy of 20 nearest neighbours and of logistic regression on features of a run's encoder, or of it before training. */
export async function probeEncoder(
  folder: RunFolder,
  { train, test, which, seed, programs }: EncoderQuestion,
): Promise<{ readonly knn: Estimate; readonly linear: Estimate }> {
  const { config } = folder;
  const parameters = which === "trained" ? await trainedEncoder(folder) : await untrainedEncoder(config, train);
  const embedder = await createEmbedder(config, parameters);
  try {
    const rowsOf = async (set: ImageSet) => {
      const { dim, features: values } = await embedder.embedSet(set);
      return labelledRows({ numImages: set.numImages, dim, values }, set.labels!.classOf);
    };
    const task = {
      train: await rowsOf(train),
      test: await rowsOf(test),
      numClasses: train.labels!.classNames.length,
      metrics: ["cosine"] as const,
      seed,
      programs,
    };
    const knn = await knnProbe.run(task, resolveOptions(knnProbe.name, knnProbe.options));
    const linear = await linearProbe.run(task, resolveOptions(linearProbe.name, linearProbe.options));
    return { knn, linear };
  } finally {
    await embedder.close();
  }
}

/** The rows that have a label. */
export function labelledRows(source: Features, classOf: Int32Array) {
  const indices = Int32Array.from(classOf.keys()).filter((row) => classOf[row]! >= 0);
  return { source, indices, labels: indices.map((row) => classOf[row]!) };
}
