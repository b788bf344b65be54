import { expect, test } from "vitest";
import { maxGradientError, wavyArray } from "./gradient-check.js";

const x = wavyArray([3, 4], 0);

test("a right gradient has hardly an error", async () => {
  expect(await maxGradientError({ x }, ({ x }) => x.mul(x).sum())).toBeLessThan(1e-3);
});

test("half of a gradient has an error of one: x · stopGradient(x) gives x instead of 2x", async () => {
  expect(await maxGradientError({ x }, ({ x }) => x.mul(x.stopGradient()).sum())).toBeCloseTo(1, 2);
});

test("a NaN does not pass", async () => {
  expect(await maxGradientError({ x }, ({ x }) => x.log().sum())).toBeNaN();
});
