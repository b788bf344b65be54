/**
 * Learners that know images only by sums over pixels: neighbours by distance and a linear classifier in its dual form. An
 * order of the pixels means nothing to them, and here it changes not a bit: dot products of bytes are whole numbers.
 */
import { type Estimate, wilsonEstimate } from "../intervals.js";
import type { PixelTable } from "../layout-recovery/index.js";
import { choleskySolver } from "../linear-algebra/index.js";

export interface OrderFreeTask {
  readonly table: PixelTable;
  /** Class of each image, 0 .. numClasses − 1. */
  readonly labels: Int32Array;
  readonly numClasses: number;
  /** Rows of the table; a thousand each take a second or two. */
  readonly train: ArrayLike<number>;
  readonly test: ArrayLike<number>;
}

const NUM_VOTERS = 20;
/** λ of the linear classifier, as a share of the sum of squared lengths of the training images. */
const RIDGE_SHARE = 1e-4;

/**
 * Accuracy on pixels as they are of
 *   knn: 20 nearest by Euclidean distance, one vote each; ties go to the class with the nearest voter
 *   linear: least squares on ±1 targets with a constant, (K + λI) α = Y with K = XXᵀ + s, s the mean squared length
 */
export function orderFreeAccuracy(task: OrderFreeTask): { readonly knn: Estimate; readonly linear: Estimate } {
  const { table, labels, train, test } = task;
  const among = dotsOf(table, train, train);
  const across = dotsOf(table, test, train);
  const truth = Int32Array.from(test, (row) => labels[row]!);
  const accuracy = (predicted: Int32Array) =>
    wilsonEstimate(predicted.filter((label, i) => label === truth[i]).length, truth.length);
  return { knn: accuracy(voteOfNearest(task, among, across)), linear: accuracy(linearAnswer(task, among, across)) };
}

/** All dot products of two lists of images, exact: below 2⁵³ as long as an image has fewer than 10¹¹ bytes. */
function dotsOf({ numPixels, channels, values }: PixelTable, a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const length = numPixels * channels;
  const image = (row: number) => values.subarray(row * length, (row + 1) * length);
  const dots = new Float64Array(a.length * b.length);
  for (let i = 0; i < a.length; i++) {
    const left = image(a[i]!);
    for (let j = 0; j < b.length; j++) {
      const right = image(b[j]!);
      let sum = 0;
      for (let at = 0; at < length; at++) sum += left[at]! * right[at]!;
      dots[i * b.length + j] = sum;
    }
  }
  return dots;
}

function voteOfNearest({ labels, numClasses, train, test }: OrderFreeTask, among: Float64Array, across: Float64Array) {
  const n = train.length;
  const order = Array.from({ length: n }, (_, j) => j);
  return Int32Array.from({ length: test.length }, (_, i) => {
    // ‖a − b‖² without ‖a‖², which is the same for all b
    const distance = (j: number) => among[j * n + j]! - 2 * across[i * n + j]!;
    const nearest = order.toSorted((a, b) => distance(a) - distance(b) || a - b).slice(0, NUM_VOTERS);
    const voters = nearest.map((j) => labels[train[j]!]!);
    const votes = new Int32Array(numClasses);
    for (const voter of voters) votes[voter]!++;
    const most = votes.reduce((a, b) => Math.max(a, b));
    return voters.find((voter) => votes[voter] === most)!;
  });
}

function linearAnswer({ labels, numClasses, train, test }: OrderFreeTask, among: Float64Array, across: Float64Array) {
  const n = train.length;
  let scale = 0;
  for (let j = 0; j < n; j++) scale += among[j * n + j]! / n;
  const kernel = among.map((dot, i) => dot + scale + (i % (n + 1) === 0 ? RIDGE_SHARE * scale * n : 0));
  const solve = choleskySolver(kernel, n);
  const weights = Array.from({ length: numClasses }, (_, name) =>
    solve(Float64Array.from({ length: n }, (_, j) => (labels[train[j]!] === name ? 1 : -1))),
  );
  return Int32Array.from({ length: test.length }, (_, i) => {
    const scores = weights.map((weight) => weight.reduce((sum, w, j) => sum + w * (across[i * n + j]! + scale), 0));
    return scores.indexOf(Math.max(...scores));
  });
}
