/** Judging several futures by the best, held against loops in float64. */
import { describe, expect, test } from "vitest";
import { float32, type HostArray, keyFor, Random, runOnce, Tensor, valueAndGradient } from "../compute/index.js";
import { maxGradientError } from "../compute/testing/gradient-check.js";
import { pluralPrediction } from "./plural-prediction.js";
import { rowsOf } from "./testing/projections.js";

const [B, D, T, K] = [5, 3, 2, 3];

function normals(shape: readonly number[], seed: number): HostArray {
  const random = new Random(keyFor(seed, "plural"));
  const size = shape.reduce((a, b) => a * b, 1);
  return float32(
    Float32Array.from({ length: size }, () => random.normal()),
    shape,
  );
}

/** Case: K × T predicted states, T true ones, logits. */
const futures = Array.from({ length: K }, (_, k) => Array.from({ length: T }, (_, t) => normals([B, D], 10 * k + t)));
const states = Array.from({ length: T }, (_, t) => normals([B, D], 100 + t));
const prior = normals([B, K], 200);

function reference(looseness: number) {
  const errorOf = (k: number, i: number): number => {
    let sum = 0;
    for (let t = 0; t < T; t++) {
      const [said, was] = [rowsOf(futures[k]![t]!)[i]!, rowsOf(states[t]!)[i]!];
      for (let d = 0; d < D; d++) sum += (said[d]! - was[d]!) ** 2;
    }
    return sum / (T * D);
  };
  const wins = Array<number>(K).fill(0);
  let [prediction, priorError] = [0, 0];
  for (let i = 0; i < B; i++) {
    const errors = Array.from({ length: K }, (_, k) => errorOf(k, i));
    const winner = errors.indexOf(Math.min(...errors));
    wins[winner]! += 1 / B;
    const mean = errors.reduce((a, b) => a + b) / K;
    prediction += ((1 - looseness) * errors[winner]! + looseness * mean) / B;
    const logits = rowsOf(prior)[i]!;
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    priorError -= (logits[winner]! - Math.log(total)) / B;
  }
  const entropy = wins.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
  return { prediction, priorError, futuresInUse: Math.exp(entropy) };
}

async function value(looseness: number, given = futures, chances: HostArray | "none" = prior) {
  const flat = given.flat();
  const inputs = {
    futures: Object.fromEntries(flat.map((array, i) => [`${i}`, array])),
    states: Object.fromEntries(states.map((array, i) => [`${i}`, array])),
    ...(chances !== "none" && { prior: chances }),
  };
  const result = await runOnce(inputs, (tensors) => {
    const all = Object.values(tensors.futures as Readonly<Record<string, Tensor>>);
    const said = given.map((_, k) => all.slice(k * T, (k + 1) * T));
    const were = Object.values(tensors.states as Readonly<Record<string, Tensor>>);
    return { ...pluralPrediction(said, were, tensors.prior as Tensor | undefined, Tensor.constant(looseness)) };
  });
  return Object.fromEntries(Object.entries(result).map(([name, { data }]) => [name, data[0]!]));
}

describe("the loss of the best", () => {
  test.each([0, 0.3, 1])("equals the loops at looseness %f", async (looseness) => {
    const [ours, theirs] = [await value(looseness), reference(looseness)];
    for (const [name, expected] of Object.entries(theirs)) expect(ours[name], name).toBeCloseTo(expected, 5);
  });

  test("with one future is the mean squared error, and there is nothing to be known of it beforehand", async () => {
    const { prediction, priorError, futuresInUse } = await value(0.3, [futures[0]!], "none");
    let sum = 0;
    for (const [t, state] of states.entries()) {
      for (const [i, x] of state.data.entries()) sum += (futures[0]![t]!.data[i]! - x) ** 2;
    }
    expect(prediction).toBeCloseTo(sum / (T * B * D), 5);
    expect([priorError, futuresInUse]).toEqual([0, 1]);
  });

  test("the gradient agrees with central differences, and only winners get one when nothing is loose", async () => {
    const inputs = Object.fromEntries(futures.flat().map((array, i) => [`f${i}`, array]));
    const loss = (moved: Readonly<Record<string, Tensor>>, looseness: number) => {
      const all = Object.values(moved);
      const said = futures.map((_, k) => all.slice(k * T, (k + 1) * T));
      const { prediction, priorError } = pluralPrediction(
        said,
        states.map((state) => Tensor.constant(state)),
        Tensor.constant(prior),
        Tensor.constant(looseness),
      );
      return prediction.add(priorError);
    };
    expect(await maxGradientError(inputs, (moved) => loss(moved, 0.3), 1e-3)).toBeLessThan(1e-2);
    const { gradient } = await runOnce({ inputs }, (tensors) => {
      const result = valueAndGradient(tensors.inputs as Record<string, Tensor>, (moved) => ({
        value: loss(moved, 0),
        aux: {},
      }));
      return { gradient: result.gradient as Record<string, Tensor> };
    });
    const isMoved = (k: number, i: number) => rowsOf(gradient[`f${k * T}`]!)[i]!.some((x) => x !== 0);
    for (let i = 0; i < B; i++) expect([0, 1, 2].filter((k) => isMoved(k, i))).toHaveLength(1);
  });
});

test("among equal futures the first wins, so that each image counts once", async () => {
  const same = [futures[0]!, futures[0]!];
  const { futuresInUse, prediction } = await value(0, same, normals([B, 2], 5));
  expect(futuresInUse).toBeCloseTo(1, 5);
  expect(prediction).toBeCloseTo((await value(0, [futures[0]!], "none")).prediction!, 5);
});
