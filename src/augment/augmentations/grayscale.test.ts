import { expect, test } from "vitest";
import { anyRandom, pixelOf, viewOf } from "../testing/pictures.js";
import { grayscale } from "./grayscale.js";

test("gives every channel the luma", () => {
  const view = pixelOf(1, 0.5, 0.25);
  grayscale.apply(view, anyRandom(), { probability: 1 });
  const luma = Math.fround(0.2989 + 0.587 * 0.5 + 0.114 * 0.25);
  expect([...view.data]).toEqual([luma, luma, luma]);
});

test("leaves a picture of one channel alone, and any picture with probability 0", () => {
  const gray = viewOf([0.25]);
  grayscale.apply(gray, anyRandom(), { probability: 1 });
  expect([...gray.data]).toEqual([0.25]);
  const colour = pixelOf(1, 0.5, 0.25);
  grayscale.apply(colour, anyRandom(), { probability: 0 });
  expect([...colour.data]).toEqual([1, 0.5, 0.25]);
});
