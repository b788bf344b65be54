import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseEngine, keyFor, Random } from "../../compute/index.js";
import { ProgramCache } from "../linear-algebra/index.js";
import { drawLabelled, splitAside } from "./label-draws.js";
import { labelEfficiency, labelsToReach } from "./label-efficiency.js";

let programs: ProgramCache;
beforeAll(async () => {
  programs = new ProgramCache(await chooseEngine());
});
afterAll(() => programs.dispose());

describe("drawing labels", () => {
  const labels = Int32Array.from({ length: 90 }, (_, i) => i % 3);

  test("so many of each class, all of a class that has fewer, none twice, repeatable", () => {
    const images = [...labels.keys()].filter((i) => labels[i] !== 2 || i < 6);
    const drawn = drawLabelled(images, labels, 5, 0, 0);
    expect([0, 1, 2].map((c) => drawn.filter((i) => labels[i] === c).length)).toEqual([5, 5, 2]);
    expect(new Set(drawn).size).toBe(12);
    expect(drawLabelled(images, labels, 5, 0, 0)).toEqual(drawn);
    expect(drawLabelled(images, labels, 5, 0, 1)).not.toEqual(drawn);
    expect(drawLabelled(images, labels, undefined, 0, 0)).toEqual(images);
  });

  test("a fifth of every class is set aside, nothing where a class has fewer than five", () => {
    const { fit, validation } = splitAside([...labels.keys()], labels, 0);
    expect([0, 1, 2].map((c) => validation.filter((i) => labels[i] === c).length)).toEqual([6, 6, 6]);
    expect([...fit, ...validation].sort((a, b) => a - b)).toEqual([...labels.keys()]);
    expect(splitAside([0, 1, 2, 3], labels, 0)).toEqual({ fit: [0, 1, 2, 3], validation: [] });
  });
});

describe("labels to reach", () => {
  const curve = [
    { numLabels: 10, accuracy: 0.2 },
    { numLabels: 100, accuracy: 0.4 },
    { numLabels: 1000, accuracy: 0.3 },
    { numLabels: 10000, accuracy: 0.8 },
  ];

  test("by hand: on a point, between two in the logarithm, before the first, past the last, over a dip", () => {
    expect(labelsToReach(curve, 0.4)).toBeCloseTo(100, 9);
    expect(labelsToReach(curve, 0.3)).toBeCloseTo(Math.sqrt(1000), 9);
    expect(labelsToReach(curve, 0.1)).toBe(10);
    expect(labelsToReach(curve, 0.81)).toBeUndefined();
    expect(labelsToReach(curve, 0.6)).toBeCloseTo(1000, 6); // halfway from (100, 0.4) to (10000, 0.8)
  });

  test("more accuracy never takes fewer labels", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 6 }), share, share, (accuracies, a, b) => {
        const given = accuracies.map((accuracy, i) => ({ numLabels: 10 ** i, accuracy }));
        const needed = (wanted: number) => labelsToReach(given, wanted) ?? Number.POSITIVE_INFINITY;
        expect(needed(Math.min(a, b))).toBeLessThanOrEqual(needed(Math.max(a, b)) * (1 + 1e-9));
      }),
    );
  });
});

test("a twin that knows nothing never gets there; one that needs ten times the labels is said to", async () => {
  const random = new Random(keyFor(1, "clouds"));
  const labels = Int32Array.from({ length: 600 }, (_, i) => i % 2);
  const values = Float32Array.from(
    { length: 600 * 4 },
    (_, i) => random.normal() + (i % 4 === 0 ? (labels[i >> 2]! ? 1.2 : -1.2) : 0),
  );
  const all = [...labels.keys()];
  const base = {
    features: { numImages: 600, dim: 4, values },
    labels,
    numClasses: 2,
    train: all.slice(0, 400),
    test: all.slice(400),
    seed: 0,
    programs,
  };
  const hopeless = await labelEfficiency({ ...base, twin: async () => 100 });
  expect(hopeless.points.map(({ numLabels }) => numLabels)).toEqual([2, 10, 20, 100, 400]);
  expect(hopeless.points.map(({ twinNeeds }) => twinNeeds)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(hopeless.points.at(-1)!.frozen.mean).toBeGreaterThan(0.8);
  expect(hopeless.points[0]).toMatchObject({ perClass: 1, twin: { mean: 0.5, n: 3 } });
  expect(hopeless.points.at(-1)).toMatchObject({ twin: { n: 200 } });
  const good = await labelEfficiency({
    ...base,
    numDraws: 1,
    twin: async (images) => (images.length < 400 ? 100 : 199),
  });
  expect(good.points[3]!.twinNeeds).toBeGreaterThan(100);
  expect(good.points[3]!.twinNeeds).toBeLessThan(400);
});
