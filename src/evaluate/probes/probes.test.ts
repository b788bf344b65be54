import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseEngine, keyFor, Random, resolveOptions, ShapeError, ValueError } from "../../compute/index.js";
import { allRows, type Features, type LabelledRows, selectRows } from "../features.js";
import { nearestNeighbors, ProgramCache, predictClasses } from "../linear-algebra/index.js";
import { probes } from "./catalog.js";
import { fewShot } from "./few-shot.js";
import { knnProbe, vote } from "./knn-probe.js";
import { linearProbe } from "./linear-probe.js";
import { matchTop1, retrieval, retrievalChance } from "./retrieval.js";
import { fitSoftmaxRegression } from "./softmax-regression.js";
import { clouds, featuresOf, labelled, probeTask } from "./testing/clouds.js";

let programs: ProgramCache;
beforeAll(async () => {
  programs = new ProgramCache(await chooseEngine());
});
afterAll(() => programs.dispose());

const taskOf = (train: LabelledRows, test: LabelledRows, numClasses: number) =>
  probeTask(train, test, numClasses, programs);

describe("nearest neighbours", () => {
  test("by hand: cosine ignores length, euclidean does not, zero rows are similar to nothing", async () => {
    const gallery = allRows(
      featuresOf([
        [10, 0],
        [0.8, 0.6],
        [0, 1],
        [0, 0],
      ]),
    );
    const queries = allRows(featuresOf([[1, 0]]));
    const [cosine, euclidean] = await nearestNeighbors(queries, gallery, {
      k: 4,
      metrics: ["cosine", "euclidean"],
      programs,
    });
    expect([...cosine!.indices]).toEqual([0, 1, 2, 3]);
    expect([...cosine!.similarities].map((s) => Math.round(s * 1e6) / 1e6)).toEqual([1, 0.8, 0, 0]);
    expect([...euclidean!.indices]).toEqual([1, 3, 2, 0]);
    expect([...euclidean!.similarities].map((s) => Math.round(s * 1e5) / 1e5)).toEqual([-0.4, -1, -2, -81]);
  });

  test("agrees with a full sort over several blocks, on selected rows, leaving one out", async () => {
    const random = new Random(keyFor(3, "rows"));
    const source = featuresOf(Array.from({ length: 3000 }, () => [random.normal(), random.normal(), random.normal()]));
    const rows = selectRows(
      source,
      Array.from({ length: 2500 }, (_, i) => 2999 - i),
    );
    const queries = selectRows(source, rows.indices.subarray(0, 700));
    const excluded = Int32Array.from({ length: 700 }, (_, i) => i);
    const [found] = await nearestNeighbors(queries, rows, { k: 5, metrics: ["euclidean"], programs, excluded });
    for (const query of [0, 511, 512, 699]) {
      const at = (position: number, d: number) => source.values[rows.indices[position]! * 3 + d]!;
      const distance = (p: number) => [0, 1, 2].reduce((sum, d) => sum + (at(p, d) - at(query, d)) ** 2, 0);
      const expected = [...rows.indices.keys()].filter((p) => p !== query).sort((a, b) => distance(a) - distance(b));
      expect([...found!.indices.subarray(query * 5, query * 5 + 5)]).toEqual(expected.slice(0, 5));
    }
  });

  test("asking for more neighbours than there are, or for another width, is refused", async () => {
    const rows = allRows(featuresOf([[1], [2]]));
    await expect(nearestNeighbors(rows, rows, { k: 3, metrics: ["cosine"], programs })).rejects.toThrow(ValueError);
    const wide = allRows(featuresOf([[1, 2]]));
    await expect(nearestNeighbors(rows, wide, { k: 1, metrics: ["cosine"], programs })).rejects.toThrow(ShapeError);
  });
});

describe("kNN", () => {
  const neighbors = { k: 4, indices: Int32Array.of(0, 1, 2, 3) };
  const labels = Int32Array.of(1, 0, 0, 1);

  test("euclidean majority; a tie goes to the class of the nearest", () => {
    const tie = { ...neighbors, metric: "euclidean" as const, similarities: Float32Array.of(-1, -2, -3, -4) };
    expect([...vote(tie, labels, 2, 0.07)]).toEqual([1]);
    expect([...vote(tie, Int32Array.of(1, 0, 0, 2), 3, 0.07)]).toEqual([0]);
  });

  test("cosine votes weigh exp(s / 0.07): one close neighbour outvotes two far ones", () => {
    const similarities = Float32Array.of(0.9, 0.8, 0.8, 0.1);
    // exp(0) = 1 against 2 exp(-0.1 / 0.07) = 0.479
    expect([...vote({ ...neighbors, metric: "cosine", similarities }, labels, 2, 0.07)]).toEqual([1]);
    // at temperature 1: 1 + exp(-0.8) = 1.449 against 2 exp(-0.1) = 1.810
    expect([...vote({ ...neighbors, metric: "cosine", similarities }, labels, 2, 1)]).toEqual([0]);
  });

  test("names the stronger metric: classes that differ only in length", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [i % 2 === 0 ? 1 : 9, 0.01 * i]);
    const set = labelled(
      rows,
      rows.map((_, i) => i % 2),
    );
    const task = { ...taskOf(set, set, 2), metrics: ["cosine", "euclidean"] as const };
    const result = await knnProbe.run(task, resolveOptions("knn", knnProbe.options));
    expect(result).toMatchObject({ mean: 1, metric: "euclidean", n: 40 });
  });
});

