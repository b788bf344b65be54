import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../../compute/index.js";
import { type PixelTable, reorderPixels } from "../layout-recovery/index.js";
import { deflateLength, neighborCodeLength, neighborPrediction, orderFreeAccuracy, placeCodeLength } from "./index.js";
import { scanNeighbors } from "./scan-neighbors.js";

const SIDE = 8;

function tableOf(
  numImages: number,
  shade: (image: number, row: number, column: number, channel: number) => number,
  channels = 1,
) {
  const values = new Uint8Array(numImages * SIDE * SIDE * channels);
  for (let i = 0; i < values.length; i++) {
    const [channel, pixel] = [i % channels, Math.floor(i / channels)];
    const [image, place] = [Math.floor(pixel / SIDE ** 2), pixel % SIDE ** 2];
    values[i] = shade(image, Math.floor(place / SIDE), place % SIDE, channel);
  }
  return { numImages, numPixels: SIDE * SIDE, channels, values } satisfies PixelTable;
}

const constant = tableOf(40, () => 77);
const noise = (() => {
  const random = new Random(keyFor(0, "noise"));
  return tableOf(200, () => random.integer(256));
})();
/** Slopes of random direction and level: each value follows from those beside it, and no image repeats. */
const slopes = (() => {
  const random = new Random(keyFor(1, "slopes"));
  const planes = Array.from({ length: 200 }, () => [
    random.uniform(80, 170),
    random.uniform(-9, 9),
    random.uniform(-9, 9),
  ]);
  return tableOf(200, (image, row, column) => {
    const [level, right, down] = planes[image] as [number, number, number];
    return Math.round(level + right * (column - 3.5) + down * (row - 3.5));
  });
})();
const shuffle = new Random(keyFor(2, "shuffle")).permutation(SIDE * SIDE);
const mixed = reorderPixels(slopes, shuffle);

test("neighbours are those to the left and above; nothing lies beyond the border", () => {
  const image = Uint8Array.from({ length: 9 }, (_, i) => i + 1);
  const neighbors = (place: number) => {
    const into = [9, 9, 9, 9];
    scanNeighbors(image, 3, 1, place, 0, into);
    return into;
  };
  expect(neighbors(4)).toEqual([4, 1, 2, 3]);
  expect(neighbors(0)).toEqual([0, 0, 0, 0]);
  expect(neighbors(2)).toEqual([2, 0, 0, 0]);
  expect(neighbors(3)).toEqual([0, 0, 1, 2]);
  expect(neighbors(8)).toEqual([8, 5, 6, 0]);
});

describe("prediction from neighbours", () => {
  test("of slopes is far better in their own order than in another", () => {
    const [own, other] = [neighborPrediction(slopes, SIDE), neighborPrediction(mixed, SIDE)];
    expect(own.explained).toBeGreaterThan(0.6);
    expect(own.explained).toBeGreaterThan(other.explained + 0.1);
    expect(own.bitsPerValue).toBeLessThan(other.bitsPerValue - 0.3);
  });

  test("of noise is no better than the mean: ½ log₂(2πe σ²), σ² = (256² − 1) / 12", () => {
    const { explained, bitsPerValue } = neighborPrediction(noise, SIDE);
    expect(Math.abs(explained)).toBeLessThan(0.02);
    expect(bitsPerValue).toBeCloseTo(0.5 * Math.log2((2 * Math.PI * Math.E * 256 ** 2) / 12), 1);
  });

  test("of images that never change leaves rounding: ½ log₂(2πe / 12) bits", () => {
    expect(neighborPrediction(constant, SIDE).bitsPerValue).toBeCloseTo(
      0.5 * Math.log2((2 * Math.PI * Math.E) / 12),
      1,
    );
  });
});

describe("description length", () => {
  const codes = {
    neighbors: (table: PixelTable) => neighborCodeLength(table, SIDE),
    places: placeCodeLength,
    deflate: (table: PixelTable) => deflateLength(table, SIDE),
  };

  test.each(Object.entries(codes))("%s: noise costs 8 bits and more, a constant nearly nothing", (_, length) => {
    expect(length(noise)).toBeGreaterThan(7.5);
    expect(length(constant)).toBeLessThan(1.3);
  });

  test("by hand: two values of a place cost log₂(256) and log₂((1 + 8) / (1 + 1/32))", () => {
    const table = { numImages: 2, numPixels: 1, channels: 1, values: Uint8Array.of(5, 5) };
    expect(placeCodeLength(table)).toBeCloseTo((8 + Math.log2(9 / (1 + 1 / 32))) / 2, 12);
  });

  test("codes that look at neighbours pay for another order; the one that does not pays the same, to the bit", () => {
    expect(neighborCodeLength(mixed, SIDE)).toBeGreaterThan(1.1 * neighborCodeLength(slopes, SIDE));
    expect(deflateLength(mixed, SIDE)).toBeGreaterThan(1.1 * deflateLength(slopes, SIDE));
    expect(placeCodeLength(mixed)).toBe(placeCodeLength(slopes));
  });
});

describe("order-free learners", () => {
  const labels = Int32Array.from({ length: 200 }, (_, image) => {
    const [left, right] = [0, SIDE - 1].map((column) => slopes.values[image * SIDE * SIDE + column]!);
    return left! < right! ? 1 : 0;
  });
  const rows = Array.from({ length: 200 }, (_, i) => i);
  const task = (table: PixelTable) => ({
    table,
    labels,
    numClasses: 2,
    train: rows.filter((i) => i % 2 === 0),
    test: rows.filter((i) => i % 2 === 1),
  });

  test("learn, and answer exactly alike in any order", () => {
    const own = orderFreeAccuracy(task(slopes));
    expect(own.knn.mean).toBeGreaterThan(0.75);
    expect(own.linear.mean).toBeGreaterThan(0.9);
    for (let seed = 0; seed < 5; seed++) {
      const order = new Random(keyFor(seed, "other order")).permutation(SIDE * SIDE);
      expect(orderFreeAccuracy(task(reorderPixels(slopes, order)))).toEqual(own);
    }
  });

  test("are at chance on labels that mean nothing", () => {
    const random = new Random(keyFor(4));
    const { knn } = orderFreeAccuracy({ ...task(noise), labels: labels.map(() => random.integer(2)) });
    expect(knn.low).toBeLessThan(0.5);
    expect(knn.high).toBeGreaterThan(0.5);
  });
});
