import { expect, test } from "vitest";
import type { Candidates } from "../action-space.js";
import { createRisk } from "../costs/catalog.js";
import type { LatentPaths } from "../costs/latent-paths.js";
import { combineGuardrails, inFutures, limited, penalised } from "./guardrail.js";

const candidates: Candidates = { count: 3, horizon: 1, actionDim: 1, actions: new Float32Array(3) };
const scoring =
  (...values: number[]) =>
  () =>
    Float64Array.from(values);

test("a limit, and several guardrails by the worst of them, each of which can be asked", async () => {
  const energy = limited(scoring(1, 5, 2), 3);
  expect([...(await energy(undefined, candidates))]).toEqual([-2, 2, -1]);
  const both = combineGuardrails({ energy, hazard: scoring(-4, -1, 0.5) });
  expect([...(await both.constraint(undefined, candidates))]).toEqual([-2, 2, 0.5]);
  expect(await both.excesses(undefined, candidates, 2)).toEqual({ energy: -1, hazard: 0.5 });
  expect(() => combineGuardrails({})).toThrow(/at least one/);
  expect(() => limited(energy, Number.NaN)).toThrow(/"limit" must be a finite number/);
});

test("what one guardrail cannot tell makes the whole unsafe", async () => {
  const both = combineGuardrails({ a: scoring(-1, -1, -1), b: scoring(Number.NaN, -2, -2) });
  expect([...(await both.constraint(undefined, candidates))]).toEqual([Number.NaN, -1, -1]);
});

test("as a price: nothing within what is allowed, in proportion beyond it", async () => {
  const cost = penalised(scoring(10, 10, 10), scoring(-3, 0, 2), 4);
  expect([...(await cost(undefined, candidates))]).toEqual([10, 10, 18]);
  expect(() => penalised(cost, cost, -1)).toThrow(/"weight" must be at least 0/);
  const unknown = penalised(scoring(1, 1, 1), scoring(Number.NaN, Number.POSITIVE_INFINITY, 0), 1);
  expect([...(await unknown(undefined, candidates))]).toEqual([Number.NaN, Number.POSITIVE_INFINITY, 1]);
});

test("in every possible future, or in the tail", async () => {
  const paths: LatentPaths = {
    ...{ count: 1, numFutures: 3, horizon: 1, dim: 1, states: new Float32Array(3) },
    chances: Float64Array.of(0.9, 0.1, 0),
  };
  const one = { ...candidates, count: 1 };
  const term = scoring(-1, 2, 50);
  expect([...(await inFutures(term)(paths, one))]).toEqual([2]);
  const tail = inFutures(term, createRisk("cvar", { tailShare: 0.5 }));
  expect((await tail(paths, one))[0]).toBeCloseTo((0.1 * 2 - 0.4) / 0.5, 12);
});
