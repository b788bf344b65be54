import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyFor } from "../compute/index.js";
import { ALL_METHODS, calibratedLoss, renderSelection, type SweepRow, selectWithoutLabels } from "./model-selection.js";
import { midranks, spearman, spearmanWithInterval } from "./rank-correlation.js";

describe("Spearman", () => {
  test("by hand, without ties: 1 − 6 Σd² / n(n² − 1)", () => {
    // ranks 1 2 3 4 5 and 2 1 4 3 5: Σd² = 4
    expect(spearman([10, 20, 30, 40, 50], [2, 1, 4, 3, 5])).toBeCloseTo(1 - 24 / 120, 12);
  });

  test("by hand, with ties: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4", () => {
    expect(midranks("x", [1, 5, 5, 9])).toEqual([1, 2.5, 2.5, 4]);
    // Pearson of the ranks: Σxy = 4.5, Σxx = 4.5, Σyy = 5 about the means
    expect(spearman([1, 5, 5, 9], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
    expect(midranks("x", [7, 7, 7])).toEqual([2, 2, 2]);
  });

  test("any growing function keeps it, reversal turns it, order of pairs is free", () => {
    const distinct = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 30 });
    fc.assert(
      fc.property(distinct, fc.integer(), (x, seed) => {
        const y = x.map((value, i) => value + 300 * Math.sin(seed + i));
        const rho = spearman(x, y);
        const grown = y.map((value) => value * 3 + 1e4);
        expect(spearman(x, grown)).toBeCloseTo(rho, 10);
        const turned = y.map((value) => -value);
        expect(spearman(x, turned)).toBeCloseTo(-rho, 10);
        expect(spearman(x.toReversed(), y.toReversed())).toBeCloseTo(rho, 10);
        const cubes = x.map((value) => value ** 3);
        expect(spearman(x, cubes)).toBeCloseTo(1, 12);
      }),
    );
  });

  test("a constant side has no correlation; NaN and unequal lengths are refused", () => {
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
    expect(() => spearman([1, 2], [1, 2, 3])).toThrow(/\[2\], got \[3\]/);
    expect(() => spearman([1, Number.NaN], [1, 2])).toThrow(/free of NaN/);
  });

  test("the interval holds ρ, shrinks with n, and is the same for the same key", () => {
    const series = (n: number) => {
      const x = Array.from({ length: n }, (_, i) => i);
      return spearmanWithInterval(
        x,
        x.map((i) => i + 0.5 * n * Math.sin(2.4 * i)),
        keyFor(1),
      );
    };
    const [few, many] = [series(10), series(100)];
    for (const { rho, low, high } of [few, many]) {
      expect(low).toBeLessThan(rho);
      expect(high).toBeGreaterThan(rho);
    }
    expect(many.high - many.low).toBeLessThan((few.high - few.low) / 2);
    expect(series(10)).toEqual(few);
    expect(spearmanWithInterval([1, 2, 3], [1, 2, 3], keyFor(0))).toEqual({ rho: 1, low: -1, high: 1, n: 3 });
  });

  test("the bootstrap covers: 95 % intervals of independent pairs hold 0 in about 95 of 100 series", () => {
    let covered = 0;
    for (let seed = 0; seed < 40; seed++) {
      const noise = (i: number) => Math.sin(78.233 * (i + 50 * seed) + seed) * 43758.5453;
      const draw = (i: number) => noise(i) - Math.floor(noise(i));
      const x = Array.from({ length: 25 }, (_, i) => draw(i));
      const y = Array.from({ length: 25 }, (_, i) => draw(i + 25));
      const { low, high } = spearmanWithInterval(x, y, keyFor(seed));
      if (low <= 0 && 0 <= high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(33);
  });
});

const row = (
  method: string,
  scores: SweepRow["scores"],
  linear: number | null,
  run = `${method}-${linear}`,
): SweepRow => ({ run, method, scores, accuracies: { linear } });

describe("model selection", () => {
  test("scores are turned so that +1 always means: it orders the runs as the labels do", () => {
    const rows = [
      row("lejepa", { loss: 3, rankMe: 10, alphaReq: 2.0, lidar: 4 }, 0.5),
      row("lejepa", { loss: 2, rankMe: 20, alphaReq: 0.4, lidar: 3 }, 0.6),
      row("lejepa", { loss: 1, rankMe: 30, alphaReq: 1.1, lidar: 2 }, 0.7),
    ];
    const found = Object.fromEntries(selectWithoutLabels(rows).map((result) => [result.score, result]));
    expect(found.loss).toMatchObject({ scope: "lejepa", rho: 1, n: 3, picked: 0.7, best: 0.7 });
    expect(found.rankMe!.rho).toBeCloseTo(1, 12);
    expect(found.alphaReq!.rho).toBeCloseTo(1, 12);
    expect(found.lidar).toMatchObject({ rho: -1, picked: 0.5, best: 0.7 });
    expect(found.calibratedLoss).toBeUndefined();
  });

  test("losses of different methods are never ranked together; ranks of features are", () => {
    const rows = ["a", "b", "c"].flatMap((method, m) =>
      [0, 1, 2].map((i) => row(method, { loss: 100 * m - i, rankMe: i + 10 * m }, 0.1 * i + 0.3 * m)),
    );
    const over = selectWithoutLabels(rows).filter(({ scope }) => scope === ALL_METHODS);
    expect(over.map(({ score }) => score)).toEqual(["rankMe"]);
    expect(over[0]).toMatchObject({ rho: 1, n: 9 });
    expect(selectWithoutLabels(rows).filter(({ score }) => score === "loss")).toHaveLength(3);
  });

  test("failed runs and missing scores are left out and n says so; two runs prove nothing", () => {
    const rows = [
      row("m", { loss: 1 }, 0.9),
      row("m", { loss: 2 }, 0.8),
      row("m", { loss: 3 }, 0.7),
      row("m", { loss: null }, 0.6),
      row("m", { loss: 5 }, null),
    ];
    expect(selectWithoutLabels(rows)).toMatchObject([{ n: 3, rho: 1 }]);
    expect(selectWithoutLabels(rows.slice(0, 2))).toEqual([]);
  });

  test("a score that never varies says so", () => {
    const rows = [0.5, 0.6, 0.7].map((accuracy) => row("m", { rankMe: 8 }, accuracy));
    expect(renderSelection(selectWithoutLabels(rows))).toContain("| constant | 3 |");
  });

  test("the table reads", () => {
    const rows = [1, 2, 3, 4].map((i) => row("lejepa", { calibratedLoss: i }, 1 - i / 10));
    const lines = renderSelection(selectWithoutLabels(rows)).split("\n");
    expect(lines[2]).toMatch(
      /^\| lejepa \| loss \/ λ\^0\.4, low is better \| linear \| \+1\.00 \(\+1\.00 to \+1\.00\) \| 4 \| 90\.0 % of 90\.0 % \|$/,
    );
  });

  test("calibration: four times the weight is 4^0.4 of the loss", () => {
    expect(calibratedLoss(1, 0.01) / calibratedLoss(1, 0.04)).toBeCloseTo(4 ** 0.4, 12);
    expect(() => calibratedLoss(1, 0)).toThrow(/more than 0/);
  });
});
