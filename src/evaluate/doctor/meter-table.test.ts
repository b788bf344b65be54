import { expect, test } from "vitest";
import type { Reading } from "./history.js";
import { meterRows } from "./meter-rows.js";
import { renderMeters } from "./meter-table.js";

const meters = { std: 0.05, meanNormRatio: 0.2, effectiveRank: 30, maxRank: 63, sigreg: 9.5, sigregPerImage: 0.15 };
const reading: Reading = {
  step: 600,
  loss: 2,
  projections: meters,
  data: { unseenLoss: 2.5 },
  gradients: { encoder: 1.25 },
  layers: {
    "blocks.0": { std: 1, meanNormRatio: 0.5, effectiveRank: 3, maxRank: 8 },
    "blocks.0.attention": { attentionEntropy: 0.6, leastAttentionEntropy: 0.01 },
    "blocks.0.mlp": { deadUnits: 0.25 },
  },
};

test("meters stand beside what is healthy, layers below, and a mark before what is outside", () => {
  expect(renderMeters(reading, "standard-normal").join("\n")).toBe(
    `
                                         now  healthy
! projections    standard deviation     0.05  0.1 to 100, wanted: about 1
                 mean-norm ratio         0.2  below 0.7
                 effective rank           30  above 7.88, of 63
                 SIGReg T                9.5  1.05: normal
                 SIGReg T / N           0.15  0.40: one point
  data           loss of unseen images   2.5  below 2.67
  gradient norm  encoder                1.25

  layer               std  mean-norm    rank  dead units   attention
  blocks.0              1        0.5  3 of 8
! blocks.0.attention                                      0.6 (0.01)
  blocks.0.mlp                                      25 %
`.replace(/^\n|\n$/g, ""),
  );
});

test("the same numbers are healthy where nobody asked for a scale", () => {
  const outside = (target: Parameters<typeof meterRows>[1]) =>
    meterRows(reading, target).filter(({ isOutside }) => isOutside);
  expect(outside("unit-spread").map(({ meter }) => meter)).toEqual(["standard deviation"]);
  expect(outside("scale-free")).toEqual([]);
});

test("what is not finite is outside", () => {
  const broken = meterRows({ ...reading, projections: { ...meters, effectiveRank: Number.NaN } }, "free");
  expect(broken.filter(({ isOutside }) => isOutside).map(({ meter }) => meter)).toEqual(["effective rank"]);
});
