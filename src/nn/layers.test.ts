/** Every layer: shapes and gradients by central differences, in both modes. */
import { describe, expect, test } from "vitest";
import { type Branch, flattenTree, type HostArray, runOnce, type Tensor, unflattenTree } from "../compute/index.js";
import { maxGradientError, wavyArray } from "../compute/testing/gradient-check.js";
import {
  attention,
  averagePool,
  batchNorm,
  convolution,
  evaluationMode,
  gelu,
  globalAveragePool,
  groupNorm,
  isParameterSpec,
  type Layer,
  layerNorm,
  linear,
  maxPool,
  mlp,
  patchEmbedding,
  relu,
  residual,
  sequence,
  trainingMode,
  transposedConvolution,
} from "./index.js";

interface Case {
  readonly layer: Layer;
  readonly input: readonly number[];
  readonly output: readonly number[];
}

const cases: Record<string, Case> = {
  linear: { layer: linear(3, 5), input: [4, 3], output: [4, 5] },
  "linear on tokens, no bias": { layer: linear(3, 5, { bias: false }), input: [2, 4, 3], output: [2, 4, 5] },
  layerNorm: { layer: layerNorm(6), input: [2, 3, 6], output: [2, 3, 6] },
  "batchNorm of vectors": { layer: batchNorm(3), input: [6, 3], output: [6, 3] },
  "batchNorm of maps": { layer: batchNorm(3), input: [2, 3, 2, 4], output: [2, 3, 2, 4] },
  "batchNorm without gain": { layer: batchNorm(3, { affine: false }), input: [6, 3], output: [6, 3] },
  attention: { layer: attention(4, 2), input: [2, 3, 4], output: [2, 3, 4] },
  mlp: { layer: mlp(3, 6), input: [2, 4, 3], output: [2, 4, 3] },
  convolution: { layer: convolution(2, 3, { bias: true }), input: [2, 2, 4, 5], output: [2, 3, 4, 5] },
  "strided convolution": { layer: convolution(2, 3, { stride: 2 }), input: [2, 2, 5, 4], output: [2, 3, 3, 2] },
  "grouped convolution": { layer: convolution(4, 6, { groups: 2 }), input: [2, 4, 3, 4], output: [2, 6, 3, 4] },
  "depthwise convolution": {
    layer: convolution(3, 3, { groups: 3, kernelSize: 5, bias: true }),
    input: [2, 3, 4, 3],
    output: [2, 3, 4, 3],
  },
  transposedConvolution: { layer: transposedConvolution(2, 3), input: [2, 2, 3, 2], output: [2, 3, 6, 4] },
  "transposedConvolution with output padding": {
    layer: transposedConvolution(2, 2, { kernelSize: 3, outputPadding: 1, bias: true }),
    input: [2, 2, 2, 3],
    output: [2, 2, 4, 6],
  },
  groupNorm: { layer: groupNorm(4, 2), input: [2, 4, 2, 3], output: [2, 4, 2, 3] },
  "groupNorm of one group": { layer: groupNorm(3, 1), input: [2, 3, 2, 2], output: [2, 3, 2, 2] },
  maxPool: { layer: maxPool(3, { stride: 2, padding: 1 }), input: [2, 2, 5, 4], output: [2, 2, 3, 2] },
  averagePool: { layer: averagePool(3, { stride: 2, padding: 1 }), input: [2, 2, 5, 4], output: [2, 2, 3, 2] },
  globalAveragePool: { layer: globalAveragePool, input: [2, 3, 2, 4], output: [2, 3] },
  patchEmbedding: { layer: patchEmbedding(2, 2, 3), input: [2, 2, 4, 6], output: [2, 6, 3] },
  "relu, gelu and a residual": {
    layer: sequence({ relu, rest: residual(sequence({ a: linear(3, 3), gelu })) }),
    input: [4, 3],
    output: [4, 3],
  },
};

/** Values of the layer's parameters that are not special: no zeros, variances positive. */
function valuesOf({ parameters }: Layer): Branch<HostArray> {
  const leaves = [...flattenTree(parameters, isParameterSpec)].map(([path, { shape }], i) => {
    const array = wavyArray(shape, i + 1);
    return [path, path.endsWith("Variance") ? { ...array, data: array.data.map((x) => 1 + x * x) } : array] as const;
  });
  return unflattenTree(new Map(leaves)) as Branch<HostArray>;
}

/** A layer without parameters leaves no branch in the inputs. */
const apply = (layer: Layer, parameters: unknown, x: Tensor, mode = trainingMode()): Tensor =>
  layer.apply((parameters ?? {}) as Branch<Tensor>, x, mode);

describe.each(Object.entries(cases))("%s", (_name, { layer, input, output }) => {
  test("has the promised shape", async () => {
    const x = wavyArray(input, 0);
    const { y } = await runOnce({ x, parameters: valuesOf(layer) }, ({ x, parameters }) => ({
      y: apply(layer, parameters, x),
    }));
    expect(y.shape).toEqual(output);
  });

  test.each([
    ["training", trainingMode],
    ["evaluation", evaluationMode],
  ])("has the right gradient in %s", async (_mode, mode) => {
    const inputs = { x: wavyArray(input, 0), parameters: valuesOf(layer) };
    const error = await maxGradientError(inputs, ({ x, parameters }) => {
      const y = apply(layer, parameters, x, mode());
      return y.add(0.3).square().mul(y).mean(); // a cubic, so that no gradient is constant
    });
    expect(error).toBeLessThan(1e-2);
  });
});

test("each parameter of a sequence has its place", () => {
  const layers = sequence({ a: linear(2, 3), b: batchNorm(3, { affine: false }), relu });
  expect([...flattenTree(layers.parameters, isParameterSpec).keys()]).toEqual([
    "a/weight",
    "a/bias",
    "b/runningMean",
    "b/runningVariance",
  ]);
});

test("errors name the layer and the mistake", async () => {
  expect(() => attention(10, 3)).toThrow('"numHeads" must be a divisor of the width 10, got 3');
  const run = (layer: Layer, shape: readonly number[]) =>
    runOnce({ x: wavyArray(shape, 0), parameters: valuesOf(layer) }, ({ x, parameters }) =>
      apply(layer, parameters, x),
    );
  await expect(run(batchNorm(3), [1, 3])).rejects.toThrow("more than one value per channel");
  await expect(run(batchNorm(3), [4, 5])).rejects.toThrow("shape [B, 3] or [B, 3, H, W], got [4, 5]");
  expect(() => groupNorm(6, 4)).toThrow('"numGroups" must be a divisor of the 6 channels, got 4');
  expect(() => convolution(4, 6, { groups: 4 })).toThrow(
    "a divisor of the 4 channels in and the 6 channels out, got 4",
  );
  await expect(run(groupNorm(4, 2), [2, 3, 2, 2])).rejects.toThrow('groupNorm: "x" must have shape [B, 4, H, W]');
  await expect(run(globalAveragePool, [2, 3])).rejects.toThrow('globalAveragePool: "x" must have shape [B, C, H, W]');
  await expect(run(patchEmbedding(1, 4, 2), [1, 1, 6, 8])).rejects.toThrow("divisible by the patch size 4");
});
