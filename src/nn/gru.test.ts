/** The gated recurrent unit, held against loops, answers by hand and central differences. */
import { describe, expect, test } from "vitest";
import { float32, type HostArray, mapTree, runOnce, type Tensor, type Tree, zerosFor } from "../compute/index.js";
import { maxGradientError, wavyArray } from "../compute/testing/gradient-check.js";
import { gru, isParameterSpec, type ParameterSpec } from "./index.js";

const [B, T, INPUT_DIM, HIDDEN_DIM] = [2, 3, 2, 4];
const layer = gru(INPUT_DIM, HIDDEN_DIM);
const specs = layer.parameters as Tree<ParameterSpec>;
const wavy = (seed: number) =>
  mapTree<ParameterSpec, HostArray>(specs, isParameterSpec, ({ shape }) =>
    wavyArray(shape, seed++),
  ) as unknown as Arrays;
const x = wavyArray([B, T, INPUT_DIM], 7);
const hidden = wavyArray([B, HIDDEN_DIM], 9);

interface Gates {
  readonly weight: HostArray;
  readonly bias: HostArray;
}
type Arrays = { readonly input: Gates; readonly hidden: Gates };

/** The equations of the docstring in float64, one sample and one number at a time; states of all times. */
function referenceStates(parameters: Arrays, inputs: readonly number[][], start: readonly number[]): number[][] {
  const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
  const gate = ({ weight, bias }: Gates, from: readonly number[], part: number, unit: number): number => {
    const column = part * HIDDEN_DIM + unit;
    return from.reduce((sum, v, i) => sum + v * weight.data[i * 3 * HIDDEN_DIM + column]!, bias.data[column]!);
  };
  const states: number[][] = [];
  let state = start;
  for (const input of inputs) {
    const before = state;
    state = before.map((old, unit) => {
      const reset = sigmoid(gate(parameters.input, input, 0, unit) + gate(parameters.hidden, before, 0, unit));
      const update = sigmoid(gate(parameters.input, input, 1, unit) + gate(parameters.hidden, before, 1, unit));
      const remembered = reset * gate(parameters.hidden, before, 2, unit);
      return (1 - update) * Math.tanh(gate(parameters.input, input, 2, unit) + remembered) + update * old;
    });
    states.push(state as number[]);
  }
  return states;
}

const rows = ({ data, shape }: HostArray): number[][] => {
  const width = shape.at(-1)!;
  return Array.from({ length: data.length / width }, (_, i) => [...data.subarray(i * width, (i + 1) * width)]);
};

const unroll = (parameters: Arrays, from = x, start = hidden): Promise<HostArray> =>
  runOnce({ parameters, x: from, hidden: start }, (given) =>
    layer.unroll(given.parameters as never, given.x, given.hidden),
  ) as Promise<HostArray>;

describe("gru", () => {
  test("agrees with loops in float64 at every time", async () => {
    const parameters = wavy(1);
    const expected = Array.from({ length: B }, (_, b) =>
      referenceStates(parameters, rows(x).slice(b * T, (b + 1) * T), rows(hidden)[b]!),
    ).flat();
    const states = await unroll(parameters);
    expect(states.shape).toEqual([B, T, HIDDEN_DIM]);
    for (const [i, row] of rows(states).entries())
      for (const [d, value] of row.entries()) expect(value).toBeCloseTo(expected[i]![d]!, 5);
  });

  test("unrolls what its steps give one after the other", async () => {
    const parameters = wavy(4);
    const byStep = (await runOnce({ parameters, x, hidden }, ({ parameters, x, hidden }) => {
      let state: Tensor = hidden;
      for (const now of x.split(1, T)) state = layer.step(parameters as never, now.squeeze(1), state);
      return state;
    })) as HostArray;
    const last = rows(await unroll(parameters)).filter((_, i) => i % T === T - 1);
    expect(rows(byStep).flat()).toEqual(last.flat().map((value) => expect.closeTo(value, 5)));
  });

  test("without weights: half of the state stays each step, and the candidate is 0", async () => {
    const states = rows(await unroll(zerosFor(layer.parameters) as Arrays));
    const expected = rows(hidden).flatMap((row) => [1, 2, 3].map((t) => row.map((value) => value / 2 ** t)));
    for (const [i, row] of states.entries()) expect(row).toEqual(expected[i]!.map((v) => expect.closeTo(v, 6)));
  });

  test("the update gate keeps the state, the reset gate hides it from the candidate", async () => {
    const biased = (part: number, value: number): Arrays => {
      const zero = zerosFor(layer.parameters) as Arrays;
      const bias = Float32Array.from({ length: 3 * HIDDEN_DIM }, (_, i) =>
        Math.floor(i / HIDDEN_DIM) === part ? value : 0,
      );
      // The candidate is tanh of what the reset gate lets through of a hidden bias of 1.
      const seen = Float32Array.from({ length: 3 * HIDDEN_DIM }, (_, i) => (i >= 2 * HIDDEN_DIM ? 1 : 0));
      return {
        input: { ...zero.input, bias: float32(bias, [3 * HIDDEN_DIM]) },
        hidden: { ...zero.hidden, bias: float32(seen, [3 * HIDDEN_DIM]) },
      };
    };
    const start = rows(hidden);
    const firstState = async (part: number, value: number) =>
      rows(await unroll(biased(part, value))).filter((_, i) => i % T === 0);
    expect((await firstState(1, 30)).flat()).toEqual(start.flat().map((v) => expect.closeTo(v, 5))); // z = 1
    expect((await firstState(0, -30)).flat()).toEqual(start.flat().map((v) => expect.closeTo(v / 2, 5))); // r = 0
    expect((await firstState(0, 30)).flat()).toEqual(
      start.flat().map((v) => expect.closeTo((Math.tanh(1) + v) / 2, 5)), // r = 1
    );
  });

  test("has the right gradient through time", async () => {
    const error = await maxGradientError({ parameters: wavy(2), x, hidden }, (given) => {
      const states = layer.unroll(given.parameters as never, given.x, given.hidden);
      return states.add(0.3).square().mul(states).mean(); // a cubic, so that no gradient is constant
    });
    expect(error).toBeLessThan(1e-2);
  });

  test("says what does not fit", async () => {
    const parameters = wavy(1);
    await expect(unroll(parameters, wavyArray([B, T, 5], 1))).rejects.toThrow('"x" must have shape [B, T, 2]');
    await expect(unroll(parameters, x, wavyArray([3, HIDDEN_DIM], 1))).rejects.toThrow(
      '"hidden" must have shape [2, 4], got [3, 4]',
    );
  });
});
