import { expect, test } from "vitest";
import { anyRandom, pixelOf, viewOf } from "../testing/pictures.js";
import { defaultStatistics, imagenetStatistics, normalise } from "./normalise.js";

test("by default 0..1 becomes -2..2, exactly", () => {
  const view = pixelOf(0, 0.5, 1);
  normalise.apply(view, anyRandom(), defaultStatistics);
  expect([...view.data]).toEqual([-2, 0, 2]);
});

test("each channel has its own statistics", () => {
  const view = pixelOf(0.485 + 0.229, 0.456 - 0.224, 0.406);
  normalise.apply(view, anyRandom(), imagenetStatistics);
  [1, -1, 0].forEach((value, channel) => {
    expect(view.data[channel]).toBeCloseTo(value, 5);
  });
});

test("a gray picture uses the average of the three", () => {
  const mean = (0.485 + 0.456 + 0.406) / 3;
  const std = (0.229 + 0.224 + 0.225) / 3;
  const view = viewOf([mean, mean + std, mean - 2 * std, 1]);
  normalise.apply(view, anyRandom(), imagenetStatistics);
  [0, 1, -2, (1 - mean) / std].forEach((value, i) => {
    expect(view.data[i]).toBeCloseTo(value, 5);
  });
});

test("the option table and the default statistics agree", () => {
  const defaults = Object.entries(normalise.options).map(([name, option]) => [name, option.default]);
  expect(Object.fromEntries(defaults)).toEqual(defaultStatistics);
});
