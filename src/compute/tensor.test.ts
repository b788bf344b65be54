import { describe, expect, test } from "vitest";
import { DarkmatterError, ShapeError, ValueError } from "./errors.js";
import { float32, type HostArray, int32 } from "./host-array.js";
import { concat, stack } from "./join.js";
import { float32Spec, trace } from "./program.js";
import { runOnce } from "./run-once.js";
import { expectShape } from "./shape-checks.js";
import { isTensor, Tensor } from "./tensor.js";

/** Call `body` with tensors of these shapes, as model code would be. */
function withTensors(
  shapes: readonly (readonly number[])[],
  body: (...tensors: Tensor[]) => unknown,
): Promise<unknown> {
  const specs = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, float32Spec(shape)]));
  return trace(specs, (inputs) => {
    body(...(Object.values(inputs) as Tensor[]));
    return inputs as Record<string, Tensor>;
  });
}

describe("a wrong shape is named where the mistake is made", () => {
  const B = "broadcasts with [2, 3], got [2]. Axis -1 is 3 on the left and 2 on the right.";
  const arithmetic = ["add", "sub", "mul", "div", "maximum", "minimum", "greater", "less", "equal"] as const;
  test.each(arithmetic)("%s", async (name) => {
    const failing = withTensors([[2, 3], [2]], (a, b) => a![name](b!));
    await expect(failing).rejects.toThrow(ShapeError);
    await expect(failing).rejects.toThrow(`${name}: "other" must have a shape that ${B}`);
  });

  const axisHint = "Its axes are -3..2.";
  const cases: Record<string, [readonly (readonly number[])[], (...x: Tensor[]) => unknown, string]> = {
    "matmul inner sizes": [
      [
        [2, 3],
        [2, 3],
      ],
      (a, b) => a!.matmul(b!),
      'matmul: "other" must have shape [..., 3, N], got [2, 3]. The left operand is [2, 3]. Is a transpose missing?',
    ],
    "matmul vector": [
      [[3], [3, 2]],
      (a, b) => a!.matmul(b!),
      'matmul: "tensor" must have shape [..., M, K], got [3]. Use expandDims to make a vector a matrix.',
    ],
    "matmul batch": [
      [
        [4, 2, 3],
        [5, 3, 2],
      ],
      (a, b) => a!.matmul(b!),
      'matmul: "other" must have leading axes that broadcast with [4], got [5, 3, 2]. The left operand is [4, 2, 3].',
    ],
    "conv2d images": [
      [
        [2, 3, 8],
        [4, 3, 3, 3],
      ],
      (x, w) => x!.conv2d(w!),
      'conv2d: "images" must have shape [B, C, H, W], got [2, 3, 8].',
    ],
    "conv2d channels": [
      [
        [2, 3, 8, 8],
        [4, 1, 3, 3],
      ],
      (x, w) => x!.conv2d(w!),
      'conv2d: "weight" must have shape [Cout, 3, kh, kw], got [4, 1, 3, 3]. The images have 3 channels.',
    ],
    "conv2d kernel too large": [
      [
        [2, 3, 2, 8],
        [4, 3, 5, 5],
      ],
      (x, w) => x!.conv2d(w!, { padding: 1 }),
      'conv2d: "weight" must have a kernel within the padded images, 4 x 10, got [4, 3, 5, 5]. Pad the images, or take a smaller kernel.',
    ],
    "conv2d channels in groups": [
      [
        [2, 4, 8, 8],
        [4, 4, 3, 3],
      ],
      (x, w) => x!.conv2d(w!, { groups: 2 }),
      'conv2d: "weight" must have shape [Cout, 2, kh, kw], got [4, 4, 3, 3]. The images have 4 channels, 2 in each of 2 groups.',
    ],
    "convTranspose2d channels": [
      [
        [2, 3, 8, 8],
        [4, 3, 3, 3],
      ],
      (x, w) => x!.convTranspose2d(w!),
      '"weight" must have shape [3, Cout, kh, kw], got [4, 3, 3, 3]. The images have 3 channels; the weight is transposed against conv2d\'s.',
    ],
    "padded pool": [
      [[2, 3, 4, 2]],
      (x) => x!.maxPool2d(5, { padding: 1 }),
      '"images" must have shape [B, C, H >= 3, W >= 3], got [2, 3, 4, 2]. The window must fit into the padded image.',
    ],
    averagePool2d: [
      [[2, 3, 4, 2]],
      (x) => x!.averagePool2d(3),
      'averagePool2d: "images" must have shape [B, C, H >= 3, W >= 3], got [2, 3, 4, 2]. The window must fit into the image.',
    ],
    maxPool2d: [[[4, 4]], (x) => x!.maxPool2d(2), '"images" must have shape [B, C, H >= 2, W >= 2], got [4, 4].'],
    reshape: [
      [[2, 3]],
      (x) => x!.reshape([4, 2]),
      'reshape: "tensor" must have 8 elements for [4, 2], got [2, 3]. It has 6 elements.',
    ],
    "reshape with a rest": [
      [[2, 3]],
      (x) => x!.reshape([4, -1]),
      'reshape: "tensor" must have a multiple of 4 elements for [4, -1], got [2, 3]. It has 6 elements.',
    ],
    broadcastTo: [
      [[2, 3]],
      (x) => x!.broadcastTo([2, 6]),
      'broadcastTo: "tensor" must have a shape that grows to [2, 6], got [2, 3]. Only axes of size 1 and missing leading axes grow.',
    ],
    "broadcastTo fewer axes": [[[1, 3]], (x) => x!.broadcastTo([3]), "a shape that grows to [3], got [1, 3]."],
    slice: [
      [[2, 3]],
      (x) => x!.slice(1, 1, 4),
      'slice: "tensor" must have elements 1..4 on axis 1, got [2, 3]. 0 <= start < end <= 3 is needed.',
    ],
    "slice of nothing": [[[2, 3]], (x) => x!.slice(1, 2, 2), "elements 2..2 on axis 1"],
    split: [
      [[2, 3]],
      (x) => x!.split(1, 2),
      'split: "tensor" must have axis 1 divisible by 2, got [2, 3]. Parts are equal: use slice for others.',
    ],
    "sum axis": [[[2, 3, 4]], (x) => x!.sum(3), `sum: "tensor" must have an axis 3, got [2, 3, 4]. ${axisHint}`],
    "mean axis": [[[2, 3, 4]], (x) => x!.mean([0, -4]), `mean: "tensor" must have an axis -4`],
    "max axis": [[[2, 3, 4]], (x) => x!.max(5), 'max: "tensor" must have an axis 5'],
    "min axis": [[[2, 3, 4]], (x) => x!.min(5), 'min: "tensor" must have an axis 5'],
    "variance axis": [[[2, 3, 4]], (x) => x!.variance(5), 'variance: "tensor" must have an axis 5'],
    "axis of a scalar": [[[]], (x) => x!.sum(0), 'sum: "tensor" must have an axis 0, got []. It is a scalar.'],
    "flip axis": [[[2, 3, 4]], (x) => x!.flip(3), 'flip: "tensor" must have an axis 3'],
    "squeeze axis": [[[2, 3, 4]], (x) => x!.squeeze(3), 'squeeze: "tensor" must have an axis 3'],
    "squeeze of a full axis": [[[2, 3]], (x) => x!.squeeze(1), 'squeeze: "tensor" must have size 1 on axis 1'],
    "swapAxes axis": [[[2, 3, 4]], (x) => x!.swapAxes(0, 3), 'swapAxes: "tensor" must have an axis 3'],
    "expandDims axis": [[[2, 3]], (x) => x!.expandDims(4), 'expandDims: "tensor" must have an axis 4'],
    "takeRows indices": [
      [[5, 3]],
      (x) => x!.takeRows(Tensor.constant(int32([0, 1], [1, 2]))),
      'takeRows: "indices" must have shape [n], got [1, 2].',
    ],
    concat: [
      [
        [2, 3],
        [4, 4],
      ],
      (a, b) => concat([a!, b!], 0),
      'concat: "tensors[1]" must have shape [any, 3], got [4, 4]. tensors[0] is [2, 3]; only axis 0 may differ.',
    ],
    "concat axis": [[[2, 3]], (a) => concat([a!], 2), 'concat: "tensor" must have an axis 2'],
    stack: [[[2], [3]], (a, b) => stack([a!, b!]), 'concat: "tensors[1]" must have shape [any, 2], got [1, 3].'],
    expectShape: [
      [[4, 8]],
      (x) => expectShape("vicreg", "zB", x!, ["B", 16], "Features?"),
      'vicreg: "zB" must have shape [B, 16], got [4, 8]. Features?',
    ],
  };
  test.each(Object.entries(cases))("%s", async (_, [shapes, body, message]) => {
    const failing = withTensors(shapes, body);
    await expect(failing).rejects.toThrow(ShapeError);
    await expect(failing).rejects.toThrow(message);
  });
});

