import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../../compute/index.js";
import type { Features } from "../features.js";
import { alphaReq, powerLawExponent } from "./alpha-req.js";
import { viewMetrics } from "./catalog.js";
import { lidar } from "./lidar.js";
import { featureStatistics } from "./statistics.js";
import type { ViewFeatures } from "./view-metric.js";

describe("α-ReQ", () => {
  test("of a power law is its exponent, at any scale and length", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 2.5, noNaN: true }),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.integer({ min: 2, max: 200 }),
        (alpha, scale, count) => {
          const eigenvalues = Array.from({ length: count }, (_, i) => scale * (i + 1) ** -alpha);
          expect(powerLawExponent(eigenvalues)).toBeCloseTo(alpha, 8);
        },
      ),
    );
  });

  test("of features: ±√λ_r on axis r have the spectrum λ", () => {
    const alpha = 1.25;
    const [numImages, dim] = [32, 16];
    const values = new Float32Array(numImages * dim);
    for (let i = 0; i < numImages; i++) {
      const axis = i >> 1;
      values[i * dim + axis] = (i % 2 === 0 ? 1 : -1) * (axis + 1) ** (-alpha / 2);
    }
    expect(alphaReq.of(featureStatistics({ numImages, dim, values }))).toBeCloseTo(alpha, 5);
  });

  test("by hand: three eigenvalues, weights 1, 1/2, 1/3", () => {
    // x = 0, ln 2, ln 3; y = ln 8, ln 4, 0. Σw = 11/6.
    const [x, y, w] = [
      [0, Math.log(2), Math.log(3)],
      [Math.log(8), Math.log(4), 0],
      [1, 1 / 2, 1 / 3],
    ];
    const mean = (values: number[]) => values.reduce((sum, value, i) => sum + w[i]! * value, 0) / (11 / 6);
    const [meanX, meanY] = [mean(x), mean(y)];
    const covariance = mean(x.map((value, i) => (value - meanX) * (y[i]! - meanY)));
    const variance = mean(x.map((value) => (value - meanX) ** 2));
    expect(powerLawExponent([8, 4, 1])).toBeCloseTo(-covariance / variance, 12);
  });

  test("white noise is flat, round-off is left out, a line and a point have no exponent", () => {
    expect(powerLawExponent([3, 3, 3, 3])).toBeCloseTo(0, 12);
    expect(powerLawExponent([4, 2, 1e-9, 1e-12])).toBeCloseTo(1, 12);
    expect(powerLawExponent([5])).toBe(0);
    expect(powerLawExponent([5, 0, 0])).toBe(0);
    expect(powerLawExponent([])).toBe(0);
  });
});

/** Images at ±1 on each of `axes` axes; two views of each, `spread[d]` to both sides on axis d. */
function gaussians(axes: number, dim: number, spread: readonly number[]): ViewFeatures {
  const viewsPerImage = 2 * dim;
  const numRows = 2 * axes * viewsPerImage;
  const values = new Float32Array(numRows * dim);
  for (let row = 0; row < numRows; row++) {
    const [image, view] = [Math.floor(row / viewsPerImage), row % viewsPerImage];
    values[row * dim + (image >> 1)]! += image % 2 === 0 ? 1 : -1;
    values[row * dim + (view >> 1)]! += (view % 2 === 0 ? 1 : -1) * spread[view >> 1]!;
  }
  return { numImages: numRows, viewsPerImage, dim, values };
}

describe("LiDAR", () => {
  test("counts the axes that separate images when their views spread evenly", () => {
    for (const axes of [1, 2, 5]) {
      expect(lidar.of(gaussians(axes, 6, [0.1, 0.1, 0.1, 0.1, 0.1, 0.1]))).toBeCloseTo(axes, 3);
    }
  });

  test("by hand: an axis on which views differ more counts less", () => {
    // Σ_b = diag(1/2, 1/2); Σ_w = diag(a², b²) / 2 + 1e-4: each axis is moved by a quarter of the views, twice.
    const [a, b] = [0.5, 0.1];
    const ratios = [a, b].map((spread) => 0.5 / (spread ** 2 / 2 + 1e-4));
    const total = ratios[0]! + ratios[1]!;
    const entropy = ratios.reduce((sum, ratio) => sum - (ratio / total) * Math.log(ratio / total), 0);
    expect(lidar.of(gaussians(2, 2, [a, b]))).toBeCloseTo(Math.exp(entropy), 4);
  });

  test("does not change under a rotation of the features; RankMe's noise does not count", () => {
    const random = new Random(keyFor(1, "lidar"));
    const [images, viewsPerImage, dim] = [40, 8, 6];
    // two directions tell images apart; the others hold more variance, of views alone
    const means = Array.from({ length: images }, () => [random.normal(), random.normal()]);
    const values = new Float32Array(images * viewsPerImage * dim);
    for (let row = 0; row < images * viewsPerImage; row++) {
      for (let d = 0; d < dim; d++) {
        const image = means[Math.floor(row / viewsPerImage)]!;
        values[row * dim + d] = d < 2 ? image[d]! + 0.05 * random.normal() : 2 * random.normal();
      }
    }
    const views = { numImages: images * viewsPerImage, viewsPerImage, dim, values };
    const found = lidar.of(views);
    expect(found).toBeGreaterThan(1.8);
    expect(found).toBeLessThan(2.1);
    const [cosine, sine] = [Math.cos(0.7), Math.sin(0.7)];
    const turned = values.map((value, at) => {
      const d = at % dim;
      if (d === 0) return cosine * value - sine * values[at + 4]!;
      return d === 4 ? sine * values[at - 4]! + cosine * value : value;
    });
    expect(lidar.of({ ...views, values: turned })).toBeCloseTo(found, 3);
  });

  test("identical images: 0; identical views of separate images: as if δ were all the spread", () => {
    const same: ViewFeatures = { numImages: 6, viewsPerImage: 3, dim: 2, values: new Float32Array(12).fill(4) };
    expect(lidar.of(same)).toBe(0);
    expect(lidar.of(gaussians(2, 2, [0, 0]))).toBeCloseTo(2, 5);
  });

  test("is refused without groups: one view, one image, rows left over, NaN", () => {
    const features = (numImages: number, viewsPerImage: number): ViewFeatures => ({
      ...{ numImages, viewsPerImage, dim: 2 },
      values: new Float32Array(2 * numImages),
    });
    expect(() => lidar.of(features(4, 1))).toThrow(/"viewsPerImage" must be a whole number, at least 2/);
    expect(() => lidar.of(features(4, 4))).toThrow(/rows of at least 2 images, 4 views each/);
    expect(() => lidar.of(features(7, 2))).toThrow(/Views of one image must be next to each other/);
    const broken: Features = { numImages: 4, dim: 1, values: Float32Array.of(1, 2, Number.NaN, 3) };
    expect(() => lidar.of({ ...broken, viewsPerImage: 2 })).toThrow(/row 2/);
  });

  test("is registered under its name", () => {
    for (const [name, metric] of Object.entries(viewMetrics)) expect(metric.name).toBe(name);
  });
});
