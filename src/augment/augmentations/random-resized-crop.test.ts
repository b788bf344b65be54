import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../../compute/random.js";
import { anyRandom, randomBytes, viewFrom } from "../testing/pictures.js";
import { drawCrop, randomResizedCrop } from "./random-resized-crop.js";

const standard = { scaleMin: 0.08, scaleMax: 1, ratioMin: 3 / 4, ratioMax: 4 / 3 };
const whole = { scaleMin: 1, scaleMax: 1, ratioMin: 1, ratioMax: 1 };

test("the full area at the same size is the image", () => {
  const source = randomBytes(8 * 8);
  const view = viewFrom(source, 1, 8);
  randomResizedCrop.apply(view, anyRandom(), whole);
  expect([...view.data]).toEqual([...source].map((byte) => Math.fround(byte / 255)));
});

test("a crop lies inside the image and keeps its bounds of area and ratio", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 40, max: 300 }), (seed, side) => {
      const { left, top, width, height } = drawCrop(side, new Random(keyFor(seed)), standard);
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
      expect(Math.max(left + width, top + height)).toBeLessThanOrEqual(side);
      // widths and heights are whole pixels, hence the slack of a pixel a side
      const slack = (width + height) / 2 + 1;
      expect(width * height).toBeGreaterThan(0.08 * side * side - slack);
      expect((width + 1) / (height - 1)).toBeGreaterThan(3 / 4);
      expect((width - 1) / (height + 1)).toBeLessThan(4 / 3);
    }),
    { numRuns: 300 },
  );
});

describe("statistics of 4,000 crops of half the area or less", () => {
  const config = { ...standard, scaleMin: 0.1, scaleMax: 0.5 }; // all of them fit, so nothing is drawn again
  const side = 1000;
  const crops = Array.from({ length: 4000 }, (_, i) => drawCrop(side, new Random(keyFor(2, "crop", i)), config));
  const bound = 1.63 / Math.sqrt(crops.length); // Kolmogorov and Smirnov, 99 %

  test.each([
    ["area", (c: (typeof crops)[0]) => ((c.width * c.height) / side ** 2 - 0.1) / 0.4],
    ["log ratio", (c: (typeof crops)[0]) => Math.log(c.width / c.height) / Math.log(16 / 9) + 0.5],
    ["left edge", (c: (typeof crops)[0]) => c.left / (side - c.width)],
    ["top edge", (c: (typeof crops)[0]) => c.top / (side - c.height)],
  ])("%s is uniform", (_name, share) => {
    const shares = crops.map(share).sort((a, b) => a - b);
    const distance = Math.max(...shares.map((value, i) => Math.abs(value - i / crops.length)));
    expect(distance).toBeLessThan(bound);
  });
});

test.each([
  { ratioMin: 2, ratioMax: 3, expected: { left: 0, top: 25, width: 100, height: 50 } },
  { ratioMin: 0.2, ratioMax: 0.5, expected: { left: 25, top: 0, width: 50, height: 100 } },
  { ratioMin: 1, ratioMax: 1, expected: { left: 0, top: 0, width: 100, height: 100 } },
])("where nothing fits, the whole image is trimmed to the nearest ratio: $ratioMin to $ratioMax", (row) => {
  const { expected, ...ratios } = row;
  expect(drawCrop(100, anyRandom(), { scaleMin: 1, scaleMax: 1, ...ratios })).toEqual(expected);
});

test("a minimum above its maximum is refused", () => {
  expect(() => randomResizedCrop.check?.({ ...standard, scaleMin: 0.5, scaleMax: 0.2 }, 32)).toThrow(
    /"scaleMin" must be at most scaleMax \(0.2\), got 0.5/,
  );
  expect(() => randomResizedCrop.check?.({ ...standard, ratioMin: 2 }, 32)).toThrow(/ratioMin/);
});
