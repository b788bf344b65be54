import { expect, test } from "vitest";
import { anyRandom, viewOf } from "../testing/pictures.js";
import { noise } from "./noise.js";

test("has the mean and deviation asked for", () => {
  const view = viewOf(new Array<number>(10_000).fill(0.5));
  noise.apply(view, anyRandom(), { std: 0.05, probability: 1 });
  const mean = view.data.reduce((sum, value) => sum + value, 0) / 10_000;
  const variance = view.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 9_999;
  expect(Math.abs(mean - 0.5)).toBeLessThan((4 * 0.05) / 100);
  expect(Math.abs(Math.sqrt(variance) / 0.05 - 1)).toBeLessThan(4 / Math.sqrt(2 * 10_000));
});

test("is clamped to the range of pictures", () => {
  const view = viewOf([0, 1, ...new Array<number>(98).fill(0.5)]);
  noise.apply(view, anyRandom(), { std: 1, probability: 1 });
  expect(Math.min(...view.data)).toBe(0);
  expect(Math.max(...view.data)).toBe(1);
});
