import { describe, expect, test } from "vitest";
import { float32, type HostArray, int32, resolveOptions } from "../compute/index.js";
import { wavyArray } from "../compute/testing/gradient-check.js";
import { iJepa } from "./i-jepa.js";
import type { Objective } from "./objective.js";
import { objectiveValue } from "./objective-value.js";
import { headOutput } from "./testing/head-output.js";

/** Smooth L1 with β = 1 against targets normed over their dimensions (ε = 1e-5), as float64 loops. */
function referenceLoss(prediction: HostArray, target: HostArray): number {
  const D = prediction.shape.at(-1)!;
  let sum = 0;
  for (let row = 0; row < prediction.data.length / D; row++) {
    const values = Array.from({ length: D }, (_, d) => target.data[row * D + d]!);
    let mean = 0;
    for (const x of values) mean += x / D;
    let variance = 0;
    for (const x of values) variance += (x - mean) ** 2 / D;
    for (let d = 0; d < D; d++) {
      const difference = Math.abs(prediction.data[row * D + d]! - (values[d]! - mean) / Math.sqrt(variance + 1e-5));
      sum += difference < 1 ? difference ** 2 / 2 : difference - 0.5;
    }
  }
  return sum / prediction.data.length;
}

describe("loss of iJepa", () => {
  test.each([0.5, 3])("agrees with loops, predictions within ±%f", async (scale) => {
    const [prediction, target] = [wavyArray([2, 6, 5], 1, scale), wavyArray([2, 6, 5], 2, 2)];
    const { total } = await objectiveValue("iJepa", [prediction], { targets: [target] });
    expect(total).toBeCloseTo(referenceLoss(prediction, target), 5);
  });

  test("far away it is the distance less a half, with a slope of 1", async () => {
    const prediction = float32([100, -200, 100, -200], [1, 2, 2]);
    const constant = float32([7, 7, 7, 7], [1, 2, 2]); // normed: zeros
    const { total, gradients } = await objectiveValue("iJepa", [prediction], { targets: [constant] });
    expect(total).toBeCloseTo(149.5, 3);
    expect([...gradients[0]!.data]).toEqual([0.25, -0.25, 0.25, -0.25]);
  });
});

describe("head of iJepa", () => {
  const [gridSize, D] = [3, 4];
  const masks = {
    visibleIndices: int32([0, 1, 4, 8], [2, 2]),
    hiddenIndices: int32([2, 5, 6, 7, 0, 3, 1, 2], [2, 2, 2]), // two blocks of two places
  };
  /** A marker at each place of each image: (100 image + place) in every dimension, plus the dimension. */
  const targetEncoded = float32(
    [0, 1].flatMap((b) => Array.from({ length: 9 }, (_, n) => [0, 1, 2, 3].map((d) => 100 * b + 10 * n + d)).flat()),
    [2, 9, D],
  );
  const given = {
    objective: iJepa as Objective,
    options: { predictorWidth: 8, predictorHeads: 2 },
    ...{ gridSize, featureDim: D, imageSize: 6, channels: 1, masks, targetEncoded },
    encoded: wavyArray([2, 2, D], 1),
    images: wavyArray([2, 1, 6, 6], 2),
  };

  test("each prediction meets the target of its own place, block by block", async () => {
    const { projection, target, watched } = await headOutput(given);
    expect(projection.shape).toEqual([2, 4, D]);
    const expected = [
      ...[2, 5, 6, 7].flatMap((n) => [0, 1, 2, 3].map((d) => 10 * n + d)),
      ...[0, 3, 1, 2].flatMap((n) => [0, 1, 2, 3].map((d) => 100 + 10 * n + d)),
    ];
    expect([...target.data]).toEqual(expected);
    expect([...watched.data]).toEqual([40, 41, 42, 43, 140, 141, 142, 143]); // the mean place of each image is 4
  });

  test("a block is predicted without a thought of the others", async () => {
    const usual = await headOutput(given);
    const other = { ...masks, hiddenIndices: int32([2, 5, 3, 8, 0, 3, 1, 2], [2, 2, 2]) };
    const changed = await headOutput({ ...given, masks: other });
    expect([...changed.projection.data.slice(0, 8)]).toEqual([...usual.projection.data.slice(0, 8)]);
    expect([...changed.projection.data.slice(8, 16)]).not.toEqual([...usual.projection.data.slice(8, 16)]);
  });
});

test("the average of iJepa moves in a straight line from .996 to 1", () => {
  const config = resolveOptions("iJepa", iJepa.options);
  const { emaDecay } = iJepa.schedules!(config, { totalSteps: 100, stepsPerEpoch: 10 });
  expect([0, 25, 50, 100, 120].map((step) => emaDecay!(step))).toEqual(
    [0.996, 0.997, 0.998, 1, 1].map((value) => expect.closeTo(value, 9)),
  );
});
