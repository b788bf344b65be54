import { expect, test } from "vitest";
import { ShapeError } from "./errors.js";
import { float32, int32, sizeOf } from "./host-array.js";

test("sizes: the product, 1 for a scalar, 0 if an axis is empty", () => {
  expect([sizeOf([2, 3, 4]), sizeOf([]), sizeOf([3, 0])]).toEqual([24, 1, 0]);
});

test("typed data is wrapped as it is, lists are converted", () => {
  const data = new Float32Array(6);
  expect(float32(data, [2, 3]).data).toBe(data);
  expect(float32([0.1], []).data).toEqual(Float32Array.of(0.1));
  expect(int32([1.9, -1.9, 3], [3])).toEqual({ dtype: "int32", shape: [3], data: Int32Array.of(1, -1, 3) });
});

test("data that does not fill the shape is refused", () => {
  expect(() => float32([1, 2, 3], [2, 2])).toThrow(ShapeError);
  expect(() => float32([1, 2, 3], [2, 2])).toThrow('float32: "data" must have shape [2, 2], got [3].');
  expect(() => int32(new Int32Array(5), [2, 2])).toThrow('int32: "data" must have shape [2, 2], got [5].');
});
