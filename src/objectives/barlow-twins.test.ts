import { describe, expect, test } from "vitest";
import type { HostArray } from "../compute/index.js";
import { objectiveValue } from "./objective-value.js";
import { agreeingViews, fromRows, rowsOf } from "./testing/projections.js";

/** The paper's algorithm 1 as float64 loops; `correction` is what the variance's divisor lacks to B. */
function referenceBarlowTwins(a: HostArray, b: HostArray, correction: 0 | 1) {
  const [B, D] = a.shape as [number, number];
  const standardised = [a, b].map((view) => {
    const rows = rowsOf(view);
    return Array.from({ length: D }, (_, d) => {
      const column = rows.map((row) => row[d]!);
      const mean = column.reduce((sum, x) => sum + x, 0) / B;
      const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (B - correction);
      const std = correction === 0 ? Math.sqrt(variance + 1e-5) : Math.sqrt(variance) + 1e-5;
      return column.map((x) => (x - mean) / std);
    });
  });
  let [invariance, redundancy] = [0, 0];
  for (const [i, x] of standardised[0]!.entries()) {
    for (const [j, y] of standardised[1]!.entries()) {
      let correlation = 0;
      for (let n = 0; n < B; n++) correlation += (x[n]! * y[n]!) / B;
      if (i === j) invariance += (correlation - 1) ** 2;
      else redundancy += correlation ** 2;
    }
  }
  return { invariance, redundancy };
}

const hadamard = fromRows([
  [1, 1, 1],
  [1, -1, -1],
  [-1, 1, -1],
  [-1, -1, 1],
]);

describe("barlowTwins", () => {
  test.each([
    ["biased", 9, 4],
    ["biased", 4, 9],
    ["unbiased", 6, 6],
  ] as const)("agrees with loops, %s, B = %i, D = %i", async (deviation, B, D) => {
    const [a, b] = agreeingViews(2, B, D) as [HostArray, HostArray];
    const config = { deviation, redundancyWeight: 0.02, scale: 0.1 };
    const { total, terms } = await objectiveValue("barlowTwins", [a, b], { config });
    const expected = referenceBarlowTwins(a, b, deviation === "biased" ? 0 : 1);
    expect(terms.invariance).toBeCloseTo(expected.invariance, 4);
    expect(terms.redundancy).toBeCloseTo(expected.redundancy, 4);
    expect(total).toBeCloseTo(0.1 * (expected.invariance + 0.02 * expected.redundancy), 4);
  });

  test("orthogonal columns, views alike: nothing to gain", async () => {
    const { terms } = await objectiveValue("barlowTwins", [hadamard, hadamard]);
    expect(terms.invariance).toBeCloseTo(0, 6);
    expect(terms.redundancy).toBeCloseTo(0, 6);
  });

  test("with B − 1 the diagonal reaches 3/4 of 4 images: 3 dimensions cost (1/4)² each", async () => {
    const { terms } = await objectiveValue("barlowTwins", [hadamard, hadamard], { config: { deviation: "unbiased" } });
    expect(terms.invariance).toBeCloseTo(3 / 16, 4);
  });

  test("one dimension three times: six correlations of 1; of opposite views the diagonal costs 4 each", async () => {
    const column = [1, -1, 1, -1];
    const same = fromRows(column.map((x) => [x, x, x]));
    const opposite = fromRows(column.map((x) => [-x, -x, -x]));
    const { terms } = await objectiveValue("barlowTwins", [same, opposite]);
    expect(terms.invariance).toBeCloseTo(12, 3);
    expect(terms.redundancy).toBeCloseTo(6, 3);
  });

  test("scale and place of a dimension do not count", async () => {
    const [a, b] = agreeingViews(2, 8, 3) as [HostArray, HostArray];
    const moved = { ...b, data: b.data.map((x, i) => 10 ** (i % 3) * (x + (i % 3))) as Float32Array };
    const straight = await objectiveValue("barlowTwins", [a, b]);
    expect((await objectiveValue("barlowTwins", [a, moved])).total).toBeCloseTo(straight.total, 3);
  });
});
