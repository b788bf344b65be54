import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyFor, Random } from "../../compute/index.js";
import { initialise } from "../../nn/index.js";
import { buildEncoder, type TrainConfig } from "../../train/index.js";
import { type AffineHead, applyHead } from "./affine-head.js";
import { createDesigner, type Design, type Designer } from "./designer.js";
import { smoothed } from "./pattern-fields.js";

const SIZE = 16;
const [S, V, STEPS] = [2, 4, 80];
const encoderConfig = {
  encoder: { name: "convnet", options: { width: 8, stages: 2, depth: 1, stemStride: 2, normalization: "batch" } },
  imageSize: SIZE,
  data: { channels: 1 },
  engine: "native",
  numThreads: 1,
} as unknown as TrainConfig;

describe("a head", () => {
  test("by hand: two rows, two features, two properties", () => {
    const head = { weights: Float64Array.of(1, 10, 2, 20), biases: Float64Array.of(0.5, -0.5) };
    // row (3, 4): 3 · 1 + 4 · 2 + 0.5 and 3 · 10 + 4 · 20 − 0.5
    expect([...applyHead(head, Float32Array.of(3, 4, 0, 1))]).toEqual([11.5, 109.5, 2.5, 19.5]);
  });
});

describe("smoothing", () => {
  const fields = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 2 * 16, maxLength: 2 * 16 });
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

  test("one square becomes the binomial stencil, around the edges", () => {
    const impulse = new Float32Array(16);
    impulse[0] = 16;
    expect([...smoothed(impulse, 4)]).toEqual([4, 2, 0, 2, 2, 1, 0, 1, 0, 0, 0, 0, 2, 1, 0, 1]);
  });

  test("is its own transpose and keeps the mean, field by field", () => {
    fc.assert(
      fc.property(fields, fields, (x, y) => {
        const [a, b] = [Float32Array.from(x), Float32Array.from(y)];
        expect(dot(smoothed(a, 4), b)).toBeCloseTo(dot(a, smoothed(b, 4)), 4);
        const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
        expect(sum(smoothed(a, 4).subarray(0, 16))).toBeCloseTo(sum(a.subarray(0, 16)), 4);
      }),
    );
  });
});

describe("designs", () => {
  const encoder = buildEncoder(encoderConfig);
  const random = new Random(keyFor(0, "head"));
  const dim = encoder.featureDim;
  const head: AffineHead = {
    weights: Float64Array.from({ length: 2 * dim }, () => random.normal()),
    biases: Float64Array.of(0.1, -0.2),
  };
  const parameters = initialise(encoder.parameters, keyFor(1)) as never;
  const options = { config: encoderConfig, encoder: parameters, numStarts: S, numViews: V, steps: STEPS };
  let designer: Designer;
  beforeAll(async () => {
    designer = await createDesigner(options);
  });
  afterAll(() => designer.close());

  const target = { wanted: [0.5, 0.2] as const, volumeFraction: 0.375 };
  const distanceTo = ([x, y]: readonly [number, number]) => Math.hypot(x - target.wanted[0], y - target.wanted[1]);

  test("are of two phases in exactly the wanted shares, best predicted first, the same for the same seed", async () => {
    const designs = await designer.design(target, head, 3);
    expect(designs).toHaveLength(S);
    for (const { isWhite } of designs) {
      expect(new Set(isWhite)).toEqual(new Set([0, 1]));
      expect(isWhite.reduce((sum, one) => sum + one, 0)).toBe(0.375 * SIZE * SIZE);
    }
    expect(distanceTo(designs[0]!.predicted)).toBeLessThanOrEqual(distanceTo(designs[1]!.predicted));
    expect(await designer.design(target, head, 3)).toEqual(designs);
    expect((await designer.design(target, head, 4))[0]!.isWhite).not.toEqual(designs[0]!.isWhite);
  });

  test("come nearer, as the surrogate sees it, than where they began", async () => {
    // Of one step the logits hardly move: these are the starts, as they are predicted.
    const still = await createDesigner({ ...options, steps: 1 });
    const sums = { before: 0, after: 0 };
    for (let seed = 0; seed < 4; seed++) {
      const [other] = await still.design(target, head, 100 + seed);
      const aim = { ...target, wanted: other!.predicted };
      const off = (designs: readonly Design[]) =>
        designs.reduce((sum, { predicted: [x, y] }) => sum + Math.hypot(x - aim.wanted[0], y - aim.wanted[1]), 0);
      sums.before += off(await still.design(aim, head, seed));
      sums.after += off(await designer.design(aim, head, seed));
    }
    await still.close();
    expect(sums.after).toBeLessThan(0.8 * sums.before);
  });

  test("begin with given patterns; as many as there are starts", async () => {
    const starts = (await designer.design(target, head, 7)).map(({ isWhite }) => isWhite);
    const designs = await designer.design(target, head, 8, starts);
    expect(new Set(designs.map(({ start }) => start))).toEqual(new Set(starts));
    await expect(designer.design(target, head, 8, starts.slice(1))).rejects.toThrow(
      /"starts" must be 2 patterns, got 1/,
    );
  });

  test("a correction aims beside the target by what the surrogate was found to err", async () => {
    const designs = await designer.design(target, head, 6);
    const raised = ([x, y]: readonly [number, number], by: number) => [x + by, y + by] as const;
    // A solver that finds 0.25 more than the surrogate says is one that agrees with it on targets of 0.25 less.
    const more = designs.map(({ predicted }) => raised(predicted, 0.25));
    const told = await designer.correct(designs, more, target, head, 6);
    const agreed = designs.map(({ predicted }) => predicted);
    const lower = { ...target, wanted: raised(target.wanted, -0.25) };
    const shifted = await designer.correct(designs, agreed, lower, head, 6);
    for (const [s, design] of told.entries()) {
      expect(design.isWhite).toEqual(shifted[s]!.isWhite);
      expect(design.start).toBe(designs[s]!.start);
      expect(design.isWhite.reduce((sum, one) => sum + one, 0)).toBe(0.375 * SIZE * SIZE);
      // and says what the solver should find, not what the surrogate says
      for (const t of [0, 1]) expect(design.predicted[t]).toBeCloseTo(shifted[s]!.predicted[t]! + 0.25, 4);
    }
  });

  test("cost what is said: three passes a step for each start and view, and the last look", () => {
    expect(designer.passesPerTarget).toBe(S * V * (3 * STEPS + 4));
  });
});
