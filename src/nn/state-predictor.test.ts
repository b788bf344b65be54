/** How states go on, with and without a memory. */
import { describe, expect, test } from "vitest";
import { type Branch, type HostArray, isHostArray, keyFor, mapTree, runOnce, Tensor } from "../compute/index.js";
import { maxGradientError, wavyArray } from "../compute/testing/gradient-check.js";
import { initialise } from "./index.js";
import { evaluationMode } from "./layer.js";
import { type Standing, statePredictor } from "./state-predictor.js";

const [B, D] = [3, 4];

describe.each([0, 5])("with a memory of %i", (memoryDim) => {
  const predictor = statePredictor({ stateDim: D, inputDim: 2, memoryDim });
  const parameters = initialise(predictor.parameters, keyFor(1)) as Branch<HostArray>;
  const inputs = { parameters, state: wavyArray([B, D], 1), other: wavyArray([B, D], 2), input: wavyArray([B, 2], 3) };
  const run = (body: (from: Standing, given: Record<"other" | "input", Tensor>, p: never) => Tensor) =>
    runOnce(inputs, (given) => {
      const { parameters: p, state, other, input } = given as unknown as Record<keyof typeof inputs, Tensor>;
      return { out: body(predictor.begin(state), { other, input }, p as never) };
    });

  test("a step gives a state of mean 0 and variance 1, and is driven by its input", async () => {
    const step = (scale: number) =>
      run((from, { input }, p) => predictor.step(p, from, input.mul(scale), evaluationMode()).state);
    const [{ out: one }, { out: other }] = [await step(1), await step(-3)];
    for (let i = 0; i < B; i++) {
      const row = [...one.data.subarray(i * D, (i + 1) * D)];
      expect(row.reduce((a, b) => a + b)).toBeCloseTo(0, 4);
      expect(row.reduce((sum, x) => sum + x * x, 0) / D).toBeCloseTo(1, 2);
    }
    expect(one.data).not.toEqual(other.data);
  });

  test("what is seen takes the place of what was predicted; only a memory keeps what was before", async () => {
    const goneOn = (first: number) =>
      run((from, { other, input }, p) => {
        const moved = predictor.step(p, { ...from, state: from.state.mul(first) }, input, evaluationMode());
        return predictor.step(p, predictor.seen(moved, other), input, evaluationMode()).state;
      });
    const [{ out: a }, { out: b }] = [await goneOn(1), await goneOn(-1)];
    if (memoryDim === 0) expect(a.data).toEqual(b.data);
    else expect(a.data).not.toEqual(b.data);
  });

  test("the gradient through two steps agrees with central differences", async () => {
    const error = await maxGradientError({ state: inputs.state, input: inputs.input }, ({ state, input }) => {
      const fixed = mapTree<HostArray, Tensor>(parameters, isHostArray, (array) => Tensor.constant(array));
      const first = predictor.step(fixed as never, predictor.begin(state!), input, evaluationMode());
      return predictor
        .step(fixed as never, first, input, evaluationMode())
        .state.square()
        .mul(first.state)
        .mean();
    });
    expect(error).toBeLessThan(2e-2);
  });
});
