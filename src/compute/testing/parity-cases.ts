/** What the engines must agree on. */
import { float32, int32 } from "../host-array.js";
import { concat, stack } from "../join.js";
import { Tensor } from "../tensor.js";
import { windowParityCases } from "./window-parity-cases.js";

/** A function of float32 tensors, and the inputs to try it on. */
export interface ParityCase {
  readonly shapes: readonly (readonly number[])[];
  readonly body: (...inputs: Tensor[]) => Tensor;
  /** Draw inputs from here instead of [-1.5, 1.5], for functions with a smaller domain. */
  readonly range?: readonly [number, number];
  readonly hasGradient?: false;
  /** Where an engine may be further off than the others: its tolerance. */
  readonly tolerances?: Readonly<Record<string, number>>;
}

const unary = (body: (x: Tensor) => Tensor, range?: readonly [number, number]): ParityCase => ({
  shapes: [[3, 4, 5]],
  body,
  ...(range && { range }),
});
const binary = (body: (a: Tensor, b: Tensor) => Tensor): ParityCase => ({
  shapes: [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  body,
});

/** WGSL lets sin and cos be off by 2^-11; GPUs use it, and so does an emulated one (1.9e-4 seen). */
const TRIGONOMETRY = { webgpu: 2 ** -11 };

/** Every operation of `Tensor`, alone and in the company the compiler treats differently. */
export const parityCases: Record<string, ParityCase> = {
  "add broadcast": binary((a, b) => a.add(b)),
  "add same twice": unary((x) => x.add(x)),
  "sub broadcast": binary((a, b) => a.sub(b)),
  "sub from scalar": unary((x) => x.neg().add(1)),
  "mul broadcast": binary((a, b) => a.mul(b)),
  "mul negations": binary((a, b) => a.neg().mul(b.neg()).mul(-2).mul(0.5)),
  "div broadcast": {
    shapes: [
      [2, 3, 4, 5],
      [3, 1, 5],
    ],
    body: (a, b) => a.div(b!),
    range: [0.5, 2],
  } as ParityCase,
  "div by a number": unary((x) => x.div(3)),
  "div same shape": {
    shapes: [
      [4, 5],
      [4, 5],
    ],
    body: (a, b) => a!.div(b!),
    range: [0.5, 2],
  },
  maximum: binary((a, b) => a.maximum(b)),
  minimum: binary((a, b) => a.minimum(b)),
  "maximum number": unary((x) => x.maximum(0.25)),
  neg: unary((x) => x.neg()),
  square: unary((x) => x.square()),
  sqrt: unary((x) => x.sqrt(), [0.2, 3]),
  reciprocal: unary((x) => x.reciprocal(), [0.5, 2]),
  exp: unary((x) => x.exp()),
  log: unary((x) => x.log(), [0.2, 3]),
  sin: { ...unary((x) => x.sin(), [-6, 6]), tolerances: TRIGONOMETRY },
  cos: { ...unary((x) => x.cos(), [-6, 6]), tolerances: TRIGONOMETRY },
  erf: unary((x) => x.erf(), [-3, 3]),
  abs: unary((x) => x.abs()),
  relu: unary((x) => x.relu()),
  sigmoid: unary((x) => x.sigmoid(), [-6, 6]),
  gelu: unary((x) => x.gelu(), [-4, 4]),
  floor: { ...unary((x) => x.mul(3).floor()), hasGradient: false },
  stopGradient: unary((x) => x.mul(x.stopGradient())),
  greater: { shapes: [[4, 5], [5]], body: (a, b) => a!.greater(b!), hasGradient: false },
  less: { shapes: [[4, 5], [5]], body: (a, b) => a!.less(b!), hasGradient: false },
  equal: { shapes: [[4, 5]], body: (a) => a!.mul(2).floor().equal(1), hasGradient: false },
  "astype int32": { shapes: [[4, 5]], body: (a) => a!.mul(4).floor().astype("int32"), hasGradient: false },
  select: binary((a, b) => a.greater(0.1).select(a, b)),
  "select number": unary((x) => x.greater(0).select(x.square(), 0)),
  "sum all": unary((x) => x.sum()),
  "sum first": unary((x) => x.square().sum(0)),
  "sum middle": unary((x) => x.square().sum(1, { keepDims: true })),
  "sum outer": unary((x) => x.square().sum([0, 2])),
  "sum of broadcast": { shapes: [[4, 1, 5]], body: (x) => x!.broadcastTo([4, 3, 5]).sum([0, 1]) },
  "sum of transpose": unary((x) => x.transpose([2, 0, 1]).sum(1)),
  mean: unary((x) => x.mean([1, 2])),
  max: unary((x) => x.max(-1)),
  min: unary((x) => x.min([0, 1])),
  variance: unary((x) => x.variance(1, { correction: 1 })),
  logSumExp: unary((x) => x.mul(20).logSumExp(-1)),
  softmax: unary((x) => x.mul(5).softmax(1)),
  logSoftmax: unary((x) => x.logSoftmax()),
  normalizeL2: unary((x) => x.normalizeL2()),
  "mean of the middle": { shapes: [[3, 4, 5], [5]], body: (x, g) => x!.mul(g!).mean(1).square() },
  "matmul plain": {
    shapes: [
      [4, 5],
      [5, 6],
    ],
    body: (a, b) => a!.matmul(b!),
  },
  "matmul batched": {
    shapes: [
      [2, 3, 4, 5],
      [2, 3, 5, 6],
    ],
    body: (a, b) => a!.matmul(b!),
  },
  "matmul broadcast weight": {
    shapes: [
      [2, 3, 4, 5],
      [5, 6],
    ],
    body: (a, b) => a!.matmul(b!),
  },
  "matmul broadcast batch": {
    shapes: [
      [2, 1, 4, 5],
      [3, 5, 6],
    ],
    body: (a, b) => a!.matmul(b!),
  },
  "matmul transposed left": {
    shapes: [
      [5, 4],
      [5, 6],
    ],
    body: (a, b) => a!.transpose().matmul(b!),
  },
  "matmul transposed right": {
    shapes: [
      [2, 4, 5],
      [2, 6, 5],
    ],
    body: (a, b) => a!.matmul(b!.swapAxes(1, 2)),
  },
  "matmul with itself": { shapes: [[6, 4]], body: (a) => a!.matmul(a!.transpose()) },
  "matmul scaled": {
    shapes: [
      [4, 5],
      [5, 6],
    ],
    body: (a, b) => a!.matmul(b!).mul(0.3).neg(),
  },
  "matmul row": {
    shapes: [
      [1, 5],
      [5, 6],
    ],
    body: (a, b) => a!.matmul(b!),
  },
  "matmul inner": {
    shapes: [
      [3, 1, 5],
      [3, 5, 1],
    ],
    body: (a, b) => a!.matmul(b!),
  },
  "attention heads": {
    shapes: [[2, 6, 24]],
    body: (x) => {
      const [q, k, v] = x!
        .reshape([2, 6, 3, 2, 4])
        .transpose([2, 0, 3, 1, 4])
        .split(0, 3)
        .map((part) => part.squeeze(0)) as [Tensor, Tensor, Tensor];
      const mixed = q.matmul(k.swapAxes(2, 3)).mul(0.5).softmax().matmul(v);
      return mixed.swapAxes(1, 2).reshape([2, 6, 8]);
    },
  },
  ...windowParityCases,
  "reshape split and join": unary((x) => x.reshape([3, 2, 2, 5]).reshape([6, -1])),
  "reshape after transpose": unary((x) => x.transpose([1, 0, 2]).reshape([4, 15]).mul(2)),
  "reshape that must copy": { shapes: [[4, 6]], body: (x) => x!.transpose().reshape([8, 3]).square() },
  "reshape uneven": { shapes: [[4, 6]], body: (x) => x!.reshape([3, 8]).mul(x!.transpose().reshape([3, 8])) },
  transpose: unary((x) => x.transpose([2, 0, 1])),
  "transpose mixed operands": {
    shapes: [
      [4, 5],
      [5, 4],
    ],
    body: (a, b) => a!.transpose().mul(b!).add(b!.exp()),
  },
  broadcastTo: { shapes: [[3, 1, 5]], body: (x) => x!.broadcastTo([2, 3, 4, 5]) },
  "expandDims squeeze": unary((x) => x.expandDims(1).expandDims(-1).squeeze([1, 4])),
  slice: unary((x) => x.slice(1, 1, 3)),
  "slice of transpose": unary((x) => x.transpose([2, 0, 1]).slice(0, 1, 4).slice(2, 0, 2)),
  "slice of broadcast": { shapes: [[3, 1]], body: (x) => x!.broadcastTo([3, 4]).slice(1, 1, 3) },
  split: unary((x) => concat(x.split(1, 2).reverse(), 1)),
  pad: unary((x) =>
    x.pad([
      [0, 1],
      [2, 0],
      [1, 1],
    ]),
  ),
  flip: unary((x) => x.flip([0, 2]).mul(x)),
  concat: {
    shapes: [
      [2, 3],
      [4, 3],
    ],
    body: (a, b) => concat([a!, b!, a!], 0),
  },
  "concat of transposes": {
    shapes: [
      [3, 2],
      [3, 4],
    ],
    body: (a, b) => concat([a!.transpose(), b!.transpose()], 0),
  },
  stack: {
    shapes: [
      [2, 3],
      [2, 3],
    ],
    body: (a, b) => stack([a!, b!], 1),
  },
  constants: unary((x) => x.mul(Tensor.constant(float32([1, 2, 3, 4, 5], [5]))).add(Tensor.full([4, 1], 0.5))),
  identity: { shapes: [[4, 4]], body: (x) => x!.mul(Tensor.identity(4)) },
  takeRows: { shapes: [[5, 3]], body: (x) => x!.takeRows(Tensor.constant(int32([4, 0, 4, 2], [4]))) },
};
