/** SGD and LARS, which share their momentum. */
import { describe, expect, test } from "vitest";
import { float32, type HostArray, resolveOptions, runOnce, type Tree } from "../compute/index.js";
import { optimizers } from "./catalog.js";
import { lars } from "./lars.js";
import { initialSlots, type Optimizer, type StepPoint, scalarInputs } from "./optimizer.js";
import { sgd } from "./sgd.js";

interface State {
  readonly parameters: { readonly layer: Readonly<Record<"weight" | "bias", HostArray>> };
  readonly slots: Readonly<Record<string, Tree<HostArray>>>;
}
type Given = Readonly<Record<string, unknown>>;
const roles = new Map([
  ["layer/weight", "weight"],
  ["layer/bias", "bias"],
]);
const vector = (values: readonly number[]): HostArray => float32([...values], [values.length]);

/** A weight and a bias with the same values, and what follows the same gradients on both. */
async function follow(
  optimizer: Optimizer,
  start: readonly number[],
  gradients: number[][],
  points: StepPoint[],
  given: Given,
) {
  const config = resolveOptions(optimizer.name, optimizer.options, given);
  const parameters = { layer: { weight: vector(start), bias: vector(start) } };
  let state: State = { parameters, slots: initialSlots(optimizer, parameters) };
  for (const [i, gradient] of gradients.entries()) {
    const grown = vector(gradient);
    const scalars = scalarInputs(optimizer.scalars(points[i]!, config));
    const inputs = { ...state, gradient: { layer: { weight: grown, bias: grown } }, scalars };
    state = (await runOnce(
      inputs as Tree<HostArray>,
      (tensors) =>
        optimizer.update({ ...(tensors as unknown as Parameters<Optimizer["update"]>[0]), roles }, config) as never,
    )) as unknown as State;
  }
  const { weight, bias } = state.parameters.layer;
  return { weight: [...weight.data], bias: [...bias.data] };
}

const start = [0.5, -1.2, 3];
const gradients = Array.from({ length: 5 }, (_, i) => start.map((_, j) => Math.sin(1 + 2 * i + 3 * j)));
const points = [0.1, 0.2, 0.3, 0.2, 0.1].map((learningRate, step) => ({ step, learningRate, weightDecay: 0.05 }));

/** Float64 loops over whole vectors. */
function reference(
  isWeight: boolean,
  stepOf: (d: number[], p: number[], g: number[], lr: number) => number[],
  nesterov = false,
) {
  let p = [...start];
  let m = start.map(() => 0);
  gradients.forEach((g, i) => {
    const { learningRate: lr, weightDecay } = points[i]!;
    const d = stepOf(isWeight ? g.map((x, j) => x + weightDecay * p[j]!) : g, p, g, lr);
    m = m.map((x, j) => 0.9 * x + d[j]!);
    p = p.map((x, j) => x - lr * (nesterov ? d[j]! + 0.9 * m[j]! : m[j]!));
  });
  return p;
}

const expectNear = (got: readonly number[], expected: readonly number[]): void => {
  expect(got.length).toBe(expected.length);
  expected.forEach((x, j) => {
    expect(got[j]).toBeCloseTo(x, 5);
  });
};

describe("sgd", () => {
  test.each([false, true])("agrees with float64 loops over five steps, nesterov %s", async (nesterov) => {
    const { weight, bias } = await follow(sgd, start, gradients, points, { nesterov });
    expectNear(
      weight,
      reference(true, (d) => d, nesterov),
    );
    expectNear(
      bias,
      reference(false, (d) => d, nesterov),
    );
  });

  test("a steady gradient of 1 ends in steps of lr / (1 − momentum)", async () => {
    const many = Array.from({ length: 25 }, () => [1]);
    const at = many.map((_, step) => ({ step, learningRate: 0.1, weightDecay: 0 }));
    const before = await follow(sgd, [0], many.slice(1), at, { momentum: 0.5 });
    const after = await follow(sgd, [0], many, at, { momentum: 0.5 });
    expect(before.weight[0]! - after.weight[0]!).toBeCloseTo(0.2, 5);
  });
});

describe("lars", () => {
  const length = (x: readonly number[]) => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));

  test("agrees with float64 loops over five steps, decay before the ratio; biases as SGD", async () => {
    const { weight, bias } = await follow(lars, start, gradients, points, { trust: 0.3 });
    expectNear(
      weight,
      reference(true, (d, p) => d.map((x) => (x * 0.3 * length(p)) / length(d))),
    );
    expectNear(
      bias,
      reference(false, (d) => d),
    );
  });

  test("agrees with float64 loops, lengths apart and the rate clipped", async () => {
    const given = { trust: 0.02, ratio: "separate", clipRate: true };
    const { weight } = await follow(lars, start, gradients, points, given);
    const stepOf = (d: number[], p: number[], g: number[], lr: number) => {
      const ratio = (0.02 * length(p)) / (length(g) + 0.05 * length(p));
      return d.map((x) => x * Math.min(ratio / lr, 1));
    };
    expectNear(weight, reference(true, stepOf));
  });

  test("the first step is trust times the weight's length, however long the gradient is", async () => {
    const at = [{ step: 0, learningRate: 1, weightDecay: 0 }];
    for (const scale of [1e-8, 1, 1e8]) {
      const { weight } = await follow(lars, [3, 4], [[scale, 0]], at, { trust: 0.1 });
      expectNear(weight, [3 - 0.1 * 5, 4]);
    }
  });

  test("a weight of zeros, a gradient of zeros and a rate of zero stay finite", async () => {
    const at = [{ step: 0, learningRate: 0.1, weightDecay: 0 }];
    expectNear((await follow(lars, [0, 0], [[1, 2]], at, {})).weight, [-0.1, -0.2]);
    expectNear((await follow(lars, [1, 2], [[0, 0]], at, {})).weight, [1, 2]);
    const still = [{ step: 0, learningRate: 0, weightDecay: 0.1 }];
    expectNear((await follow(lars, [1, 2], [[1, 1]], still, { clipRate: true })).weight, [1, 2]);
  });

  test("biases and norms have a rate of their own", async () => {
    const at = [{ step: 0, learningRate: 0.2, weightDecay: 0.5 }];
    const { bias } = await follow(lars, [1], [[1]], at, { otherRateFactor: 0.024 });
    expectNear(bias, [1 - 0.0048]);
  });
});

test.each(Object.entries<Optimizer>(optimizers))("%s says what a run usually takes", (_name, { usual }) => {
  const rate = usual.learningRate(256, 2e-3);
  expect(rate).toBeGreaterThan(0);
  expect(usual.learningRate(1024, 2e-3)).toBeGreaterThan(rate);
});
