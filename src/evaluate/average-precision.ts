/** Average precision: how far up a ranking the right ones stand. */

/**
 * Precision at each right item, averaged over them: Σ_n (R_n − R_{n−1}) P_n over the distinct scores, highest first, with
 * precision P and recall R of everything scored at least so high. Items of equal score count as found together, so their
 * order does not matter.
 * @param scores higher is found earlier
 * @param isRight aligned with `scores`
 * @returns 0..1; NaN when nothing is right
 */
export function averagePrecision(scores: ArrayLike<number>, isRight: (item: number) => boolean): number {
  const n = scores.length;
  const order = Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  let [numRight, sum] = [0, 0];
  for (let at = 0; at < n; ) {
    const score = scores[order[at]!]!;
    let newlyRight = 0;
    while (at < n && scores[order[at]!] === score) if (isRight(order[at++]!)) newlyRight++;
    numRight += newlyRight;
    sum += (newlyRight * numRight) / at;
  }
  return sum / numRight;
}

/**
 * Average precision to expect of a random order of n items, r of them right:
 *   ((r − 1)/(n − 1) · (n − H_n) + H_n) / n, H_n = 1 + 1/2 + .. + 1/n
 */
export function chancePrecision(numRight: number, n: number): number {
  let harmonic = 0;
  for (let i = 1; i <= n; i++) harmonic += 1 / i;
  return n < 2 ? 1 : (((numRight - 1) / (n - 1)) * (n - harmonic) + harmonic) / n;
}
