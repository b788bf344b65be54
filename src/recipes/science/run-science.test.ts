import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseEngine, ValueError } from "../../compute/index.js";
import { materialsSource } from "../../data/datasets/materials.js";
import { type ImageSet, openSource } from "../../data/index.js";
import { drawLabels, ridgeLearner, scoreOf } from "./label-efficiency.js";
import { materialsTask, materialView } from "./materials-task.js";
import { runScience, type ScienceResult } from "./run-science.js";

/** Shared by all tests: the run is trained once. */
const folder = mkdtempSync(join(tmpdir(), "darkmatter-science-"));
const SIZE = 16;
const TINY = {
  ...{ labelCounts: [12, 20], numDraws: 2, supervisedSteps: 2, width: 4, batch: 16 },
  ...{ volumeFractions: [0.5], numLike: 2, numBeyond: 1, numStarts: 2, numViews: 1, designSteps: 3 },
};
let materials: ImageSet;
beforeAll(async () => {
  const source = materialsSource({ numUnmeasured: 40, numMeasured: 36, size: SIZE, seed: 5 });
  materials = await openSource(source, { trainingSize: SIZE, imageSize: SIZE, cacheDir: join(folder, "cache") });
});
afterAll(() => {
  materials?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the task", () => {
  test("divides the measured materials, and trains on the others alone", () => {
    const { unmeasured, measured, pool, test: asked, targets, volumeFractions } = materialsTask(materials);
    expect([unmeasured.numImages, measured.numImages, pool.length, asked.length]).toEqual([40, 36, 24, 12]);
    expect(new Set([...pool, ...asked]).size).toBe(36);
    expect(targets.every(Number.isFinite)).toBe(true);
    expect(unmeasured.paths.every((path) => path.startsWith("unmeasured/"))).toBe(true);
    expect(targets[2 * 7]).toBe(materials.measurements!["logConductivity.x"]![40 + 7]);
    expect(targets[2 * 7 + 1]).toBe(materials.measurements!["logConductivity.y"]![40 + 7]);
    expect(volumeFractions[7]).toBe(materials.measurements!.volumeFraction![40 + 7]);
  });

  test("asks for materials", () => {
    const { measurements: _, ...others } = materials;
    expect(() => materialsTask(others)).toThrow(ValueError);
  });

  test("views leave out whatever would change the conductivity", () => {
    expect(materialView(SIZE).steps.map(({ name }) => name)).toEqual([
      ...["centreCrop", "periodicShift", "horizontalFlip", "verticalFlip", "normalise"],
    ]);
  });
});

describe("labels", () => {
  test("are drawn from the pool, each once, the same for the same draw", () => {
    const pool = Int32Array.from({ length: 50 }, (_, i) => 100 + i);
    const draw = drawLabels(pool, 20, 0, 1);
    expect(new Set(draw).size).toBe(20);
    expect(draw.every((row) => row >= 100 && row < 150)).toBe(true);
    expect(drawLabels(pool, 20, 0, 1)).toEqual(draw);
    expect(drawLabels(pool, 20, 0, 2)).not.toEqual(draw);
  });

  test("scores by hand: errors of ln 1.1 in x, none in y", () => {
    const task = { test: Int32Array.of(0, 1), targets: Float64Array.of(0, 5, 1, 6) };
    const off = Math.log(1.1);
    const { r2, relativeError } = scoreOf(task, Float64Array.of(off, 5, 1 + off, 6));
    // x: mean 0.5, total 0.5, residual 2 off²
    expect(r2).toBeCloseTo((1 - (2 * off ** 2) / 0.5 + 1) / 2, 12);
    expect(relativeError).toBeCloseTo(0.05, 12);
  });

  test("ridge regression reads off features that hold the answer", async () => {
    const task = materialsTask(materials);
    const numImages = task.measured.numImages;
    const features = { numImages, dim: 2, values: Float32Array.from(task.targets) };
    const learner = ridgeLearner("oracle", features, task, await chooseEngine("native"));
    expect(scoreOf(task, await learner.predictTest(task.pool, 0)).r2).toBeGreaterThan(0.999);
    await learner.close();
  });
});

describe("the recipe, tiny", () => {
  let result: ScienceResult;
  const run = (more = {}) =>
    runScience({ out: join(folder, "run"), minutes: 0.02, objective: "vicreg", materials, size: TINY, ...more });
  beforeAll(async () => {
    result = (await run())!;
  });

  test("gives every learner at every number of labels, with intervals over the draws", () => {
    expect(result.regression.map(({ learner, numLabels }) => `${learner} ${numLabels}`)).toHaveLength(14);
    for (const { r2, relativeError } of result.regression) {
      expect(r2.n).toBe(2);
      expect(r2.mean).toBeLessThan(1);
      expect(relativeError.mean).toBeGreaterThan(0);
    }
    expect(result.text).toMatch(/learner +12 labels +20 labels\n +volume fraction alone/);
  });

  test("puts every target to every method", () => {
    const { targets, results } = result.design;
    expect(targets).toHaveLength(3);
    expect(results.map(({ method, numChecks }) => `${method} ${numChecks}`)).toEqual([
      ...["nearest labelled 1", "random search 1", "random search 2", "random search 4"],
      ...["gradient 1", "gradient 2", "gradient, corrected 4"],
      ...["search, gradient 1", "search, gradient 2", "search, gradient, corrected 4"],
    ]);
    const of = (name: string, checks: number) =>
      results.find(({ method, numChecks }) => method === name && numChecks === checks)!.checked;
    // The correction begins with the designs themselves, so it is never worse than they are.
    for (const name of ["gradient", "search, gradient"]) {
      for (const [i, corrected] of of(`${name}, corrected`, 4).entries()) {
        expect(corrected.error).toBeLessThanOrEqual(of(name, 2)[i]!.error);
      }
    }
  });

  test("leaves its numbers and its picture in the run's folder", () => {
    const saved = JSON.parse(readFileSync(join(result.path, "science.json"), "utf8"));
    expect(saved.regression).toEqual(JSON.parse(JSON.stringify(result.regression)));
    expect(saved.design.scores).toHaveLength(30);
    expect(result.pictures.map((path) => existsSync(path))).toEqual([true]);
  });

  test("a run of another seed, objective or material is refused", async () => {
    await expect(run({ seed: 1 })).rejects.toThrow(/"seed" must be 0, as the run in .* has, got 1/);
    await expect(run({ objective: "simclr" })).rejects.toThrow(/"objective" must be vicreg, as the run in/);
    const source = materialsSource({ numUnmeasured: 40, numMeasured: 36, size: SIZE, seed: 6 });
    const others = await openSource(source, { trainingSize: SIZE, imageSize: SIZE, cacheDir: join(folder, "cache") });
    await expect(run({ materials: others })).rejects.toThrow(/images/);
    others.close();
  });

  test("stops between two stages when asked to, and says so by giving nothing", async () => {
    const controller = new AbortController();
    const onStage = (name: string) => name.startsWith("pixels") && controller.abort();
    const observer = { signal: controller.signal, onStage };
    const options = { out: join(folder, "run"), materials, size: TINY };
    expect(await runScience(options, observer)).toBeUndefined();
  });
});
