/** Memory: how much this process may take, and what to do when a step needs more. */
import { freemem, totalmem } from "node:os";
import { DarkmatterError } from "../compute/index.js";

/** Bytes this process may still take, of the machine or of the container it runs in. */
export function freeMemory(): number {
  return Math.min(freemem(), limitOfContainer() - process.memoryUsage.rss());
}

/** Bytes there are at all. */
function wholeMemory(): number {
  return Math.min(totalmem(), limitOfContainer());
}

function limitOfContainer(): number {
  // 0 or undefined where nothing limits the process
  return process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
}

/**
 * Refuse a step that cannot fit before it runs: the system would end the process without a word.
 * @param whole bytes of the machine
 * @throws DarkmatterError with a chunk that should fit
 */
export function requireMemory(
  neededBytes: number | undefined,
  { batchSize, chunkSize = batchSize }: { readonly batchSize: number; readonly chunkSize?: number },
  whole = wholeMemory(),
): void {
  if (neededBytes === undefined || neededBytes <= whole) return;
  throw new DarkmatterError(
    `train: a step on ${chunkSize} of ${batchSize} images at a time needs about ${gigabytes(neededBytes)} of memory, ` +
      `and this machine has ${gigabytes(whole)}. ${memoryRemedy(chunkSize, neededBytes, whole)}`,
  );
}

/** What makes a step of these images at a time fit into the memory there is. */
export function memoryRemedy(imagesAtATime: number, neededBytes: number, availableBytes: number): string {
  const fitting = (imagesAtATime * availableBytes) / neededBytes;
  // A margin of a third: not everything shrinks with the chunk.
  const chunk = 2 ** Math.floor(Math.log2(Math.max(1, fitting / 1.5)));
  return `Encode the batch in chunks (--chunk ${chunk}: the same gradient, about a third more time) or choose a smaller one.`;
}

/** 1.2 GB. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(2)} GB`;
}
