/** How long a real training run waits for its views. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { recipeFor } from "darkmatter/augment";
import { openImages } from "darkmatter/data";
import { simclr } from "darkmatter/objectives";
import { createTrainer, digestOf, train } from "darkmatter/train";

const WARM_UP_STEPS = 3;
const STEPS = 15;
const BATCH = 64;

/** SimCLR with a ViT on the pictures of folder/images; the share of the time of `STEPS` steps spent waiting. */
export async function shareOfWaiting(folder: string, size: number): Promise<{ share: number; steps: number }> {
  const set = await openImages(join(folder, "images"), { trainingSize: size, cacheDir: join(folder, "cache") });
  const config = {
    data: { source: set.name, numImages: set.numImages, channels: set.channels, digest: digestOf(set) },
    imageSize: size,
    objective: { name: "simclr", options: {} },
    encoder: { name: "vit", options: {} },
    projector: simclr.projector!,
    optimizer: { name: "adamw", options: {} },
    views: simclr.defaultViews.map((preset) => recipeFor(preset, { size })),
    numGlobalViews: simclr.defaultViews.length,
    batchSize: BATCH,
    totalSteps: WARM_UP_STEPS + STEPS,
    warmupSteps: 2,
    learningRate: 5e-4,
    finalLearningRate: 0,
    weightDecay: 0.05,
    maxGradientNorm: 10,
    seed: 0,
    engine: "native",
    numThreads: availableParallelism(),
  };
  const trainer = await createTrainer(config, set);
  try {
    let [seconds, waitedBefore] = [0, 0];
    for await (const event of train(trainer, trainer.initial)) {
      if (event.step <= WARM_UP_STEPS) waitedBefore = trainer.loader.secondsWaited;
      else seconds += event.seconds;
    }
    return { share: (trainer.loader.secondsWaited - waitedBefore) / seconds, steps: STEPS };
  } finally {
    await trainer.close();
    set.close();
  }
}
