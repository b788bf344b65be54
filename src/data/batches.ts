/** Which images a step sees, as a function of (seed, step): nothing to save, and a resume replays nothing. */
import { ValueError } from "../compute/errors.js";
import { keyFor, Random } from "../compute/random.js";

export interface BatchPlan {
  readonly numImages: number;
  readonly batchSize: number;
}

/** Whole batches in one pass over the images; what is left over sits the epoch out. */
export function stepsPerEpoch({ numImages, batchSize }: BatchPlan): number {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ValueError("batchIndices", "batchSize", "a whole number, at least 1", batchSize);
  }
  if (numImages < batchSize) {
    const hint = "Choose a smaller batch or add images.";
    throw new ValueError("batchIndices", "batchSize", `at most the ${numImages} images there are`, batchSize, hint);
  }
  return Math.floor(numImages / batchSize);
}

/** The epoch of a step, from 0. */
export function epochOf(plan: BatchPlan & { readonly step: number }): number {
  return Math.floor(plan.step / stepsPerEpoch(plan));
}

/**
 * The images of one step: `batchSize` indices, uniformly shuffled, none twice within an epoch.
 * The order of an epoch is a permutation keyed by (seed, "epoch", epoch), cut into batches.
 * @throws ValueError if there are fewer images than a batch holds, or the step is not a whole number from 0
 */
export function batchIndices(plan: BatchPlan & { readonly seed: number; readonly step: number }): Uint32Array {
  const { numImages, batchSize, seed, step } = plan;
  if (!Number.isInteger(step) || step < 0) {
    throw new ValueError("batchIndices", "step", "a whole number, at least 0", step);
  }
  const batchInEpoch = step % stepsPerEpoch(plan);
  const order = epochOrder(numImages, seed, epochOf(plan));
  return order.slice(batchInEpoch * batchSize, (batchInEpoch + 1) * batchSize);
}

/** The last order, kept because consecutive steps ask for the same one; making it again gives the same. */
let lastOrder: { readonly id: string; readonly order: Uint32Array } | undefined;

function epochOrder(numImages: number, seed: number, epoch: number): Uint32Array {
  const id = `${numImages} ${seed} ${epoch}`;
  if (lastOrder?.id !== id) {
    lastOrder = { id, order: new Random(keyFor(seed, "epoch", epoch)).permutation(numImages) };
  }
  return lastOrder.order;
}
