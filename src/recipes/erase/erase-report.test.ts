import { describe, expect, test } from "vitest";
import { drawErase } from "./draw-erase.js";
import { adviceOf, type EraseReport, effectsOf, renderErase } from "./erase-report.js";
import type { FeatureReport } from "./what-and-where.js";

const known = (linear: number, position: number, colour: number): FeatureReport => ({
  pooled: { knn: linear, linear, factors: { position, colour } },
});

/** Two augmentations: "colour" erases colour and gains recognition, "crop" does nothing that is sure. */
function reportOf(numSeeds: number): EraseReport {
  const seeds = Array.from({ length: numSeeds }, (_, seed) => seed);
  const wobble = (seed: number) => 0.01 * seed;
  const cells = seeds.flatMap((seed) => [
    { condition: "all", seed, report: known(0.8 + wobble(seed), 0.3, 0.1 + wobble(seed)) },
    { condition: "none", seed, report: known(0.5, 0.5, 0.9) },
    {
      condition: "without crop",
      seed,
      report: known(0.8 + 3 * wobble(seed), 0.3 - 0.2 + 0.2 * seed, 0.1 + wobble(seed)),
    },
    { condition: "without colour", seed, report: known(0.7 + wobble(seed), 0.3, 0.7 + wobble(seed)) },
  ]);
  return {
    data: "toys",
    numTrain: 300,
    numTest: 100,
    numClasses: 4,
    steps: 50,
    objective: "simclr",
    encoder: "convnet",
    seeds,
    stepNames: ["crop", "colour"],
    conditions: ["all", "none", "without crop", "without colour"],
    factors: ["position", "colour"],
    cells,
    floors: { rawPixels: known(0.3, 0, 0.2).pooled, randomInit: [known(0.4, 0.2, 0.6)] },
  };
}

describe("effects", () => {
  test("are all minus without, paired by seed: what moves alike in both has no interval", () => {
    const effects = effectsOf(reportOf(3), "pooled");
    const of = (step: string, column: string) => effects.find((e) => e.step === step && e.column === column)!;
    expect(of("colour", "colour").change.mean).toBeCloseTo(-0.6, 12);
    expect(of("colour", "colour").change.high).toBeCloseTo(-0.6, 12);
    expect(of("colour", "class").change.mean).toBeCloseTo(0.1, 12);
    // crop, position: 0.2, 0, −0.2 over seeds; mean 0 ± t(2) · 0.2 / √3
    expect(of("crop", "position").change).toMatchObject({ mean: expect.closeTo(0, 12), n: 3 });
    expect(of("crop", "position").change.high).toBeCloseTo((4.302652729749464 * 0.2) / Math.sqrt(3), 9);
    expect(effects).toHaveLength(6);
  });
});

describe("advice", () => {
  test("says what to leave out for which task and what that costs, and what to keep; nothing of what is not sure", () => {
    expect(adviceOf(reportOf(3))).toEqual([
      "Leave colour out if you need colours (ripe or unripe, a warning light): R² 0.71 without it, 0.11 with it; " +
        "recognition changes by −10.0 points.",
      "Keep colour to tell kinds apart: it gains 10.0 points of recognition.",
    ]);
  });

  test("of one seed begins with a doubt", () => {
    expect(adviceOf(reportOf(1))[0]).toMatch(/^One seed: what follows may be chance/);
  });

  test("says so where nothing is sure", () => {
    const report = reportOf(2);
    const cells = report.cells.map((cell) => ({ ...cell, report: known(0.5, 0.5, 0.5) }));
    expect(adviceOf({ ...report, cells })).toEqual(["No single augmentation makes a difference that is sure."]);
  });
});

test("the table holds every condition beside its floors, with half widths over seeds", () => {
  const lines = renderErase(reportOf(3)).split("\n");
  expect(lines[0]).toBe("toys: 300 images trained on, 100 asked about, 4 classes");
  const row = (name: string) =>
    lines
      .find((line) => line.startsWith(`${name} `))!
      .trim()
      .split(/ {2,}/);
  expect(row("raw pixels")).toEqual(["raw pixels", "30.0", "0.00", "0.20"]);
  expect(row("without colour")).toEqual(["without colour", "71.0 ±2.5", "0.30 ±0.00", "0.71 ±0.02"]);
  expect(row("colour")).toEqual(["colour", "+10.0*", "0.00", "−0.60*"]);
  const tables = lines.slice(0, lines.indexOf("Advice"));
  expect(Math.max(...tables.map((line) => line.length))).toBeLessThan(100);
});

test("the picture is a PNG", () => {
  expect(drawErase(reportOf(2)).toPng().subarray(1, 4).toString()).toBe("PNG");
});
