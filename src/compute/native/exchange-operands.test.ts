import { expect, test } from "vitest";
import { float32Spec, valueAndGradient } from "../program.js";
import { compiled } from "../testing/compiled.js";
import { peakBytes } from "./memory.js";

test("the gradient of a transposed convolution by its kernel takes memory like that of a convolution", async () => {
  const images = float32Spec([8, 16, 16, 16]);
  const maps = float32Spec([8, 16, 8, 8]);
  const weight = float32Spec([16, 16, 4, 4]);
  const [up, down] = await Promise.all(
    [true, false].map((isTransposed) =>
      compiled({ x: isTransposed ? maps : images, w: weight }, (given) => {
        const options = { stride: 2, padding: 1 };
        const { gradient } = valueAndGradient(given, ({ x, w }) => {
          const y = isTransposed ? x.convTranspose2d(w, options) : x.conv2d(w, options);
          return { value: y.square().sum(), aux: {} };
        });
        return { w: gradient.w };
      }),
    ),
  );
  const bytes = (graph: typeof up) => peakBytes(graph!.graph.model, graph!.graph.values);
  expect(bytes(up)).toBeLessThan(2 * bytes(down));
});
