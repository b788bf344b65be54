/** Distances between two vectors of the same width. */

export type Norm = "squaredL2" | "L2" | "L1";

export function normOption<D extends Norm>(fallback: D) {
  const doc = "how differences are measured: Σ d², its root, or Σ |d|";
  return { default: fallback, choices: ["squaredL2", "L2", "L1"], doc } as const;
}

export function distanceBetween(a: ArrayLike<number>, b: ArrayLike<number>, norm: Norm): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += norm === "L1" ? Math.abs(difference) : difference ** 2;
  }
  return norm === "L2" ? Math.sqrt(sum) : sum;
}
