import { describe, expect, test } from "vitest";
import type { HostArray } from "../compute/index.js";
import { objectiveValue } from "./objective-value.js";
import { agreeingViews, fromRows, rowsOf } from "./testing/projections.js";

/** The paper's section 4.1 with the official code's reductions, as float64 loops. */
function referenceVicreg(a: HostArray, b: HostArray) {
  const [B, D] = a.shape as [number, number];
  let squares = 0;
  for (const [i, row] of rowsOf(a).entries()) {
    for (const [d, x] of row.entries()) squares += (x - rowsOf(b)[i]![d]!) ** 2;
  }
  let [variance, covariance] = [0, 0];
  for (const rows of [rowsOf(a), rowsOf(b)]) {
    const means = Array.from({ length: D }, (_, d) => rows.reduce((sum, row) => sum + row[d]!, 0) / B);
    for (let i = 0; i < D; i++) {
      for (let j = 0; j < D; j++) {
        const c = rows.reduce((sum, row) => sum + (row[i]! - means[i]!) * (row[j]! - means[j]!), 0) / (B - 1);
        if (i === j) variance += (0.5 * Math.max(0, 1 - Math.sqrt(c + 1e-4))) / D;
        else covariance += c ** 2 / D;
      }
    }
  }
  return { invariance: squares / (B * D), variance, covariance };
}

describe("vicreg", () => {
  // D <= B and D > B take different products
  test.each([
    [9, 4],
    [4, 9],
    [5, 5],
  ])("agrees with loops at B = %i, D = %i", async (B, D) => {
    const [a, b] = agreeingViews(2, B, D) as [HostArray, HostArray];
    const { total, terms } = await objectiveValue("vicreg", [a, b]);
    const expected = referenceVicreg(a, b);
    for (const [term, value] of Object.entries(expected)) expect(terms[term]).toBeCloseTo(value, 4);
    expect(total).toBeCloseTo(25 * expected.invariance + 25 * expected.variance + expected.covariance, 3);
  });

  test("a constant has no spread: variance 1 - √1e-4, nothing else", async () => {
    const constant = fromRows(new Array(4).fill([2, -1, 7]));
    const { terms } = await objectiveValue("vicreg", [constant, constant]);
    expect(terms.invariance).toBe(0);
    expect(terms.variance).toBeCloseTo(0.99, 5);
    expect(terms.covariance).toBeCloseTo(0, 6);
  });

  test("two equal columns of variance 2 have covariance 2: Σ_v 2 · 2² / 2 = 8", async () => {
    const rows = fromRows([
      [1, 1],
      [-1, -1],
    ]);
    const { terms } = await objectiveValue("vicreg", [rows, rows]);
    expect(terms.covariance).toBeCloseTo(8, 5);
    expect(terms.variance).toBeCloseTo(0, 9);
  });

  test("options weigh the terms", async () => {
    const config = { invarianceWeight: 0, varianceWeight: 3, covarianceWeight: 0, targetStd: 2 };
    const constant = fromRows(new Array(3).fill([0, 0]));
    const { total } = await objectiveValue("vicreg", [constant, constant], { config });
    expect(total).toBeCloseTo(3 * 1.99, 5);
  });
});
