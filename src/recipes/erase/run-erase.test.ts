/** The whole experiment on a few pictures: 3 conditions, one seed, two steps. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseRecipe } from "../../augment/index.js";
import { useWorkplace } from "../../cli/testing/workplace.js";
import { type EraseOptions, runErase } from "./run-erase.js";

const { pictures } = useWorkplace();

const options: EraseOptions = {
  data: "photos",
  size: 16,
  steps: 2,
  batch: 8,
  numSeeds: 1,
  encoderOptions: { width: 4, stages: 2 },
  views: parseRecipe({ size: 16, steps: [{ name: "centreCrop" }, { name: "noise" }, { name: "normalise" }] }),
  out: "runs/erase",
};

describe("erase", () => {
  test("trains each condition once, asks, reports and draws; a second time nothing is done again", async () => {
    await pictures("photos", 48);
    const cells: string[] = [];
    const stages: string[] = [];
    const observer = {
      onCell: ({ number, total, condition }: { number: number; total: number; condition: string }) =>
        cells.push(`${number}/${total} ${condition}`),
      onStage: (name: string) => stages.push(name),
    };
    const first = (await runErase(options, observer))!;
    expect(cells).toEqual(["1/3 all", "2/3 none", "3/3 without noise"]);
    expect(stages.filter((name) => name.startsWith("asking:"))).toHaveLength(3);
    expect(first.report).toMatchObject({
      numTrain: 36,
      numTest: 12,
      numClasses: 2,
      steps: 2,
      factors: [],
      stepNames: ["noise"],
    });
    expect(first.text).toMatch(/without noise +\d/);
    expect(JSON.parse(readFileSync("runs/erase/report.json", "utf8"))).toEqual(
      JSON.parse(JSON.stringify(first.report)),
    );
    expect(existsSync("runs/erase/without-noise-seed-0/what-and-where.json")).toBe(true);
    expect(readFileSync(first.picture).subarray(1, 4).toString()).toBe("PNG");

    stages.length = 0;
    const second = (await runErase(options, observer))!;
    expect(stages).toEqual(["asking what is known without training"]);
    expect(second.report.cells).toEqual(first.report.cells);
    await expect(runErase({ ...options, batch: 4 })).rejects.toThrow(/batchSize: was 8, now 4/);
  }, 60_000);

  test("refuses pictures of which nothing is known, and says what to do", async () => {
    await pictures("alike/one", 44);
    await expect(runErase({ ...options, data: "alike/one/round", out: "runs/other" })).rejects.toThrow(
      /images with labels, got "round, without any".*--labels file\.csv, or use the set placed-objects/,
    );
  });

  test("refuses two lengths at once", async () => {
    await expect(runErase({ ...options, minutes: 5 })).rejects.toThrow(
      /"minutes and steps" must be given one without the other/,
    );
  });
});
