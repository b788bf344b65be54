import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../compute/index.js";
import { adjustedRandIndex, kMeans, normalizedMutualInformation } from "./clustering.js";

function gramOf(rows: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(rows.flatMap((a) => rows.map((b) => a.reduce((sum, value, d) => sum + value * b[d]!, 0))));
}

describe("k-means", () => {
  test("by hand: 0, 1 and 10, 12 are two clusters, inertia 0.5 + 2", () => {
    const { clusterOf, inertia } = kMeans(gramOf([[0], [10], [1], [12]]), 4, 2, keyFor(0));
    expect(clusterOf[0]).toBe(clusterOf[2]);
    expect(clusterOf[1]).toBe(clusterOf[3]);
    expect(clusterOf[0]).not.toBe(clusterOf[1]);
    expect(inertia).toBeCloseTo(2.5, 4);
  });

  test("as many clusters as rows: each its own; copies do not stop it; one cluster: the variance", () => {
    const rows = [
      [1, 0],
      [1, 0],
      [1, 0],
      [0, 1],
    ];
    expect(new Set(kMeans(gramOf(rows), 4, 4, keyFor(0)).clusterOf).size).toBe(4);
    expect(kMeans(gramOf([[1], [2], [3]]), 3, 1, keyFor(0)).inertia).toBeCloseTo(2, 5);
    expect(() => kMeans(gramOf(rows), 4, 5, keyFor(0))).toThrow(/5 clusters/);
    expect(() => kMeans(gramOf(rows), 3, 2, keyFor(0))).toThrow(/"gram"/);
  });

  test("finds far clouds from some start, and is repeatable", () => {
    const random = new Random(keyFor(3));
    const rows = Array.from({ length: 60 }, (_, i) => [
      8 * (i % 3) + random.normal(),
      5 * (i % 2) + 0.1 * random.normal(),
    ]);
    const truth = Int32Array.from(rows, (_, i) => i % 6);
    const gram = gramOf(rows);
    const starts = Array.from({ length: 8 }, (_, start) => kMeans(gram, 60, 6, keyFor(start)));
    const best = starts.reduce((a, b) => (b.inertia < a.inertia ? b : a));
    expect(normalizedMutualInformation(best.clusterOf, truth)).toBeGreaterThan(0.95);
    expect(kMeans(gram, 60, 6, keyFor(0))).toEqual(starts[0]);
  });
});

describe("agreement of partitions", () => {
  test("by hand: {01|23} against {0|123}", () => {
    const [a, b] = [Int32Array.of(0, 0, 1, 1), Int32Array.of(0, 1, 1, 1)];
    const [ha, hb] = [Math.log(2), Math.log(4) - 0.75 * Math.log(3)];
    const joint = 1.5 * Math.log(2); // ¼ ¼ ½
    expect(normalizedMutualInformation(a, b)).toBeCloseTo((2 * (ha + hb - joint)) / (ha + hb), 10);
    // pairs together in both: 1 (23); in a: 2; in b: 3; of 6
    expect(adjustedRandIndex(a, b)).toBeCloseTo((1 - 1) / (2.5 - 1), 10);
  });

  test("equal up to names is 1; one part against many is 0; both are symmetric", () => {
    const one = Int32Array.of(0, 0, 0, 0);
    expect(normalizedMutualInformation(one, Int32Array.of(0, 1, 2, 3))).toBe(0);
    expect(normalizedMutualInformation(one, one)).toBe(1);
    expect(adjustedRandIndex(one, one)).toBe(1);
    const part = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), { minLength: 2 });
    fc.assert(
      fc.property(part, (pairs) => {
        const [a, b] = [Int32Array.from(pairs, ([x]) => x), Int32Array.from(pairs, ([, y]) => y)];
        const renamed = a.map((c) => 9 - c);
        expect(normalizedMutualInformation(a, renamed)).toBeCloseTo(1, 9);
        expect(adjustedRandIndex(a, renamed)).toBeCloseTo(1, 9);
        for (const measure of [normalizedMutualInformation, adjustedRandIndex]) {
          expect(measure(a, b)).toBeCloseTo(measure(b, a), 9);
          expect(measure(a, b)).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });
});
