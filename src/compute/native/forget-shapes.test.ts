import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compile } from "../engine.js";
import { engines } from "../engines.js";
import { float32Spec, trace, valueAndGradient } from "../program.js";
import type { Tensor } from "../tensor.js";
import { wavyArray } from "../testing/gradient-check.js";
import { forgetShapes } from "./forget-shapes.js";
import type { ModelMessage } from "./onnx-model.js";

test("targets of reshapes become inputs, once each; constants that others read do not", () => {
  const target = { name: "target", dtype: "int64", shape: [1], bytes: new Uint8Array(8) } as const;
  const other = { ...target, name: "other" };
  const node = (operator: string, inputs: string[], output: string) => ({
    operator,
    inputs,
    outputs: [output],
    domain: "",
    attributes: {},
  });
  const model: ModelMessage = {
    nodes: [
      node("Reshape", ["x", "target"], "a"),
      node("Reshape", ["a", "target"], "b"),
      node("Add", ["b", "other"], "c"),
    ],
    initializers: [target, other],
    inputs: [{ name: "x", dtype: "float32", shape: [4] }],
    outputs: [],
  };
  expect(forgetShapes(model).inputs.map(({ name }) => name)).toEqual(["x", "target"]);
  expect(forgetShapes(model)).toMatchObject({ nodes: model.nodes, initializers: model.initializers });
});

/** Bytes that a step has in use at most, as ONNX Runtime's profile tells: without inputs and outputs. */
async function mostBytesInUse(
  program: Parameters<typeof compile>[0],
  inputs: unknown,
): Promise<{ inUse: number; planned: number }> {
  const folder = await mkdtemp(join(tmpdir(), "darkmatter-profile-"));
  try {
    const executable = await compile(program, engines.native, { profilePrefix: join(folder, "step"), numThreads: 1 });
    await executable.run(inputs as never);
    await executable.dispose();
    const [file] = await readdir(folder);
    const text = await readFile(join(folder, file!), "utf8");
    const bytes = [...text.matchAll(/"mem_bytes_requested_in_use" : "(\d+)"/g)].map(([, count]) => Number(count));
    return { inUse: Math.max(...bytes), planned: executable.peakBytes! };
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("a training step has no more in use than is alive: forward's memory does not wait for the gradients", async () => {
  // Stages of other sizes, as in a ResNet: what the first leaves lying idle, the others have no use for.
  const widths = [32, 32, 32, 64, 64, 128, 128];
  const x = wavyArray([8, 32, 16, 16], 1);
  const kernels = widths.map((width, i) => wavyArray([width, widths[i - 1] ?? 32, 3, 3], i));
  const weights = Object.fromEntries(kernels.map((kernel, i) => [`w${i}`, kernel]));
  const specs = {
    x: float32Spec(x.shape),
    weights: Object.fromEntries(kernels.map(({ shape }, i) => [`w${i}`, float32Spec(shape)])),
  };
  const program = await trace(specs, (given) => {
    const { value, gradient } = valueAndGradient(given.weights as Record<string, Tensor>, (layers) => {
      const layer = (map: Tensor, kernel: Tensor) => {
        const stride = kernel.shape[0] === kernel.shape[1] ? 1 : 2;
        return map.conv2d(kernel, { stride, padding: 1 }).relu();
      };
      const last = Object.values(layers).reduce(layer, given.x);
      return { value: last.square().mean(), aux: {} };
    });
    return { value, gradient };
  });
  const { inUse, planned } = await mostBytesInUse(program as never, { x, weights });
  expect(inUse).toBeLessThan(1.25 * planned);
});
