/** A thread that makes its share of every batch it hears of, into shared memory. Started by `view-loader.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { createBatchMaker } from "./batch-maker.js";
import type { BatchDone, BatchRequest, WorkerSetup } from "./worker-protocol.js";

/** Images taken at a time: few enough that threads finish together, enough that reads are not tiny. */
const IMAGES_PER_SHARE = 8;

const { recipe, slots } = workerData as WorkerSetup;
const maker = createBatchMaker(recipe);
const memory = slots.map(({ nextPosition, views }) => ({
  nextPosition: new Int32Array(nextPosition),
  views: views.map((buffer) => new Float32Array(buffer)),
}));

parentPort!.on("message", (request: BatchRequest) => {
  parentPort!.postMessage(answer(request));
});

function answer({ step, slot }: BatchRequest): BatchDone {
  const started = performance.now();
  try {
    const numImages = makeShares(step, slot);
    return { slot, numViews: numImages * recipe.recipes.length, seconds: (performance.now() - started) / 1000 };
  } catch (error) {
    return { slot, numViews: 0, seconds: 0, error };
  }
}

/** Threads draw positions from one shared counter until the batch is used up, so a slow thread holds nobody up. */
function makeShares(step: number, slot: number): number {
  const { nextPosition, views } = memory[slot]!;
  let numImages = 0;
  for (;;) {
    const first = Atomics.add(nextPosition, 0, IMAGES_PER_SHARE);
    if (first >= recipe.batchSize) return numImages;
    const end = Math.min(first + IMAGES_PER_SHARE, recipe.batchSize);
    maker.fill(step, first, end, views);
    numImages += end - first;
  }
}
