/** Probes that look at many others at once: votes of 200, whole rankings, clusters. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseEngine, resolveOptions } from "../../compute/index.js";
import type { LabelledRows } from "../features.js";
import { nearestNeighbors, ProgramCache } from "../linear-algebra/index.js";
import { clusteringProbe } from "./clustering-probe.js";
import { knnProbe, vote } from "./knn-probe.js";
import { knn200Probe } from "./knn200-probe.js";
import { meanAveragePrecision } from "./mean-average-precision.js";
import { clouds, labelled, probeTask } from "./testing/clouds.js";

let programs: ProgramCache;
beforeAll(async () => {
  programs = new ProgramCache(await chooseEngine());
});
afterAll(() => programs.dispose());

const taskOf = (train: LabelledRows, test: LabelledRows, numClasses: number) =>
  probeTask(train, test, numClasses, programs);

describe("kNN with many neighbours", () => {
  test("is a vote of all images where there are fewer than 200, and shares its search with k = 20", async () => {
    // One image of class 0 lies nearest; three of class 1 outweigh it only if they all vote.
    const train = labelled(
      [
        [1, 0],
        [0.97, 0.24],
        [0.97, 0.25],
        [0.96, 0.26],
      ],
      [0, 1, 1, 1],
    );
    const task = taskOf(train, labelled([[1, 0]], [1]), 2);
    const many = await knn200Probe.run(task, resolveOptions("knn200Probe", knn200Probe.options));
    expect(many).toMatchObject({ mean: 1, n: 1 });
    const one = await knnProbe.run(task, { k: 1, temperature: 0.07 });
    expect(one.mean).toBe(0);
    const [first] = await nearestNeighbors(task.test, train, { k: 1, metrics: ["cosine"], programs });
    expect([...vote(first!, train.labels, 2, 0.07)]).toEqual([0]);
  });
});

describe("retrieval mAP", () => {
  const config = resolveOptions("meanAveragePrecision", meanAveragePrecision.options);

  test("by hand: the only other of its kind stands 1st for two images and 2nd for two", async () => {
    const set = labelled(
      [
        [1, 0],
        [1, 0.1],
        [0.3, 1],
        [1, 0.4],
      ],
      [0, 0, 1, 1],
    );
    // Ranks of the right one: (1 → 2) 1st; (2 → 1) 1st; (3 → 4) 1st; (4 → 3) 3rd: (1 + 1 + 1 + 1/3) / 4
    const result = await meanAveragePrecision.run(taskOf(set, set, 2), config);
    expect(result.mean).toBeCloseTo((3 + 1 / 3) / 4, 6);
    expect(result.n).toBe(4);
    expect(meanAveragePrecision.chance!(taskOf(set, set, 2), config)).toBeCloseTo((1 + 1 / 2 + 1 / 3) / 3, 12);
  });

  test("where every label is alone there is nothing to find", async () => {
    const set = labelled([[1], [2], [3]], [0, 1, 2]);
    expect(await meanAveragePrecision.run(taskOf(set, set, 3), config)).toEqual({ mean: 0, low: 0, high: 1, n: 0 });
  });
});

describe("clustering", () => {
  test("far clouds come out as their classes, noise as chance", async () => {
    const config = resolveOptions("clusteringProbe", clusteringProbe.options);
    const far = clouds(3, 30, 6, 40, 1);
    expect(await clusteringProbe.run(taskOf(far, far, 3), config)).toMatchObject({
      nmi: { mean: 1 },
      ari: { mean: 1 },
    });
    const noise = taskOf(far, clouds(3, 100, 6, 0, 2), 3);
    const { nmi, ari } = await clusteringProbe.run(noise, config);
    const chance = clusteringProbe.chance!(noise, config) as { nmi: number };
    expect(Math.abs(nmi.mean - chance.nmi)).toBeLessThan(0.02);
    expect(Math.abs(ari.mean)).toBeLessThan(0.02);
  });
});