describe("linear probe", () => {
  test("the optimum agrees with plain gradient descent in float64", async () => {
    const { source, labels } = clouds(3, 20, 4, 1, 5);
    const strength = 0.05;
    const [model] = await fitSoftmaxRegression({
      features: source,
      labels,
      numClasses: 3,
      strengths: [strength],
      maxPasses: 200,
      programs,
    });
    const slow = descend(source, labels, 3, strength);
    // biases are free and only differences matter: compare after removing their mean
    const meanBias = (m: Float64Array) => (m[12]! + m[13]! + m[14]!) / 3;
    for (let i = 0; i < 12; i++) expect(model![i]).toBeCloseTo(slow[i]!, 3);
    for (let i = 12; i < 15; i++) expect(model![i]! - meanBias(model!)).toBeCloseTo(slow[i]! - meanBias(slow), 3);
  });

  test("models fitted side by side are those fitted alone", async () => {
    const { source, labels } = clouds(3, 30, 4, 1, 6);
    const shared = { features: source, labels, numClasses: 3, maxPasses: 200, programs };
    const together = await fitSoftmaxRegression({ ...shared, strengths: [0.01, 1] });
    const [weak] = await fitSoftmaxRegression({ ...shared, strengths: [0.01] });
    const [strong] = await fitSoftmaxRegression({ ...shared, strengths: [1] });
    for (const [i, value] of weak!.entries()) expect(together[0]![i]).toBeCloseTo(value, 2);
    for (const [i, value] of strong!.entries()) expect(together[1]![i]).toBeCloseTo(value, 2);
  });

  test("separable classes hidden by scale and offset are read off; pure noise is near chance", async () => {
    const config = resolveOptions("linear", linearProbe.options);
    const hide = ({ source, ...rest }: LabelledRows): LabelledRows => ({
      ...rest,
      source: { ...source, values: source.values.map((value, i) => 100 + 0.01 * value * ((i % source.dim) + 1)) },
    });
    const train = hide(clouds(4, 40, 8, 8, 1));
    const result = await linearProbe.run(taskOf(train, hide(clouds(4, 25, 8, 8, 2)), 4), config);
    expect(result.mean).toBeGreaterThan(0.98);
    expect(result.n).toBe(100);
    const noise = await linearProbe.run(taskOf(clouds(4, 40, 8, 0, 3), clouds(4, 100, 8, 0, 4), 4), config);
    expect(noise.mean).toBeGreaterThan(0.15);
    expect(noise.mean).toBeLessThan(0.35);
    expect(noise.l2).toBeGreaterThanOrEqual(1e-3); // validation prefers to shrink what does not generalise
  });

  test("constant features and classes without validation images do no harm", async () => {
    const set = labelled(
      [
        [1, 5],
        [2, 5],
        [9, 5],
      ],
      [0, 0, 1],
    );
    const result = await linearProbe.run(taskOf(set, set, 2), resolveOptions("linear", linearProbe.options));
    expect(result).toMatchObject({ mean: 1, l2: 1e-2 });
  });
});

