import { describe, expect, test } from "vitest";
import { float32, int32, runOnce, type Tensor, valueAndGradient } from "../compute/index.js";
import { testedEngines } from "../compute/testing/software-gpu.js";
import { selectPlaces } from "./select-places.js";

/** Three places of two images, each marked by its number: 100 b + 10 n + d. */
const marked = float32(
  [0, 1].flatMap((b) => [0, 1, 2].flatMap((n) => [0, 1].map((d) => 100 * b + 10 * n + d))),
  [2, 3, 2],
);
const places = int32([2, 0, 1, 1], [2, 2]);

describe.each(testedEngines.map((engine) => [engine.name, engine] as const))("selectPlaces on %s", (_name, engine) => {
  test("takes each image's own places, in the order they are named", async () => {
    const { y } = await runOnce({ marked, places }, (t) => ({ y: selectPlaces(t.marked, t.places) }), engine);
    expect(y.shape).toEqual([2, 2, 2]);
    expect([...y.data]).toEqual([20, 21, 0, 1, 110, 111, 110, 111]);
  });

  test("reads one table for all images", async () => {
    const table = float32([1, 2, 3, 4, 5, 6], [3, 2]);
    const { y } = await runOnce({ table, places }, (t) => ({ y: selectPlaces(t.table, t.places) }), engine);
    expect([...y.data]).toEqual([5, 6, 1, 2, 3, 4, 3, 4]);
  });

  test("the gradient adds up where a place is named twice, also for a large table", async () => {
    const [numPlaces, B, K] = [4, 64, 256];
    const table = float32(new Float32Array(numPlaces * 8), [numPlaces, 8]);
    const many = int32(
      Int32Array.from({ length: B * K }, (_, i) => i % 3),
      [B, K],
    );
    const { gradient } = await runOnce(
      { table, many },
      (t) => {
        const body = ({ table }: { table: Tensor }) => ({ value: selectPlaces(table, t.many).sum(), aux: {} });
        return { gradient: valueAndGradient({ table: t.table }, body).gradient.table };
      },
      engine,
    );
    const expected = [5462, 5461, 5461, 0].flatMap((count) => Array(8).fill(count));
    expect([...gradient.data]).toEqual(expected);
  });
});

test("selectPlaces names lists that belong to another batch", async () => {
  const others = int32([0, 1, 2], [3, 1]);
  const failing = runOnce({ marked, others }, (t) => ({ y: selectPlaces(t.marked, t.others) }));
  await expect(failing).rejects.toThrow('selectPlaces: "places" must have shape [2, K], got [3, 1]');
});
