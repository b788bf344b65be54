import { describe, expect, test } from "vitest";
import { resolveOptions } from "../../compute/options.js";
import { keyFor, Random } from "../../compute/random.js";
import { createCost } from "./catalog.js";
import { criticOptions, criticReadout, discountedCosts, fitCritic } from "./critic.js";
import { fitRidge } from "./ridge.js";

describe("ridge", () => {
  test("one feature, by hand: w = Sxy / (Sxx + λ), the bias is free", () => {
    const [x, y] = [Float64Array.of(0, 1, 2, 3), Float64Array.of(5, 7, 9, 11)];
    expect(fitRidge(x, y, 0)).toEqual({ weights: Float64Array.of(2), bias: 5 });
    const { weights, bias } = fitRidge(x, y, 1.25); // Sxx/n is 1.25, Sxy/n is 2.5
    expect(weights[0]).toBeCloseTo(1, 12);
    expect(bias).toBeCloseTo(8 - 1.5, 12);
  });

  test("the gradient of what is minimised is 0", () => {
    const random = new Random(keyFor(1));
    const [n, p, strength] = [40, 7, 0.3];
    const x = Float64Array.from({ length: n * p }, () => random.normal() + 2);
    const y = Float64Array.from({ length: n }, () => random.normal());
    const { weights, bias } = fitRidge(x, y, strength);
    const residuals = [...y].map((target, i) => {
      return weights.reduce((sum, weight, j) => sum + weight * x[i * p + j]!, bias) - target;
    });
    expect(residuals.reduce((sum, residual) => sum + residual, 0)).toBeCloseTo(0, 10);
    for (let j = 0; j < p; j++) {
      const slope = residuals.reduce((sum, residual, i) => sum + (residual * x[i * p + j]!) / n, 0);
      expect(slope + strength * weights[j]!).toBeCloseTo(0, 10);
    }
  });

  test("features that depend on each other need some strength", () => {
    const x = Float64Array.of(1, 2, 2, 4, 3, 6, 4, 8);
    const y = Float64Array.of(1, 2, 3, 4);
    expect(() => fitRidge(x, y, 0)).toThrow(/depend on each other/);
    expect(fitRidge(x, y, 1e-6).weights[1]).toBeCloseTo(0.4, 3); // shared as 1 : 2, x₁ w₁ + 2 x₁ w₂ = x₁
    expect(() => fitRidge(x, Float64Array.of(1, 2, 3), 1)).toThrow(/"features" must have shape/);
  });
});

test("what is still to be paid, by hand", () => {
  expect([...discountedCosts([1, 0, 4], 0.5)]).toEqual([2, 2, 4]);
  expect([...discountedCosts([1, 2, 3], 1)]).toEqual([6, 5, 3]);
  expect(() => discountedCosts([1], 1.1)).toThrow(/from 0 to 1/);
});

describe("the critic", () => {
  const drawn = (n: number, seed: number, costOf: (x: number, y: number) => number) => {
    const random = new Random(keyFor(seed));
    const latents = Float32Array.from({ length: 2 * n }, () => 10 + 3 * random.normal());
    const futureCosts = Float64Array.from({ length: n }, (_, i) => costOf(latents[2 * i]!, latents[2 * i + 1]!));
    return { latents, futureCosts, dim: 2 };
  };
  const explained = (costOf: (x: number, y: number) => number, options: Record<string, number>) => {
    const config = resolveOptions("critic", criticOptions, options);
    const readout = criticReadout(fitCritic(drawn(600, 1, costOf), config, keyFor(3)));
    const { latents, futureCosts } = drawn(300, 2, costOf);
    const average = futureCosts.reduce((sum, cost) => sum + cost, 0) / 300;
    let [left, all] = [0, 0];
    for (const [i, cost] of futureCosts.entries()) {
      left += (readout(latents.subarray(2 * i, 2 * i + 2))[0]! - cost) ** 2;
      all += (cost - average) ** 2;
    }
    return 1 - left / all;
  };

  test("a linear cost is found exactly without random features", () => {
    expect(explained((x, y) => 3 * x - y + 7, { numFeatures: 0, strength: 0 })).toBeCloseTo(1, 9);
  });

  test("a danger in the middle is seen by random features, and not by a line", () => {
    const danger = (x: number, y: number) => Math.exp(-((x - 10) ** 2 + (y - 10) ** 2) / 8);
    expect(explained(danger, {})).toBeGreaterThan(0.95);
    expect(explained(danger, { numFeatures: 0 })).toBeLessThan(0.2);
  });

  test("the same key gives the same critic, and a latent that never varies no trouble", () => {
    const { latents, futureCosts } = drawn(50, 1, (x) => x);
    const config = resolveOptions("critic", criticOptions, { numFeatures: 20 });
    const still = latents.map((value, i) => (i % 2 ? 0.1 : value));
    const [a, b, other] = [1, 1, 2].map((seed) =>
      fitCritic({ latents: still, futureCosts, dim: 2 }, config, keyFor(seed)),
    );
    expect(a).toEqual(b);
    expect(a!.frequencies).not.toEqual(other!.frequencies);
    expect(a!.std[1]).toBe(0);
    expect(Number.isFinite(criticReadout(a!)([10, 99])[0])).toBe(true);
  });

  test("is a cost of the last step: what comes after the horizon", async () => {
    const config = resolveOptions("critic", criticOptions, { numFeatures: 0, strength: 0 });
    const readout = criticReadout(
      fitCritic(
        drawn(100, 1, (x, y) => x + y),
        config,
        keyFor(1),
      ),
    );
    const paths = { count: 1, numFutures: 1, horizon: 2, dim: 2, states: Float32Array.of(1, 1, 4, 5) };
    const candidates = { count: 1, horizon: 2, actionDim: 1, actions: new Float32Array(2) };
    expect((await createCost("probedValue", {}, { readout })(paths, candidates))[0]).toBeCloseTo(9, 4);
  });

  test("numbers that are none are refused", () => {
    const config = resolveOptions("critic", criticOptions);
    const broken = { latents: Float32Array.of(1, Number.NaN), futureCosts: Float64Array.of(1), dim: 2 };
    expect(() => fitCritic(broken, config, keyFor(1))).toThrow(/"latents" must be finite numbers, got NaN/);
    expect(() => fitCritic({ ...broken, dim: 3 }, config, keyFor(1))).toThrow(/"latents" must have shape \[1, 3\]/);
  });
});
