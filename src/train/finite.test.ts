import { describe, expect, test } from "vitest";
import { firstNotFinite, requireFiniteImages } from "./finite.js";

describe("the first value that is not finite", () => {
  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("%s is found in its place", (value) => {
    expect(firstNotFinite(Float32Array.of(1, -2, value, 3, Number.NaN))).toBe(2);
  });

  test("is missing where all are finite, however large", () => {
    expect(firstNotFinite(Float32Array.of(0, -0, 3.4e38, -3.4e38, 1e-45))).toBeUndefined();
    expect(firstNotFinite(new Float32Array(0))).toBeUndefined();
    expect(firstNotFinite(Int32Array.of(2147483647))).toBeUndefined();
  });
});

test("the image it lies in is named", () => {
  const images = new Float32Array(3 * 4); // three images of four values
  const check = () => requireFiniteImages("embedViews", images, 3, (row) => `image ${row}`);
  expect(check).not.toThrow();
  images[11] = Number.NaN;
  expect(check).toThrow(/^embedViews: "image 2" must be of finite numbers, got NaN\. One such value spoils/);
  images[7] = Number.POSITIVE_INFINITY;
  expect(check).toThrow(/"image 1" must be of finite numbers, got Infinity/);
});
