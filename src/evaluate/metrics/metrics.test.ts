import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../../compute/index.js";
import type { Features } from "../features.js";
import { principalComponents } from "../linear-algebra/index.js";
import { measure, metrics } from "./catalog.js";
import { rankMeOf } from "./rank-me.js";
import { featureStatistics } from "./statistics.js";

function features(numImages: number, dim: number, value: (row: number, d: number) => number): Features {
  const values = Float32Array.from({ length: numImages * dim }, (_, i) => value(Math.floor(i / dim), i % dim));
  return { numImages, dim, values };
}

/**
 * Golden values: formulas of the papers evaluated in PyTorch 2.13 float64 on z[i, j] = sin(1 + 0.7 i + 1.3 j + 0.11 i j),
 * 8 x 5. Ours start from float32 input, hence five digits.
 */
test("goldens: RankMe (uncentred), participation ratio, std of normalised features", () => {
  const z = features(8, 5, (i, j) => Math.sin(1 + 0.7 * i + 1.3 * j + 0.11 * i * j));
  const found = measure(featureStatistics(z));
  expect(found.rankMe).toBeCloseTo(3.641655794619042, 5);
  expect(found.participationRatio).toBeCloseTo(2.424910863703245, 5);
  expect(found.normalizedStd).toBeCloseTo(0.47293397062944764, 5);
});

describe("by hand", () => {
  test("±1 on each of four axes: four directions, std √(2/7), centred", () => {
    const cross = features(8, 4, (i, d) => (i >> 1 === d ? (i % 2 === 0 ? 1 : -1) : 0));
    const found = measure(featureStatistics(cross));
    expect(found.effectiveRank).toBeCloseTo(4, 10);
    expect(found.rankMe).toBeCloseTo(4, 4);
    expect(found.participationRatio).toBeCloseTo(4, 10);
    expect(found.perDimensionStd).toBeCloseTo(Math.sqrt(2 / 7), 7);
    expect(found.meanNormRatio).toBeCloseTo(0, 10);
  });

  test("variances 3 and 1: effective rank exp(entropy of 3/4, 1/4), participation 16/10", () => {
    const axes = features(
      4,
      2,
      (i, d) =>
        [
          [Math.sqrt(6), 0],
          [-Math.sqrt(6), 0],
          [0, Math.SQRT2],
          [0, -Math.SQRT2],
        ][i]![d]!,
    );
    const found = measure(featureStatistics(axes));
    expect(found.effectiveRank).toBeCloseTo(Math.exp(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25)), 6);
    expect(found.participationRatio).toBeCloseTo(1.6, 6);
  });

  test("one point: no spread, all length in common; all zero: every metric is 0 or finite", () => {
    const point = measure(featureStatistics(features(10, 6, () => 3)));
    expect(point).toMatchObject({ effectiveRank: 0, perDimensionStd: 0, participationRatio: 0 });
    expect(point.meanNormRatio).toBeCloseTo(1, 10);
    expect(point.rankMe).toBeCloseTo(1, 3);
    for (const value of Object.values(measure(featureStatistics(features(5, 3, () => 0))))) expect(value).toBe(0);
  });

  test("a line with an offset has rank one centred and about two raw", () => {
    const line = features(20, 5, (i, d) => (d === 0 ? 3 : d === 1 ? i - 9.5 : 0));
    expect(measure(featureStatistics(line)).effectiveRank).toBeCloseTo(1, 6);
    expect(measure(featureStatistics(line)).rankMe).toBeGreaterThan(1.8);
  });
});

test("more dimensions than rows gives the same as the transposed problem: n − 1 directions at most", () => {
  const random = new Random(keyFor(1, "wide"));
  const wide = features(6, 40, () => random.normal());
  const found = measure(featureStatistics(wide));
  expect(found.effectiveRank).toBeLessThanOrEqual(5.0001);
  expect(found.effectiveRank).toBeGreaterThan(4);
});

test("scaling all features changes the absolute spread and nothing else", () => {
  const random = new Random(keyFor(2, "scale"));
  const healthy = features(64, 8, () => random.normal());
  const small = { ...healthy, values: healthy.values.map((value) => value * 1e-4) };
  const [a, b] = [measure(featureStatistics(healthy)), measure(featureStatistics(small))];
  expect(b.perDimensionStd / a.perDimensionStd).toBeCloseTo(1e-4, 9);
  for (const name of ["effectiveRank", "rankMe", "participationRatio", "normalizedStd", "meanNormRatio"] as const) {
    expect(b[name]).toBeCloseTo(a[name], 4);
  }
});

test("names are those of the exports; NaN is refused by place; RankMe of nothing is 0", () => {
  for (const [name, metric] of Object.entries(metrics)) expect(metric.name).toBe(name);
  const broken = features(4, 3, (i, d) => (i === 2 && d === 1 ? Number.NaN : 1));
  expect(() => featureStatistics(broken)).toThrow(/row 2, dimension 1/);
  expect(rankMeOf(new Float64Array(3))).toBe(0);
});

test("principal components: an ellipse along (3, 4)/5, in both orientations of the data", () => {
  const random = new Random(keyFor(3, "ellipse"));
  for (const extra of [0, 400]) {
    const t = Array.from({ length: 200 }, () => [random.normal() * 5, random.normal()] as const);
    const axis = (d: number) => (d === 0 ? 0.6 : d === 1 ? 0.8 : 0);
    const across = (d: number) => (d === 0 ? -0.8 : d === 1 ? 0.6 : 0);
    const set = features(200, 2 + extra, (i, d) => 7 + t[i]![0] * axis(d) + t[i]![1] * across(d));
    const { directions, variances, projected, mean } = principalComponents(set, 2);
    expect(directions[0]).toBeCloseTo(0.6, 1);
    expect(directions[1]).toBeCloseTo(0.8, 1);
    expect(variances[0]! / variances[1]!).toBeGreaterThan(12);
    expect(mean[0]).toBeCloseTo(
      7 + 0.6 * (t.reduce((s, [a]) => s + a, 0) / 200) - 0.8 * (t.reduce((s, [, b]) => s + b, 0) / 200),
      4,
    );
    const variance = projected.filter((_, i) => i % 2 === 0).reduce((s, x) => s + x * x, 0) / 200;
    expect(variance).toBeCloseTo(variances[0]!, 6);
  }
});
