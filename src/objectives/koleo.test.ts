import { describe, expect, test } from "vitest";
import { type HostArray, runOnce, valueAndGradient } from "../compute/index.js";
import { koleo } from "./koleo.js";
import { referenceKoleo } from "./testing/koleo.js";
import { fromRows, normalProjections } from "./testing/projections.js";

const koleoOf = async (points: HostArray) => {
  const { value, gradient } = await runOnce({ points }, (given) => {
    const { value, gradient } = valueAndGradient(given, (moved) => ({ value: koleo(moved.points), aux: {} }));
    return { value, gradient: gradient.points };
  });
  return { value: value.data[0]!, gradient: Array.from(gradient.data) };
};

describe("koleo", () => {
  test("agrees with loops", async () => {
    const points = normalProjections(9, 4, 1);
    expect((await koleoOf(points)).value).toBeCloseTo(referenceKoleo(points), 4);
  });

  test("corners of a square: each √2 from the next, −½ log 2", async () => {
    const square = fromRows([
      [1, 0],
      [0, 2],
      [-3, 0],
      [0, -1],
    ]);
    expect((await koleoOf(square)).value).toBeCloseTo(-0.5 * Math.log(2), 5);
  });

  test("points at one place are finite and pushed nowhere", async () => {
    const { value, gradient } = await koleoOf(
      fromRows([
        [1, 1],
        [1, 1],
        [2, 2],
      ]),
    );
    expect(Number.isFinite(value)).toBe(true);
    expect(gradient.every((x) => x === 0)).toBe(true);
  });
});
