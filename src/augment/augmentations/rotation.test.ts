import { expect, test } from "vitest";
import type { View } from "../augmentation.js";
import { anyRandom, LargestDraws, viewOf } from "../testing/pictures.js";
import { rotation } from "./rotation.js";

function turned(view: View, degrees: number, fill = "edge"): number[] {
  rotation.apply(view, new LargestDraws(), { degrees, probability: 1, fill });
  return [...view.data].map((value) => Number(value.toFixed(5)) + 0);
}

test("90 degrees turn rows into columns, counter-clockwise", () => {
  expect(turned(viewOf([1, 2, 3, 4, 5, 6, 7, 8, 9]), 90)).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
  expect(turned(viewOf([1, 2, 3, 4]), 90, "black")).toEqual([2, 4, 1, 3]);
});

test("180 degrees turn the picture upside down, in every channel", () => {
  expect(turned(viewOf([1, 2, 3, 4], [5, 6, 7, 8]), 180)).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
});

test("a linear ramp turned by 30 degrees is the turned ramp", () => {
  const size = 21;
  const angle = Math.PI / 6;
  const ramp = Array.from({ length: size * size }, (_, i) => (i % size) - 10);
  const values = turned(viewOf(ramp), 30);
  for (let y = -5; y <= 5; y++) {
    for (let x = -5; x <= 5; x++) {
      expect(values[(y + 10) * size + x + 10]).toBeCloseTo(Math.cos(angle) * x - Math.sin(angle) * y, 4);
    }
  }
});

test.each([
  ["edge", 1],
  ["white", 1],
  ["gray", 0.5],
  ["black", 0],
])("the corners of a white picture become %s", (fill, expected) => {
  expect(turned(viewOf(new Array<number>(81).fill(1)), 45, fill)[0]).toBeCloseTo(expected, 6);
});

test("one pixel can be turned", () => {
  expect(turned(viewOf([0.25]), 33)).toEqual([0.25]);
});

test("angles go both ways", () => {
  const corner = (seed: number) => {
    const view = viewOf([0, 0, 0, 1, 0, 0, 0, 0, 0]); // a light left of the centre, which moves down or up
    rotation.apply(view, anyRandom(seed), { degrees: 45, probability: 1, fill: "edge" });
    return Math.sign(view.data[6]! - view.data[0]!);
  };
  expect(new Set(Array.from({ length: 20 }, (_, seed) => corner(seed)))).toEqual(new Set([-1, 1]));
});
