import { expect, test } from "vitest";
import { keyFor, Random } from "../compute/random.js";
import { colouredNoise } from "./coloured-noise.js";

const draws = (exponent: number, length = 16, count = 3000) => {
  const random = new Random(keyFor(6, "noise", exponent));
  return Array.from({ length: count }, () => colouredNoise(random, length, exponent));
};
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test.each([0, 1, 2])("of exponent %d has variance 1 at every place, and mean 0", (exponent) => {
  for (const t of [0, 5, 15]) {
    const values = draws(exponent).map((noise) => noise[t]!);
    expect(Math.abs(meanOf(values))).toBeLessThan(0.08);
    expect(meanOf(values.map((value) => value ** 2))).toBeCloseTo(1, 0.9);
  }
});

test("neighbours of white noise have nothing in common, those of redder noise more and more", () => {
  const alike = (exponent: number) => meanOf(draws(exponent).map((noise) => noise[4]! * noise[5]!));
  expect(Math.abs(alike(0))).toBeLessThan(0.1);
  expect(alike(1)).toBeGreaterThan(0.3);
  expect(alike(2)).toBeGreaterThan(alike(1) + 0.1);
});

test("one block is one normal", () => {
  const values = draws(2, 1).map((noise) => noise[0]!);
  expect(meanOf(values.map((value) => value ** 2))).toBeCloseTo(1, 0.9);
});
