/** Every registered mask, in one suite. */
import { describe, expect, test } from "vitest";
import type { HostArray } from "../../compute/host-array.js";
import { resolveOptions } from "../../compute/options.js";
import { keyFor, Random } from "../../compute/random.js";
import { masks } from "./catalog.js";
import type { Mask } from "./mask.js";

const BATCH_SIZE = 9;

/** The lists of each image: one of visible places, several of hidden ones. */
function listsOf({ data, shape }: HostArray): number[][] {
  const length = shape.at(-1)!;
  return Array.from({ length: data.length / length }, (_, i) => [...data.subarray(i * length, (i + 1) * length)]);
}

const isAscending = (places: readonly number[]): boolean =>
  places.every((place, i) => i === 0 || place > places[i - 1]!);

describe.each(Object.entries<Mask>(masks))("mask %s", (name, mask) => {
  const config = resolveOptions(name, mask.options);

  test("is registered under its name and says what it is", () => {
    expect(mask.name).toBe(name);
    expect(mask.summary.length).toBeGreaterThan(10);
    expect(mask.source).toMatch(/arXiv|doi|https/);
  });

  test.each([4, 5, 7, 8, 12, 14, 16, 19])("on a grid of %i places a side", (gridSize) => {
    const sizes = { batchSize: BATCH_SIZE, gridSize };
    const { numVisible, numGroups, numHidden } = mask.counts(gridSize, config);
    for (const seed of [0, 1, 2]) {
      const { visibleIndices, hiddenIndices } = mask.draw(sizes, config, new Random(keyFor(seed)));
      expect([visibleIndices.dtype, hiddenIndices.dtype]).toEqual(["int32", "int32"]);
      expect(visibleIndices.shape).toEqual([BATCH_SIZE, numVisible]);
      expect(hiddenIndices.shape).toEqual([BATCH_SIZE, numGroups, numHidden]);
      const [visible, hidden] = [listsOf(visibleIndices), listsOf(hiddenIndices)];
      for (const places of [...visible, ...hidden]) {
        expect(isAscending(places)).toBe(true);
        expect(places[0]).toBeGreaterThanOrEqual(0);
        expect(places.at(-1)).toBeLessThan(gridSize ** 2);
      }
      visible.forEach((places, b) => {
        const asked = new Set(hidden.slice(b * numGroups, (b + 1) * numGroups).flat());
        expect(places.filter((place) => asked.has(place))).toEqual([]);
      });
      expect(new Set(visible.map(String)).size, "images have masks of their own").toBeGreaterThan(1);
    }
  });

  test("is a function of the stream", () => {
    const draw = (seed: number) => mask.draw({ batchSize: 2, gridSize: 8 }, config, new Random(keyFor(seed)));
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  test("no row and no column of the image is seen less: top as often as bottom, left as often as right", () => {
    const gridSize = 8;
    const { visibleIndices } = mask.draw({ batchSize: 3000, gridSize }, config, new Random(keyFor(5)));
    const [rows, columns] = [new Array<number>(gridSize).fill(0), new Array<number>(gridSize).fill(0)];
    for (const place of visibleIndices.data) {
      rows[Math.floor(place / gridSize)]! += 1;
      columns[place % gridSize]! += 1;
    }
    for (const counts of [rows, columns]) {
      for (let i = 0; i < gridSize / 2; i++) {
        expect(Math.abs(counts[i]! / counts[gridSize - 1 - i]! - 1)).toBeLessThan(0.08);
      }
    }
  });

  test("names the smallest grid it can work on", () => {
    expect(() => mask.draw({ batchSize: 1, gridSize: 1 }, config, new Random(keyFor(0)))).toThrow(
      /"gridSize" must be at least \d places a side, got 1\. Take larger images, or an encoder with smaller patches/,
    );
  });
});
