import { describe, expect, test } from "vitest";
import { float32, type HostArray, resolveOptions, runOnce, type Tree } from "../compute/index.js";
import { adamw, adamwOptions } from "./adamw.js";
import { initialSlots, scalarInputs } from "./optimizer.js";

interface State {
  readonly parameters: Tree<HostArray>;
  readonly slots: Readonly<Record<string, Tree<HostArray>>>;
}
const roles = new Map([
  ["layer/weight", "weight"],
  ["layer/bias", "bias"],
]);

/** One step of ours on a weight and a bias with the same values and gradients. */
async function step(state: State, gradient: readonly number[], at: Parameters<typeof adamw.scalars>[0], given = {}) {
  const config = resolveOptions("adamw", adamwOptions, given);
  const grown = float32([...gradient], [gradient.length]);
  const inputs = {
    ...state,
    gradient: { layer: { weight: grown, bias: grown } },
    scalars: scalarInputs(adamw.scalars(at, config)),
  };
  return (await runOnce(
    inputs as Tree<HostArray>,
    (tensors) =>
      adamw.update({ ...(tensors as unknown as Parameters<typeof adamw.update>[0]), roles }, config) as never,
  )) as unknown as { parameters: { layer: { weight: HostArray; bias: HostArray } }; slots: State["slots"] };
}

function start(values: readonly number[]): State {
  const parameters = {
    layer: { weight: float32([...values], [values.length]), bias: float32([...values], [values.length]) },
  };
  return { parameters, slots: initialSlots(adamw, parameters) };
}

/** torch.optim.AdamW's documentation, element by element in float64. */
function referenceAdamw(p: number, gradients: readonly number[], rates: readonly number[], decay: number): number {
  let [m, v] = [0, 0];
  gradients.forEach((g, i) => {
    p -= rates[i]! * decay * p;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    const mHat = m / (1 - 0.9 ** (i + 1));
    const vHat = v / (1 - 0.999 ** (i + 1));
    p -= (rates[i]! * mHat) / (Math.sqrt(vHat) + 1e-8);
  });
  return p;
}

describe("adamw", () => {
  test("the first step is the learning rate against the sign of the gradient", async () => {
    const state = await step(start([1, 1, 1]), [3, -0.002, 0], { step: 0, learningRate: 0.1, weightDecay: 0 });
    const moved = [...state.parameters.layer.weight.data];
    expect(moved[0]).toBeCloseTo(0.9, 6);
    expect(moved[1]).toBeCloseTo(1.1, 5);
    expect(moved[2]).toBe(1);
  });

  test("decays weights by learning rate times weight decay, and biases not at all", async () => {
    const state = await step(start([2]), [0], { step: 0, learningRate: 0.1, weightDecay: 0.5 });
    expect(state.parameters.layer.weight.data[0]).toBeCloseTo(2 * (1 - 0.05), 6);
    expect(state.parameters.layer.bias.data[0]).toBe(2);
  });

  test("epsilon is compared with the corrected root: a gradient of epsilon gives half a step", async () => {
    const at = { step: 0, learningRate: 0.1, weightDecay: 0 };
    const state = await step(start([1]), [0.01], at, { epsilon: 0.01 });
    expect(state.parameters.layer.weight.data[0]).toBeCloseTo(0.95, 6);
  });

  test("agrees with a float64 loop over six steps of changing rate", async () => {
    const start0 = [0.5, -1.2, 3];
    const gradients = Array.from({ length: 6 }, (_, i) =>
      start0.map((_, j) => Math.sin(1 + 2 * i + 3 * j) * 10 ** (j - 1)),
    );
    const rates = [0.01, 0.02, 0.03, 0.02, 0.01, 0.005];
    let state: State = start(start0);
    for (const [i, gradient] of gradients.entries()) {
      state = await step(state, gradient, { step: i, learningRate: rates[i]!, weightDecay: 0.05 });
    }
    const { weight, bias } = (state.parameters as { layer: { weight: HostArray; bias: HostArray } }).layer;
    start0.forEach((p, j) => {
      const ofElement = gradients.map((gradient) => gradient[j]!);
      expect(weight.data[j]).toBeCloseTo(referenceAdamw(p, ofElement, rates, 0.05), 5);
      expect(bias.data[j]).toBeCloseTo(referenceAdamw(p, ofElement, rates, 0), 5);
    });
  });
});