describe("a wrong argument is named", () => {
  const cases: Record<string, [(x: Tensor) => unknown, string]> = {
    "transpose twice": [
      (x) => x.transpose([0, 0]),
      'transpose: "permutation" must be each of the 2 axes of [2, 3] once',
    ],
    "transpose short": [(x) => x.transpose([0]), 'transpose: "permutation"'],
    "sum twice": [(x) => x.sum([0, -2]), 'sum: "axes" must be different axes, got [0,-2].'],
    "reshape unknowns": [(x) => x.reshape([-1, -1]), 'reshape: "shape" must be sizes with at most one -1'],
    "pad count": [(x) => x.pad([[0, 1]]), 'pad: "widths" must be one [before, after] for each axis of [2, 3]'],
    "pad negative": [
      (x) =>
        x.pad([
          [0, -1],
          [0, 0],
        ]),
      'pad: "widths" must be a whole number, at least 0, got -1.',
    ],
    "split parts": [(x) => x.split(0, 0), 'split: "parts" must be a whole number, at least 1, got 0.'],
    "conv2d stride": [(x) => x.conv2d(x, { stride: 0 }), 'conv2d: "stride" must be a whole number, at least 1, got 0.'],
    "conv2d padding": [(x) => x.conv2d(x, { padding: 0.5 }), 'conv2d: "padding" must be a whole number'],
    "conv2d groups": [(x) => x.conv2d(x, { groups: 0 }), 'conv2d: "groups" must be a whole number, at least 1, got 0.'],
    "conv2d groups of channels": [
      (x) => x.reshape([1, 3, 2, 1]).conv2d(x.reshape([2, 3, 1, 1]), { groups: 2 }),
      'conv2d: "groups" must be a divisor of the 3 channels and of Cout, got 2. The weight is [2, 3, 1, 1].',
    ],
    "convTranspose2d output padding": [
      (x) => x.reshape([1, 1, 2, 3]).convTranspose2d(x.reshape([1, 1, 3, 2]), { stride: 2, outputPadding: 2 }),
      'convTranspose2d: "outputPadding" must be below the stride 2, got 2.',
    ],
    "convTranspose2d padding": [
      (x) => x.reshape([1, 1, 2, 3]).convTranspose2d(x.reshape([1, 1, 2, 3]), { padding: 2 }),
      "less than half of the unpadded result, which has 3 places on one axis, got 2.",
    ],
    "pool padding": [
      (x) => x.reshape([1, 1, 2, 3]).averagePool2d(2, { padding: 2 }),
      'averagePool2d: "padding" must be at most half the window 2, got 2. Each window must see some of the image.',
    ],
    "pool window": [(x) => x.maxPool2d(0), 'maxPool2d: "window" must be a whole number'],
    "pool stride": [(x) => x.averagePool2d(2, { stride: -1 }), 'averagePool2d: "stride" must be a whole number'],
  };
  test.each(Object.entries(cases))("%s", async (_, [body, message]) => {
    const failing = withTensors([[2, 3]], (x) => body(x!));
    await expect(failing).rejects.toThrow(ValueError);
    await expect(failing).rejects.toThrow(message);
  });

  test("types and empty lists", async () => {
    const select = withTensors([[2]], (x) => x!.select(1, 0));
    await expect(select).rejects.toThrow("select: the condition must be bool, got float32.");
    const take = withTensors([[2]], (x) => x!.takeRows(x!));
    await expect(take).rejects.toThrow("takeRows: indices must be int32, got float32.");
    expect(() => concat([], 0)).toThrow(DarkmatterError);
  });
});

