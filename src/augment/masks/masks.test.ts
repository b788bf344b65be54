/** What is particular to one mask. */
import { describe, expect, test } from "vitest";
import { resolveOptions } from "../../compute/options.js";
import { keyFor, Random } from "../../compute/random.js";
import { areaOf, blockShapes } from "./block.js";
import { blockMask } from "./block-mask.js";
import { inverseBlockMask } from "./inverse-block-mask.js";
import { randomMask } from "./random-mask.js";

describe("randomMask", () => {
  test.each([
    [8, 0.75, 16],
    [14, 0.75, 49],
    [10, 0.9, 10], // 100 (1 − .9) is 9.999... in floating point
    [5, 0.75, 6], // ⌊6.25⌋
    [2, 0.95, 1], // never none
    [4, 0.05, 15],
  ])("a grid of %i at ratio %f keeps %i places, and hides all others", (gridSize, maskRatio, numVisible) => {
    const numHidden = gridSize ** 2 - numVisible;
    expect(randomMask.counts(gridSize, { maskRatio })).toEqual({ numVisible, numGroups: 1, numHidden });
  });

  test("every place is kept equally often, pairs too", () => {
    const { visibleIndices } = randomMask.draw(
      { batchSize: 4000, gridSize: 4 },
      { maskRatio: 0.75 },
      new Random(keyFor(1)),
    );
    const counts = new Array<number>(16).fill(0);
    let together = 0;
    for (let b = 0; b < 4000; b++) {
      const places = [...visibleIndices.data.subarray(4 * b, 4 * b + 4)];
      for (const place of places) counts[place]! += 1;
      if (places.includes(0) && places.includes(1)) together += 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120); // 4.4 standard deviations
    expect(Math.abs(together / 4000 - (4 * 3) / (16 * 15))).toBeLessThan(0.015);
  });
});

describe("blockMask", () => {
  const config = resolveOptions("blockMask", blockMask.options);

  test.each([
    [8, ["3x4", "4x3"]], // 12 of 9.6 to 12.8
    [14, ["5x6", "6x5"]], // 30 of 29.4 to 39.2; 36 has one shape
    [16, ["6x7", "7x6"]], // 42 of 38.4 to 51.2, nearer to the middle than 6x8
    [7, ["3x3"]], // 9 of 7.35 to 9.8; 2x4 is too flat
    [4, ["2x2"]], // nothing within 2.4 to 3.2
  ])("targets on a grid of %i are %j", (gridSize, expected) => {
    const shapes = blockShapes(gridSize, { min: 0.15, max: 0.2 }, { min: 0.75, max: 1.5 });
    expect(shapes.map(({ height, width }) => `${height}x${width}`).sort()).toEqual(expected);
    expect(blockMask.counts(gridSize, config).numHidden).toBe(areaOf(shapes[0]!));
  });

  test("targets are rectangles of these shapes, both of them, anywhere", () => {
    const { hiddenIndices } = blockMask.draw({ batchSize: 200, gridSize: 8 }, config, new Random(keyFor(2)));
    const seen = new Set<string>();
    for (let i = 0; i < 800; i++) {
      const places = [...hiddenIndices.data.subarray(12 * i, 12 * i + 12)];
      const [rows, columns] = [places.map((p) => Math.floor(p / 8)), places.map((p) => p % 8)];
      const [height, width] = [rows, columns].map((at) => Math.max(...at) - Math.min(...at) + 1) as [number, number];
      expect(height * width).toBe(12);
      seen.add(`${height}x${width} at ${places[0]}`);
    }
    expect(seen.size).toBe(2 * 6 * 5); // 3x4 and 4x3, each in 6 · 5 positions
  });

  test("a context is cut by chance: where more is left than fits, the last row is kept like the first", () => {
    // targets of one place: the context block keeps almost everything, and most draws are cut
    const few = { ...config, numTargets: 1, targetShareMin: 0.01, targetShareMax: 0.02 };
    const { numVisible } = blockMask.counts(8, few);
    expect(numVisible).toBe(48); // 7x7 without the target
    const { visibleIndices } = blockMask.draw({ batchSize: 2000, gridSize: 8 }, few, new Random(keyFor(3)));
    const countRow = (row: number) => visibleIndices.data.filter((place) => Math.floor(place / 8) === row).length;
    expect(Math.abs(countRow(7) / countRow(0) - 1)).toBeLessThan(0.05);
  });

  test("names what leaves no context, and a range the wrong way round", () => {
    const draw = (changes: object) =>
      blockMask.draw({ batchSize: 2, gridSize: 4 }, { ...config, ...changes }, new Random(keyFor(0)));
    expect(() => draw({ numTargets: 16 })).toThrow(
      'blockMask: "numTargets" must be few enough to leave a context on a grid of 4×4 places, got 16. Take fewer',
    );
    expect(() => draw({ targetShareMin: 0.5 })).toThrow(
      '"targetShareMin" must be at most targetShareMax = 0.2, got 0.5',
    );
    expect(() => blockMask.counts(3, config)).toThrow("at least 4 places a side, got 3");
  });
});

describe("inverseBlockMask", () => {
  const config = resolveOptions("inverseBlockMask", inverseBlockMask.options);

  test("what stays visible lies together, far more than random places", () => {
    const numNeighbours = (places: Int32Array, count: number): number => {
      let pairs = 0;
      for (let i = 0; i < places.length; i += count) {
        const kept = new Set(places.subarray(i, i + count));
        for (const place of kept) {
          if (place % 8 < 7 && kept.has(place + 1)) pairs += 1;
          if (kept.has(place + 8)) pairs += 1;
        }
      }
      return pairs;
    };
    const sizes = { batchSize: 300, gridSize: 8 };
    const { numVisible } = inverseBlockMask.counts(8, config);
    expect(numVisible).toBe(12); // ⌊64 · .2⌋
    const blocks = inverseBlockMask.draw(sizes, config, new Random(keyFor(4))).visibleIndices.data as Int32Array;
    const single = randomMask.draw(sizes, config, new Random(keyFor(4))).visibleIndices.data as Int32Array;
    expect(numNeighbours(blocks, 12)).toBeGreaterThan(2 * numNeighbours(single, 12));
  });

  test("blocks larger than the grid are refused", () => {
    expect(() => inverseBlockMask.counts(4, { ...config, blockSize: 5 })).toThrow(
      '"blockSize" must be at most the 4 places of a side, got 5',
    );
  });
});
