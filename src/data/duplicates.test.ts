import { expect, test } from "vitest";
import { DuplicateFilter } from "./duplicates.js";

const SIDE = 32;
const gray = (value: number) => new Uint8Array(SIDE * SIDE).fill(value);

test("the same picture twice is found, in its group only", () => {
  const filter = new DuplicateFilter(SIDE, 1);
  expect(filter.twinOf(gray(100), "a", "x")).toBeUndefined();
  expect(filter.twinOf(gray(100), "b", "x")).toBe("a");
  expect(filter.twinOf(gray(100), "c", "y")).toBeUndefined();
});

test("alike is under 6 of 255 on 16 x 16 thumbnails", () => {
  const filter = new DuplicateFilter(SIDE, 1);
  filter.twinOf(gray(100), "a", "x");
  expect(filter.twinOf(gray(105), "b", "x")).toBe("a");
  expect(filter.twinOf(gray(106), "c", "x")).toBeUndefined();
  // one cell of 256 that differs by 90 has a root mean square of 90 / 16 = 5.6; by 100, of 6.25
  const spotted = (value: number) => gray(200).map((old, i) => (i % SIDE < 2 && i < 2 * SIDE ? value : old));
  filter.twinOf(gray(200), "d", "x");
  expect(filter.twinOf(spotted(110), "e", "x")).toBe("d");
  expect(filter.twinOf(spotted(100), "f", "x")).toBeUndefined();
});

test("colour counts, and pictures smaller than a thumbnail work", () => {
  const filter = new DuplicateFilter(5, 3);
  const colour = (red: number) => Uint8Array.from({ length: 75 }, (_, i) => (i % 3 === 0 ? red : 0));
  filter.twinOf(colour(0), "a", "x");
  expect(filter.twinOf(colour(255), "b", "x")).toBeUndefined();
  expect(filter.twinOf(colour(254), "c", "x")).toBe("b");
});