describe("values", () => {
  const x = float32([1, 2, 3, 4, 5, 6], [2, 3]);
  const evaluate = async (body: (x: Tensor) => Tensor, input: HostArray = x) => {
    const { y } = await runOnce({ x: input }, ({ x }) => ({ y: body(x) }));
    return { shape: y.shape, values: Array.from(y.data, (value) => value + 0) }; // -0 + 0 is 0
  };

  test("shape, size, dtype and door checks are plain numbers", async () => {
    await withTensors([[2, 3]], (tensor) => {
      const [B, D] = expectShape("op", "x", tensor!, ["B", 3]);
      expect([B, D, tensor!.size, tensor!.dtype, isTensor(tensor), isTensor(3)]).toEqual([
        2,
        3,
        6,
        "float32",
        true,
        false,
      ]);
      expect(tensor!.greater(0).dtype).toBe("bool");
    });
  });

  test.each<[string, (x: Tensor) => Tensor, readonly number[], readonly number[]]>([
    ["mean of rows", (x) => x.mean(-1), [2], [2, 5]],
    ["biased variance", (x) => x.variance(0), [3], [2.25, 2.25, 2.25]],
    ["unbiased variance", (x) => x.variance(0, { correction: 1 }), [3], [4.5, 4.5, 4.5]],
    ["keepDims", (x) => x.max(1, { keepDims: true }), [2, 1], [3, 6]],
    ["sum of all", (x) => x.sum(), [], [21]],
    ["reshape -1", (x) => x.reshape([-1, 2]), [3, 2], [1, 2, 3, 4, 5, 6]],
    ["transpose", (x) => x.transpose(), [3, 2], [1, 4, 2, 5, 3, 6]],
    ["slice", (x) => x.slice(-1, 1, 3), [2, 2], [2, 3, 5, 6]],
    ["flip", (x) => x.flip(0), [2, 3], [4, 5, 6, 1, 2, 3]],
    ["split and stack", (x) => stack(x.split(0, 2), -1), [1, 3, 2], [1, 4, 2, 5, 3, 6]],
    ["expandDims at the end", (x) => x.expandDims(-1), [2, 3, 1], [1, 2, 3, 4, 5, 6]],
    ["relu", (x) => x.sub(4).relu(), [2, 3], [0, 0, 0, 0, 1, 2]],
    ["select", (x) => x.greater(3).select(x, -1), [2, 3], [-1, -1, -1, 4, 5, 6]],
    ["matmul", (x) => x.matmul(x.transpose()), [2, 2], [14, 32, 32, 77]],
    ["identity", () => Tensor.identity(2), [2, 2], [1, 0, 0, 1]],
    ["full", () => Tensor.full([2], 7), [2], [7, 7]],
  ])("%s", async (_, body, shape, values) => {
    expect(await evaluate(body)).toEqual({ shape, values });
  });

  test("logSumExp and softmax do not overflow", async () => {
    const large = float32([1000, 1000], [1, 2]);
    expect((await evaluate((x) => x.logSumExp(-1), large)).values[0]).toBeCloseTo(1000 + Math.log(2), 3);
    expect((await evaluate((x) => x.softmax(), large)).values).toEqual([0.5, 0.5]);
    expect((await evaluate((x) => x.logSoftmax(), large)).values[0]).toBeCloseTo(-Math.log(2), 5);
  });

  test("normalizeL2 gives unit length, and zero for zero", async () => {
    const { values } = await evaluate((x) => x.normalizeL2(), float32([3, 4, 0, 0], [2, 2]));
    expect(values.map((value) => Number(value.toFixed(6)))).toEqual([0.6, 0.8, 0, 0]);
  });

  test("gelu(1) is Φ(1)", async () => {
    expect((await evaluate((x) => x.gelu(), float32([1], [1]))).values[0]).toBeCloseTo(0.8413447, 6);
  });
});
