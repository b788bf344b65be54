import { describe, expect, test } from "vitest";
import type { Estimate } from "./intervals.js";
import type { EfficiencyPoint, HeadReport } from "./supervised/index.js";
import { alignedTable, renderTasks, renderThorough } from "./thorough-table.js";

const estimate = (mean: number, n = 100): Estimate => ({ mean, low: mean - 0.01, high: mean + 0.02, n });
const point = (numLabels: number, perClass: number | undefined, twinNeeds: number | undefined): EfficiencyPoint => ({
  ...(perClass !== undefined && { perClass }),
  numLabels,
  frozen: estimate(0.5, 3),
  twin: estimate(0.25, 3),
  ...(twinNeeds !== undefined && { twinNeeds }),
});

test("columns line up, the first to the left", () => {
  expect(
    alignedTable(
      ["a", "bb"],
      [
        ["long", "1"],
        ["s", "22.5"],
      ],
    ).split("\n"),
  ).toEqual(["a       bb", "────  ────", "long     1", "s     22.5"]);
});

describe("what training with labels adds", () => {
  test("scores with intervals, and why a part was left out", () => {
    const text = renderThorough({
      attentive: estimate(0.615),
      finetune: estimate(0.7),
      skipped: { attentive: "one place an image" },
    });
    expect(text).toMatch(/attention over frozen places +61\.5 +60\.5–63\.5/);
    expect(text).toMatch(/attentive: left out, one place an image/);
  });

  test("the labels that background knowledge saves, in a sentence", () => {
    const saving = (twinNeeds: number | undefined) =>
      renderThorough({
        efficiency: {
          n: 1000,
          points: [point(10, 1, 10), point(100, 10, twinNeeds), point(4000, undefined, undefined)],
        },
        skipped: {},
      });
    expect(saving(1234.4)).toMatch(/50\.0 % with 100 labels; the twin needs about 1,234, so 1,134 are saved/);
    expect(saving(undefined)).toMatch(/does not get there with all 4,000/);
    expect(saving(90)).toMatch(/saves no labels here/);
    expect(saving(90)).toMatch(/^all +4,000 .*more than 4,000$/m);
    for (const line of saving(1234).split("\n")) expect(line.length).toBeLessThanOrEqual(110);
  });
});

test("tasks beside their floors and twins, within 100 columns", () => {
  const report = (measure: HeadReport["measure"]): HeadReport => ({
    kind: "number",
    measure,
    trivial: 0.1,
    joint: estimate(0.5, 12500),
    alone: estimate(0.52),
    difference: { mean: -0.02, low: -0.1234, high: 0.0456, n: 100 },
    floors: { pixels: estimate(0.2), random: estimate(-0.303) },
    numTrain: 3000,
  });
  const text = renderTasks({ "a rather long column name": report("accuracy"), age: report("R²") });
  expect(text).toMatch(
    /^a rather lo… +accuracy +12,500 +10\.0 +20\.0 +−?-?30\.3 +52\.0 +50\.0 +49\.0–52\.0 +−2\.0 \(−12\.3…\+4\.6\)$/m,
  );
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});
