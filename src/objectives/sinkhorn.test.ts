import { describe, expect, test } from "vitest";
import { float32, type HostArray, runOnce, Tensor } from "../compute/index.js";
import { sinkhorn } from "./sinkhorn.js";
import { agreeingViews, fromRows, rowsOf } from "./testing/projections.js";

const scaled = (array: HostArray, factor: number): HostArray =>
  float32(
    Float32Array.from(array.data, (x) => factor * x),
    array.shape,
  );

describe("sinkhorn", () => {
  const balance = async (views: readonly HostArray[], temperature: number) => {
    const inputs = Object.fromEntries(views.map((view, v) => [`${v}`, view]));
    const body = (given: Record<string, Tensor>) => {
      const rows = sinkhorn(Object.values(given), Tensor.constant(temperature));
      return Object.fromEntries(rows.map((view, v) => [`${v}`, view]));
    };
    return Object.values(await runOnce(inputs, body)).flatMap(rowsOf);
  };

  test("one prototype that all prefer is shared evenly", async () => {
    const rows = await balance(
      [
        fromRows([
          [1, 0],
          [1, 0],
          [1, 0],
        ]),
      ],
      0.1,
    );
    for (const x of rows.flat()) expect(x).toBeCloseTo(0.5, 5);
  });

  test("views are balanced together, and rows are distributions at any scale", async () => {
    const [a, b] = agreeingViews(2, 5, 3) as [HostArray, HostArray];
    const apart = [...(await balance([a], 0.5)), ...(await balance([b], 0.5))];
    const together = await balance([a, b], 0.5);
    expect(together).not.toEqual(apart);
    for (const row of await balance([scaled(a, 1e4), b], 0.05)) {
      expect(row.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 4);
    }
  });
});
