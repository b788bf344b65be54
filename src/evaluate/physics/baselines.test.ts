import { describe, expect, test } from "vitest";
import { keyFor } from "../../compute/index.js";
import { occluder } from "../../environments/occluder.js";
import type { ViolationWorld } from "../../environments/violation.js";
import { frameCentroid, pixelDifference, pixelExtrapolation, positionExtrapolation } from "./baselines.js";
import { physicsReport } from "./physics-report.js";
import { isAtChance } from "./scores.js";
import { type ClipDraws, surpriseAt, surprisesAt, violationClips } from "./violation-clips.js";

const framesOf = (...rows: number[][]) => rows.map((row) => Uint8Array.from(row));

describe("by hand", () => {
  test("pixel difference: mean of squares, bytes as 0 to 1", () => {
    expect(pixelDifference(framesOf([0, 0], [255, 0], [255, 0]))).toEqual([0.5, 0]);
    expect(pixelDifference(framesOf([0, 51]))).toEqual([]);
    expect(pixelDifference(framesOf([0, 0], [51, 51]))[0]).toBeCloseTo(0.04, 12);
  });

  test("pixel extrapolation: nothing where pixels go on as they did, cut off at white and black", () => {
    expect(pixelExtrapolation(framesOf([10, 90], [20, 80], [30, 70]))).toEqual([0]);
    expect(pixelExtrapolation(framesOf([0, 255], [200, 50], [255, 0]))).toEqual([0]);
    expect(pixelExtrapolation(framesOf([0, 0], [0, 0], [255, 0]))).toEqual([0.5]);
    expect(pixelExtrapolation(framesOf([1], [2]))).toEqual([]);
  });

  test("position extrapolation: straight on is no surprise, also through a screen; a turn is", () => {
    const places: readonly (readonly number[] | undefined)[] = [
      undefined,
      [0, 0],
      [2, 1],
      [4, 2],
      undefined,
      undefined,
      [10, 5],
      [8, 5],
    ];
    const surprise = positionExtrapolation((frame) => places[frame[0]!]);
    // At last 2 a step to the right was 2 to the left: (12, 6) was expected, (8, 5) came.
    expect(surprise(framesOf(...places.map((_, i) => [i])))).toEqual([0, 0, 0, 0, 0, 0, 0, Math.hypot(4, 1)]);
  });

  test("a centroid weighs pixels", () => {
    const image = { size: 2, channels: 1 };
    const brightness = (pixel: Uint8Array) => pixel[0]!;
    expect(frameCentroid(Uint8Array.of(0, 30, 0, 10), image, brightness)).toEqual([1, 0.25]);
    expect(frameCentroid(new Uint8Array(4), image, brightness)).toBeUndefined();
  });
});

describe("the occluder, without learning", () => {
  const world = occluder.create({ screens: "sometimes", walls: "sometimes" }) as ViolationWorld;
  const draws: ClipDraws = { numPairs: 24, numSteps: 24, key: keyFor(5, "occluder") };
  /** The ball alone is of a strong colour. */
  const ballOf = (frame: Uint8Array) =>
    frameCentroid(frame, world.observation, (pixel) => Math.max(0, Math.max(...pixel) - Math.min(...pixel) - 70));
  const surprises = surprisesAt(violationClips(world, draws), {
    difference: pixelDifference,
    extrapolation: pixelExtrapolation,
    position: positionExtrapolation(ballOf),
  });
  const couples = [
    ["vanish", "appear"],
    ["throughWall", "turnBack"],
  ] as const;
  const reportOf = (name: keyof typeof surprises) => physicsReport(surprises[name], { key: keyFor(6), couples });
  const [difference, position] = [reportOf("difference"), reportOf("position")];
  const pairwise = ({ rows }: typeof difference, name: string, by: "mean" | "max") =>
    rows.find((row) => row.name === name)!.scores[by].pairwise;

  test("every violation, and equal lengths: pairs can be scored", () => {
    expect(surprises.difference.map(({ name }) => name)).toEqual(Object.keys(world.violations));
    expect(surprises.difference.every(({ pairs }) => pairs.length === draws.numPairs)).toBe(true);
    const [pair] = surprises.extrapolation[0]!.pairs;
    expect([pair!.possible.length, pair!.impossible.length]).toEqual([23, 23]);
  });

  test("how much moves is worth exactly nothing in the quadruplets of vanish and appear", () => {
    expect(pairwise(difference, "vanish + appear", "mean").mean).toBe(0.5);
    expect(pairwise(difference, "vanish", "mean").mean + pairwise(difference, "appear", "mean").mean).toBe(1);
  });

  test("how much moves is about chance behind the screen, and the largest change tells jumps in view", () => {
    expect(isAtChance(pairwise(difference, "throughWall + turnBack", "mean"))).toBe(true);
    expect(isAtChance(pairwise(difference, "teleport", "mean"))).toBe(true);
    expect(pairwise(difference, "teleportInView", "max").mean).toBe(1);
  });

  test("straight on sees jumps in view, and is blind to colour: the control stays at chance", () => {
    expect(pairwise(position, "teleportInView", "max").mean).toBeGreaterThan(0.9);
    expect(isAtChance(pairwise(position, "colourChange", "mean"))).toBe(true);
  });

  test("pairs are drawn by their key, one subject or several", () => {
    const few = { ...draws, numPairs: 1 };
    const first = surprises.difference.map((one) => ({ ...one, pairs: one.pairs.slice(0, 1) }));
    expect(surpriseAt(violationClips(world, few), pixelDifference)).toEqual(first);
  });
});
