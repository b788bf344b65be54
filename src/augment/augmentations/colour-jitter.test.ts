import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { View } from "../augmentation.js";
import { anyRandom, LargestDraws, pixelOf, viewOf } from "../testing/pictures.js";
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation, colourJitter } from "./colour-jitter.js";

const unit = fc.double({ min: 0, max: 1, noNaN: true });

function expectValues(view: View, expected: readonly number[]): void {
  expect(view.data.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(view.data[i]).toBeCloseTo(value, 6);
  });
}

test("brightness multiplies and clamps", () => {
  const view = pixelOf(0.2, 0.4, 0.8);
  adjustBrightness(view, 1.5);
  expectValues(view, [0.3, 0.6, 1]);
});

test("contrast moves away from the mean luma of the whole picture", () => {
  const view = viewOf([0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 1]);
  adjustContrast(view, 0.5);
  const rest = 0.5 * 0.5 * 0.9999; // torchvision's three weights sum to 0.9999
  expectValues(view, [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1].map((value) => 0.5 * value + rest)); // biome-ignore format: as planes
});

test("contrast of a gray picture uses its mean", () => {
  const view = viewOf([0.25, 0.5, 0.5, 0.75]);
  adjustContrast(view, 2);
  expectValues(view, [0, 0.5, 0.5, 1]);
});

test("saturation 0 leaves the luma, 1 the picture, 2 goes further from the luma", () => {
  const luma = 0.2989 * 0.6 + 0.587 * 0.4 + 0.114 * 0.2;
  const gray = pixelOf(0.6, 0.4, 0.2);
  adjustSaturation(gray, 0);
  expectValues(gray, [luma, luma, luma]);
  const same = pixelOf(0.6, 0.4, 0.2);
  adjustSaturation(same, 1);
  expectValues(same, [0.6, 0.4, 0.2]);
  const vivid = pixelOf(0.6, 0.4, 0.2);
  adjustSaturation(vivid, 2);
  expectValues(
    vivid,
    [1.2 - luma, 0.8 - luma, 0.4 - luma].map((value) => Math.max(0, value)),
  );
});

describe("hue", () => {
  test.each([
    { turn: 1 / 3, from: [1, 0, 0], to: [0, 1, 0] },
    { turn: -1 / 3, from: [1, 0, 0], to: [0, 0, 1] },
    { turn: 1 / 6, from: [1, 0, 0], to: [1, 1, 0] },
    { turn: 1 / 2, from: [0.2, 0.9, 0.2], to: [0.9, 0.2, 0.9] },
    { turn: 1 / 12, from: [0.8, 0.2, 0.2], to: [0.8, 0.5, 0.2] },
    { turn: 0.3, from: [0.4, 0.4, 0.4], to: [0.4, 0.4, 0.4] },
  ])("$from turned by $turn is $to", ({ turn, from, to }) => {
    const view = pixelOf(from[0]!, from[1]!, from[2]!);
    adjustHue(view, turn);
    expectValues(view, to);
  });

  test("agrees with the six branches of the usual HSV conversion", () => {
    fc.assert(
      fc.property(unit, unit, unit, fc.double({ min: -0.5, max: 0.5, noNaN: true }), (red, green, blue, turn) => {
        const view = pixelOf(red, green, blue);
        const expected = referenceHue(view.data[0]!, view.data[1]!, view.data[2]!, turn);
        adjustHue(view, turn);
        for (let channel = 0; channel < 3; channel++) {
          expect(Math.abs(view.data[channel]! - expected[channel]!)).toBeLessThan(1e-5);
        }
      }),
    );
  });

  test("there and back again is the same picture", () => {
    const view = pixelOf(0.1, 0.7, 0.3);
    adjustHue(view, 0.37);
    adjustHue(view, -0.37);
    expectValues(view, [0.1, 0.7, 0.3]);
  });
});

test("a gray picture has no saturation and no hue to change", () => {
  const view = viewOf([0.1, 0.2, 0.3, 0.4]);
  adjustSaturation(view, 2);
  adjustHue(view, 0.4);
  expectValues(view, [0.1, 0.2, 0.3, 0.4]);
});

test("without strength nothing changes, and with probability 0 neither", () => {
  const none = { brightness: 0, contrast: 0, saturation: 0, hue: 0, probability: 1 };
  const view = pixelOf(0.1, 0.7, 0.3);
  colourJitter.apply(view, anyRandom(), none);
  expectValues(view, [0.1, 0.7, 0.3]);
  colourJitter.apply(view, anyRandom(), { ...none, brightness: 0.9, probability: 0 });
  expectValues(view, [0.1, 0.7, 0.3]);
});

test("brightness factors are uniform between 1 - strength and 1 + strength", () => {
  const config = { brightness: 0.5, contrast: 0, saturation: 0, hue: 0, probability: 1 };
  const factors = Array.from({ length: 2000 }, (_, seed) => {
    const view = viewOf([0.5]);
    colourJitter.apply(view, anyRandom(seed), config);
    return view.data[0]! / 0.5;
  }).sort((a, b) => a - b);
  // largest distance between the empirical and the uniform distribution; 1.63 / √n is its 99 % bound
  const distance = Math.max(...factors.map((factor, i) => Math.abs(factor - 0.5 - i / 2000)));
  expect(distance).toBeLessThan(1.63 / Math.sqrt(2000));
});

test("the order of the changes is random", () => {
  const config = { brightness: 1, contrast: 1, saturation: 0, hue: 0, probability: 1 };
  const outcomes = Array.from({ length: 200 }, (_, seed) => {
    const view = viewOf([0.25, 0.25, 0.25, 0.75]);
    colourJitter.apply(view, new LargestDraws(seed), config); // both factors are 2
    return view.data.join(" ");
  });
  // doubled to 0.5 0.5 0.5 1 around 0.625, or spread to 0.125 0.125 0.125 1 (clamped) and doubled
  const brightnessFirst = outcomes.filter((outcome) => outcome === "0.375 0.375 0.375 1").length;
  const contrastFirst = outcomes.filter((outcome) => outcome === "0.25 0.25 0.25 1").length;
  expect(brightnessFirst + contrastFirst).toBe(200);
  expect(Math.abs(brightnessFirst - 100)).toBeLessThan(4 * Math.sqrt(50));
});

/** RGB to HSV and back as textbooks and torchvision have it: by cases. */
function referenceHue(red: number, green: number, blue: number, turn: number): number[] {
  const high = Math.max(red, green, blue);
  const low = Math.min(red, green, blue);
  if (high === low) return [red, green, blue];
  const [fromRed, fromGreen, fromBlue] = [red, green, blue].map((value) => (high - value) / (high - low)) as [
    number,
    number,
    number,
  ];
  let hue = 4 + fromGreen - fromRed;
  if (high === red) hue = fromBlue - fromGreen;
  else if (high === green) hue = 2 + fromRed - fromBlue;
  hue = (((hue / 6 + turn) % 1) + 1) % 1;
  const sector = Math.floor(hue * 6) % 6;
  const fraction = hue * 6 - Math.floor(hue * 6);
  const saturation = (high - low) / high;
  const p = high * (1 - saturation);
  const q = high * (1 - saturation * fraction);
  const t = high * (1 - saturation * (1 - fraction));
  const cases = [
    [high, t, p],
    [q, high, p],
    [p, high, t],
    [p, q, high],
    [t, p, high],
    [high, p, q],
  ];
  return cases[sector]!;
}
