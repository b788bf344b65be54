import { expect, test } from "vitest";
import { anyRandom, viewOf } from "../testing/pictures.js";
import { solarize } from "./solarize.js";

test("inverts values from the threshold on", () => {
  const view = viewOf([0.25, 0.5, 0.75, 1]);
  solarize.apply(view, anyRandom(), { threshold: 0.5, probability: 1 });
  expect([...view.data]).toEqual([0.25, 0.5, 0.25, 0]);
});

test("threshold 0 is the negative, threshold 1 touches only white", () => {
  const negative = viewOf([0, 0.25, 0.5, 1]);
  solarize.apply(negative, anyRandom(), { threshold: 0, probability: 1 });
  expect([...negative.data]).toEqual([1, 0.75, 0.5, 0]);
  const white = viewOf([0, 0.25, 0.75, 1]);
  solarize.apply(white, anyRandom(), { threshold: 1, probability: 1 });
  expect([...white.data]).toEqual([0, 0.25, 0.75, 0]);
});
