/** BYOL and SimSiam: one cosine, seen as a distance and as its negative. */
import { describe, expect, test } from "vitest";
import type { HostArray } from "../compute/index.js";
import { resolveOptions } from "../compute/index.js";
import { byol } from "./byol.js";
import { objectiveValue } from "./objective-value.js";
import { agreeingViews, fromRows, rowsOf } from "./testing/projections.js";

/** Mean of the cosines of rows, as float64 loops. */
function referenceCosine(a: HostArray, b: HostArray): number {
  const [x, y] = [rowsOf(a), rowsOf(b)];
  let sum = 0;
  for (const [i, row] of x.entries()) {
    let [dot, xx, yy] = [0, 0, 0];
    row.forEach((value, d) => {
      dot += value * y[i]![d]!;
      xx += value ** 2;
      yy += y[i]![d]! ** 2;
    });
    sum += dot / Math.sqrt(xx * yy);
  }
  return sum / x.length;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

describe.each([
  ["byol", (cosine: number) => 2 - 2 * cosine],
  ["simSiam", (cosine: number) => -cosine],
] as const)("%s", (name, scoreOf) => {
  test("agrees with loops: two global views, two local ones, each target against the views that are not its own", async () => {
    const [a, b, c, d, targetA, targetB] = agreeingViews(6, 7, 5) as [HostArray, ...HostArray[]];
    const pairs = [
      [b, targetA],
      [c, targetA],
      [d, targetA],
      [a, targetB],
      [c, targetB],
      [d, targetB],
    ] as [HostArray, HostArray][];
    const given = { targets: [targetA!, targetB!], numGlobalViews: 2 };
    const { total } = await objectiveValue(name, [a, b!, c!, d!], given);
    expect(total).toBeCloseTo(scoreOf(meanOf(pairs.map(([p, t]) => referenceCosine(p, t)))), 5);
  });

  test.each([
    ["alike", 1, 1],
    ["at right angles", 0, 0],
    ["opposite", -1, -1],
  ])("%s, at any length", async (_case, x, cosine) => {
    const prediction = fromRows([
      [3, 0],
      [0, 5],
    ]);
    const other =
      cosine === 0
        ? [
            [0, 2],
            [7, 0],
          ]
        : [
            [x, 0],
            [0, 9 * x],
          ];
    const given = { targets: [fromRows(other)], targetViews: [1] };
    expect((await objectiveValue(name, [prediction], given)).total).toBeCloseTo(scoreOf(cosine), 6);
  });

  test("a prediction beside the target of its own view alone is nothing to learn from", async () => {
    const [view, target] = agreeingViews(2, 4, 3) as [HostArray, HostArray];
    await expect(objectiveValue(name, [view], { targets: [target] })).rejects.toThrow(
      `${name}: "projections" must have at least 2 views`,
    );
  });
});

test("BYOL's target stops moving: .99 to 1 along half a cosine", () => {
  const { emaDecay } = byol.schedules!(resolveOptions("byol", byol.options), { totalSteps: 100, stepsPerEpoch: 10 });
  expect(emaDecay!(0)).toBeCloseTo(0.99, 12);
  expect(emaDecay!(50)).toBeCloseTo(0.995, 12);
  expect(emaDecay!(100)).toBe(1);
});
