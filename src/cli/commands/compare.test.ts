import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { cellOf, resultsOf, rowOf, TOY_RECIPE } from "../../recipes/compare/testing/rows.js";
import { darkmatter } from "../testing/command-line.js";
import { useWorkplace } from "../testing/workplace.js";

const { pictures, start } = useWorkplace();

test("Ctrl-C saves all cells and prints the command that goes on; --report renders what is there", async () => {
  await pictures("toys", 32);
  writeFileSync(
    "recipe.ts",
    `import type { CompareRecipe } from "darkmatter";
     export default {
       name: "toys", title: "Toys", data: "toys", holdOut: 8, seeds: [0], threads: 1, budget: { steps: 2000 },
       methods: { simclr: {}, mae: {} },
       encoders: { convnet: { encoderOptions: { width: 4, stages: 2 } } },
       training: { size: 16, batch: 8 },
     } satisfies CompareRecipe;`,
  );
  const running = start("compare", "recipe.ts", "--out", "runs/toys table");
  running.interruptAt(/^simclr-convnet-seed0 {2}starting/m);
  const { code, stdout, stderr } = await running.finished;
  expect(code).toBe(130);
  expect(stdout).toMatch(/^images {5}24 to train on, 8 held out · 16 × 16 px$/m);
  expect(stdout).toMatch(/^cells {6}1 cell · 1 cell to run · 2,000 steps each$/m);
  expect(stdout).toMatch(/^not possible: mae on convnet: /m);
  expect(stderr).toMatch(/^Saving every running cell after its step, then stopping/m);
  expect(stderr).toMatch(/^simclr-convnet-seed0: saved at step \d+$/m);
  expect(stdout).toContain("Go on with:\n  darkmatter compare recipe.ts --out 'runs/toys table'\n");
  expect((await darkmatter("compare", "recipe.ts", "--out", "runs/toys table", "--report")).code).toBe(0);
}, 120_000);

test("--report sorts by the score asked for", async () => {
  mkdirSync("runs/ready", { recursive: true });
  const rows = [rowOf(cellOf("a"), { knn: 0.5, linear: 0.6 }), rowOf(cellOf("b"), { knn: 0.4, linear: 0.7 })];
  writeFileSync("runs/ready/results.json", JSON.stringify(resultsOf(rows)));
  writeFileSync("recipe.json", JSON.stringify(TOY_RECIPE));
  const report = (...more: string[]) =>
    darkmatter("compare", "recipe.json", "--out", "runs/ready", "--report", ...more);
  const order = (text: string) => [...text.matchAll(/^\| \*\*(\w)\*\*/gm)].map((match) => match[1]);
  const { code, stdout } = await report();
  expect({ code, order: order(stdout) }).toEqual({ code: 0, order: ["a", "b"] });
  expect(stdout).toMatch(/^ {2}runs\/ready\/results\.png$/m);
  expect(order((await report("--sort", "linear")).stdout)).toEqual(["b", "a"]);
});

describe("mistakes", () => {
  test.each([
    [["compare", "nowhere.ts"], /compare: "<recipe>" must be a file that exists, got "nowhere\.ts"/],
    [["compare", "recipe.json", "--jobs", "0"], /"--jobs" must be a whole number, at least 1/],
    [["compare", "recipe.json", "--jobs", "9999"], /"--jobs" must be at most the \d+ cores of this machine/],
    [["compare", "recipe.json", "--data", "nowhere"], /a folder, a tar archive or a data set that exists/],
    [["compare", "recipe.json", "--report"], /there is no runs\/compare-toy\/results\.json yet/],
  ])("%j", async (words, message) => {
    writeFileSync("recipe.json", JSON.stringify(TOY_RECIPE));
    const { code, stderr } = await darkmatter(...words);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });
});
