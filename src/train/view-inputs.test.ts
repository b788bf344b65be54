import { expect, test } from "vitest";
import { viewInputs } from "./view-inputs.js";

test("views are named in order, and a value that is not finite by its view and image", () => {
  const views = [new Float32Array(2 * 3), new Float32Array(2 * 12)];
  const shapes = [
    [2, 3, 1, 1],
    [2, 3, 2, 2],
  ];
  const batch = { views, indices: Uint32Array.of(7, 1) };
  const paths = Array.from({ length: 8 }, (_, i) => `photo ${i}.png`);
  const inputs = viewInputs(batch, shapes, paths);
  expect(inputs).toEqual({
    view0: { dtype: "float32", shape: [2, 3, 1, 1], data: views[0] },
    view1: { dtype: "float32", shape: [2, 3, 2, 2], data: views[1] },
  });
  views[1]![12] = Number.NEGATIVE_INFINITY;
  expect(() => viewInputs(batch, shapes, paths)).toThrow(
    /^train: "view 1 of image 1 \(photo 1\.png\)" must be of finite numbers, got -Infinity/,
  );
});
