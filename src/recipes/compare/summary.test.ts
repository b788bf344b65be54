import { describe, expect, test } from "vitest";
import type { Report } from "../../evaluate/index.js";
import { chanceScores, flatFloors, flatScores } from "./results.js";
import { sortedBy, summarise } from "./summary.js";
import { inPercent, renderTables, scoreTitle } from "./tables.js";
import { cellOf, resultsOf, rowOf } from "./testing/rows.js";

const estimate = (mean: number) => ({ mean, low: mean, high: mean, n: 3 });

describe("the scores of a report", () => {
  const report = {
    ...{ n: 10, numTrain: 20, numClasses: 4, metrics: { rankMe: 3 } },
    knn: estimate(0.5),
    fewShot: { 1: estimate(0.25), 5: estimate(0.375) },
    clustering: { nmi: estimate(0.2), ari: estimate(0.1) },
    floors: {
      ...{ chance: 0.25, majority: 0.3, retrievalChance: 0.2 },
      chanceOf: { clustering: { nmi: 0.02, ari: 0 } },
      rawPixels: { knn: estimate(0.4), fewShot: { 1: estimate(0.3) } },
    },
    matches: { copies: { encoder: estimate(1), floors: { chance: 0 } } },
  } as unknown as Report;

  test("have flat names, whichever probes there are", () => {
    expect(flatScores(report)).toEqual({
      ...{ knn: 0.5, "fewShot/1": 0.25, "fewShot/5": 0.375, "clustering/nmi": 0.2, "clustering/ari": 0.1 },
    });
  });

  test("have floors with the same names, and a chance each", () => {
    expect(flatFloors(report)).toEqual({ rawPixels: { knn: 0.4, "fewShot/1": 0.3 } });
    expect(chanceScores(report)).toEqual({
      ...{ knn: 0.25, "fewShot/1": 0.25, "fewShot/5": 0.25, "clustering/nmi": 0.02, "clustering/ari": 0 },
    });
    expect(chanceScores({ metrics: {} } as unknown as Report)).toEqual({});
  });
});

describe("over two seeds", () => {
  const failure = "the loss is NaN at step 3";
  const rows = [
    rowOf(cellOf("a", 0), { knn: 0.4 }),
    rowOf(cellOf("a", 1), { knn: 0.6 }),
    rowOf(cellOf("b", 0), { knn: 0.7 }, { floors: { randomInit: { knn: 0.2 } } }),
    rowOf(cellOf("b", 1), {}, { failure, verdict: "divergence", floors: {} }),
  ];
  const [{ methods, floors, chance }] = summarise(resultsOf(rows)) as [ReturnType<typeof summarise>[0]];
  const [a, b] = methods as [(typeof methods)[0], (typeof methods)[0]];

  test("a method has mean, interval and gain over the same seed's start", () => {
    // mean ± 12.706 · s / √2 with s = √.02
    expect(a.scores.knn).toMatchObject({ mean: 0.5, n: 2 });
    expect(a.scores.knn!.high - 0.5).toBeCloseTo(12.7062 * 0.1, 4);
    // .4 − .2 and .6 − .3: their mean is .25
    expect(a.gains.knn!.mean).toBeCloseTo(0.25, 12);
  });

  test("a failed seed is counted, and lends no number", () => {
    expect(b.rows.map(({ seed }) => seed)).toEqual([0]);
    expect(b.failed.map(({ seed }) => seed)).toEqual([1]);
    expect(b.scores.knn).toEqual({ mean: 0.7, low: 0.7, high: 0.7, n: 1 });
    expect(b.verdicts).toEqual({ healthy: 1, divergence: 1 });
  });

  test("a floor is one number a seed: what does not hang on it has no interval", () => {
    expect(chance).toEqual({ knn: 0.1 });
    const [pixels, random] = floors;
    expect(pixels).toEqual({ name: "rawPixels", scores: { knn: { mean: 0.35, low: 0.35, high: 0.35, n: 2 } } });
    expect(random!.scores.knn!.mean).toBeCloseTo(0.25, 12);
    expect(random!.scores.knn!.n).toBe(2);
  });

  test("methods are sorted by a score, those without it last", () => {
    expect(sortedBy(methods, "knn").map(({ method }) => method)).toEqual(["b", "a"]);
    expect(sortedBy([{ ...b, scores: {} }, a], "knn").map(({ method }) => method)).toEqual(["a", "b"]);
  });

  test("the tables: floors on top, best first, failures and impossible pairs said", () => {
    const impossible = [{ method: "mae", encoder: "convnet", reason: "it must see all places." }];
    const text = renderTables(resultsOf(rows, { impossible }));
    const lines = text.split("\n");
    expect(lines[0]).toBe("## Toys");
    expect(text).toContain("800 images of 16 × 16 pixels to train on, 200 held out, the same ones for all cells");
    expect(text).toContain("2 seeds (0, 1).");
    expect(text).toContain("They are toys.");
    expect(lines.filter((line) => line.startsWith("| "))).toEqual([
      "| % | kNN 20 | kNN 20 over random init | doctor | steps | CPU min | seeds |",
      "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
      "| chance | 10.0 |  |  |  |  |  |",
      "| raw pixels | 35.0 |  |  |  |  |  |",
      "| random init | 25.0 ± 63.5 |  |  |  |  |  |",
      "| **b** | 70.0 | +50.0 | 1 × healthy, 1 × divergence | 1,200 | 1.5 | 1 of 2 |",
      "| **a** | 50.0 ± 127.1 | +25.0 ± 63.5 | healthy | 1,200 | 1.5 | 2 |",
    ]);
    expect(text).toContain("- mae on convnet: it must see all places.");
    expect(text).toContain(`- b-convnet-seed1: ${failure}`);
  });
});

test("numbers in words", () => {
  expect(inPercent({ mean: 0.4321, low: 0.42, high: 0.445, n: 3 })).toBe("43.2 ± 1.3");
  expect(inPercent({ mean: -0.011, low: -0.011, high: -0.011, n: 1 }, true)).toBe("−1.1");
  expect(inPercent(undefined)).toBe("–");
  expect(["knn", "fewShot/1", "fewShot/5", "clustering/nmi"].map(scoreTitle)).toEqual([
    ...["kNN 20", "1 label a class", "5 labels a class", "NMI"],
  ]);
});
