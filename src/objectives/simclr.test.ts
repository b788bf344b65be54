import { describe, expect, test } from "vitest";
import type { HostArray } from "../compute/index.js";
import { objectiveValue } from "./objective-value.js";
import { agreeingViews, fromRows, normalProjections, rowsOf } from "./testing/projections.js";

const totalOf = async (views: HostArray[], temperature: number): Promise<number> =>
  (await objectiveValue("simclr", views, { config: { temperature } })).total;

/** The paper's equation 1 and algorithm 1 as float64 loops. */
function referenceNtXent(a: HostArray, b: HostArray, temperature: number): number {
  const z = [...rowsOf(a), ...rowsOf(b)];
  const B = a.shape[0]!;
  const cosine = (x: number[], y: number[]): number => {
    let [dot, xx, yy] = [0, 0, 0];
    x.forEach((value, d) => {
      dot += value * y[d]!;
      xx += value * value;
      yy += y[d]! * y[d]!;
    });
    return dot / Math.sqrt(xx * yy);
  };
  let sum = 0;
  for (let i = 0; i < 2 * B; i++) {
    let denominator = 0;
    for (let j = 0; j < 2 * B; j++) if (j !== i) denominator += Math.exp(cosine(z[i]!, z[j]!) / temperature);
    sum -= Math.log(Math.exp(cosine(z[i]!, z[(i + B) % (2 * B)]!) / temperature) / denominator);
  }
  return sum / (2 * B);
}

describe("simclr", () => {
  test.each([0.07, 0.2, 0.5, 1])("agrees with loops at temperature %f", async (temperature) => {
    const [a, b] = agreeingViews(2, 7, 5) as [HostArray, HostArray];
    expect(await totalOf([a, b], temperature)).toBeCloseTo(referenceNtXent(a, b, temperature), 4);
  });

  test.each([0.1, 0.5])("identical embeddings give log(2B - 1) at temperature %f", async (temperature) => {
    const same = fromRows(new Array(4).fill([1, 2, 3]));
    expect(await totalOf([same, same], temperature)).toBeCloseTo(Math.log(7), 5);
  });

  test("orthogonal images, identical views: log(1 + (2B - 2) exp(-1/τ))", async () => {
    const axes = fromRows([0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? 5 : 0))));
    expect(await totalOf([axes, axes], 0.5)).toBeCloseTo(Math.log(1 + 4 * Math.exp(-2)), 5);
  });

  test("only directions count", async () => {
    const [a, b] = agreeingViews(2, 6, 4) as [HostArray, HostArray];
    const scaled = { ...b, data: b.data.map((x) => 1000 * x) as Float32Array };
    expect(await totalOf([a, scaled], 0.2)).toBeCloseTo(await totalOf([a, b], 0.2), 5);
  });

  test("low temperatures do not overflow", async () => {
    const opposed = [normalProjections(4, 3, 1), normalProjections(4, 3, 2)];
    const value = await totalOf(opposed, 0.01);
    expect(value).toBeGreaterThan(1);
    expect(Number.isFinite(value)).toBe(true);
  });

  test("three views: the mean over the three pairs", async () => {
    const [a, b, c] = agreeingViews(3, 5, 4) as [HostArray, HostArray, HostArray];
    const pairs = [
      [a, b],
      [a, c],
      [b, c],
    ] as const;
    const expected = pairs.reduce((sum, [x, y]) => sum + referenceNtXent(x, y, 0.5), 0) / 3;
    expect(await totalOf([a, b, c], 0.5)).toBeCloseTo(expected, 5);
  });
});