describe("few-shot", () => {
  const config = resolveOptions("fewShot", fewShot.options);

  test("well separated classes: certain from one label; and more labels never hurt much", async () => {
    const easy = await fewShot.run(taskOf(clouds(3, 30, 6, 30, 1), clouds(3, 30, 6, 30, 2), 3), config);
    expect(easy["1"]).toMatchObject({ mean: 1, low: 1, high: 1, n: 20 });
    const hard = await fewShot.run(taskOf(clouds(3, 60, 16, 2, 3), clouds(3, 100, 16, 2, 4), 3), config);
    expect(hard["10"]!.mean).toBeGreaterThan(hard["1"]!.mean + 0.1);
    expect(hard["1"]!.low).toBeLessThan(hard["1"]!.mean);
  });

  test("is repeatable, and a class without training images is never predicted", async () => {
    const train = labelled(
      [
        [1, 0],
        [2, 0.1],
        [0, 1],
        [0.1, 2],
      ],
      [0, 0, 1, 1],
    );
    const testRows = labelled(
      [
        [3, 0],
        [0, 3],
        [3, 3],
      ],
      [0, 1, 2],
    );
    const first = await fewShot.run(taskOf(train, testRows, 3), config);
    expect(first["5"]).toMatchObject({ mean: expect.closeTo(2 / 3, 12), n: 3 }); // all there are: one draw
    expect(first["5"]!.high).toBeGreaterThan(first["5"]!.mean);
    expect(first["1"]!.n).toBe(20);
    expect(await fewShot.run(taskOf(train, testRows, 3), config)).toEqual(first);
  });

  test("euclidean means by hand: 1 and 5 split at 3", async () => {
    const weights = Float32Array.of(1, 5);
    const classifiers = { numClasses: 2, weights, biases: Float64Array.of(-0.5, -12.5) };
    const [predictions] = await predictClasses(allRows(featuresOf([[2.9], [3.1], [-4]])), classifiers, programs);
    expect([...predictions!]).toEqual([0, 1, 0]);
  });
});

describe("retrieval", () => {
  test("by hand: of four images two find their own kind", async () => {
    const set = labelled(
      [
        [1, 0],
        [1, 0.1],
        [0.2, 1],
        [0, 1],
      ],
      [0, 0, 0, 1],
    );
    const result = await retrieval.run(taskOf(set, set, 2), {});
    expect(result).toMatchObject({ mean: 0.5, n: 4, metric: "cosine" });
    expect(retrievalChance(set.labels, 2)).toBeCloseTo(6 / 12, 12);
  });

  test("matchTop1 finds each query's own match in a gallery", async () => {
    const gallery = allRows(
      featuresOf([
        [1, 0],
        [0, 1],
        [1, 1],
      ]),
    );
    const queries = allRows(
      featuresOf([
        [0.1, 1],
        [5, 5.1],
        [1, 0.9],
      ]),
    );
    const options = { metrics: ["cosine"] as const, programs };
    const result = await matchTop1(queries, gallery, Int32Array.of(1, 2, 0), options);
    expect(result.mean).toBeCloseTo(2 / 3, 12);
    await expect(matchTop1(queries, gallery, Int32Array.of(1, 2), options)).rejects.toThrow(/"truth"/);
    await expect(matchTop1(queries, gallery, Int32Array.of(1, 2, 3), options)).rejects.toThrow(/below 3/);
  });
});

describe.each(Object.entries(probes))("every probe: %s", (name, probe) => {
  test("carries its export's name, stays in 0..1 with its interval around it, and beats chance on easy classes", async () => {
    expect(probe.name).toBe(name);
    const task = taskOf(clouds(3, 30, 6, 6, 1), clouds(3, 30, 6, 6, 2), 3);
    const outcome = await probe.run(task, resolveOptions(name, probe.options) as never);
    for (const estimate of "mean" in outcome ? [outcome] : Object.values(outcome)) {
      const { mean, low, high } = estimate as { mean: number; low: number; high: number };
      expect(low).toBeLessThanOrEqual(mean);
      expect(high).toBeGreaterThanOrEqual(mean);
      expect(mean).toBeGreaterThan(0.6);
      expect(mean).toBeLessThanOrEqual(1);
    }
  });
});

/** Gradient descent with loops, float64: slow, and sharing no code with the probe. */
function descend(features: Features, labels: Int32Array, numClasses: number, strength: number): Float64Array {
  const { numImages, dim, values } = features;
  const model = new Float64Array((dim + 1) * numClasses);
  for (let iteration = 0; iteration < 4000; iteration++) {
    const gradient = model.map((w, i) => (i < dim * numClasses ? strength * w : 0));
    for (let row = 0; row < numImages; row++) {
      const logits = Array.from({ length: numClasses }, (_, c) => {
        let sum = model[dim * numClasses + c]!;
        for (let d = 0; d < dim; d++) sum += values[row * dim + d]! * model[d * numClasses + c]!;
        return sum;
      });
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      for (let c = 0; c < numClasses; c++) {
        const error = (Math.exp(logits[c]!) / total - (labels[row] === c ? 1 : 0)) / numImages;
        for (let d = 0; d < dim; d++) gradient[d * numClasses + c]! += error * values[row * dim + d]!;
        gradient[dim * numClasses + c]! += error;
      }
    }
    for (let i = 0; i < model.length; i++) model[i]! -= 0.5 * gradient[i]!;
  }
  return model;
}
