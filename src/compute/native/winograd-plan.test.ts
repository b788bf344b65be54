import { describe, expect, test } from "vitest";
import type { Meeting } from "./meeting.js";
import { directForwardCost, forwardCost, planForward, planSpread } from "./winograd-plan.js";

/** A 3 x 3 convolution with padding 1 on square maps, by the side of its outputs. */
function forward(side: number, stride = 1): Meeting {
  return {
    inputs: [side * stride, side * stride],
    outputs: [side, side],
    taps: [3, 3],
    strides: [stride, stride],
    lhsDilation: [1, 1],
    rhsDilation: [1, 1],
    before: [1, 1],
    isFlipped: false,
  };
}

/** The gradient by the images of such a convolution with stride 2. */
function spread(side: number): Meeting {
  const whole = forward(side, 2);
  const turned = { inputs: whole.outputs, outputs: whole.inputs, isFlipped: true };
  return { ...whole, ...turned, strides: [1, 1], lhsDilation: [2, 2] };
}

describe("which way a 3 x 3 convolution goes", () => {
  test.each([
    ["the layers of ResNet-18, stage 1", 64, 64, 64, forward(32), 4],
    ["stage 2", 64, 128, 128, forward(16), 4],
    ["stage 3", 64, 256, 256, forward(8), 4],
    ["stage 4, whose maps are one tile", 64, 512, 512, forward(4), 4],
    ["into stage 2, with stride 2", 64, 64, 128, forward(16, 2), 4],
    ["into stage 4, where the kernels outweigh the maps", 64, 256, 512, forward(4, 2), undefined],
    ["maps of one small tile", 64, 512, 512, forward(2), 2],
    ["a stem of three colours", 64, 3, 64, forward(32), undefined],
    ["a single image, whose kernels outweigh it", 1, 512, 512, forward(4), undefined],
    ["maps of one pixel", 64, 512, 512, forward(1), undefined],
    ["a stride of 3", 64, 64, 64, forward(32, 3), undefined],
    ["dilation", 64, 64, 64, { ...forward(32), rhsDilation: [2, 2] }, undefined],
    ["taps of 5", 64, 64, 64, { ...forward(32), taps: [5, 5] }, undefined],
    ["unlike strides", 64, 64, 64, { ...forward(32), strides: [1, 2] }, undefined],
  ] as const)("%s", (_, batch, channels, outChannels, meeting, expected) => {
    expect(planForward(meeting, { batch, channels, outChannels })?.tiling.tileSize).toBe(expected);
  });

  test("the gradient by the images goes by phases where stride 2 made it", () => {
    expect(planSpread(spread(16), { batch: 64, channels: 128, outChannels: 64 })?.tiling.tileSize).toBe(4);
    expect(planSpread(spread(16), { batch: 64, channels: 128, outChannels: 3 })).toBeUndefined();
    expect(planSpread(forward(16), { batch: 64, channels: 128, outChannels: 64 })).toBeUndefined();
  });
});

describe("which weights the phases see", () => {
  const sizes = { batch: 64, channels: 64, outChannels: 64 };
  test("stride 1: all three, turned around for a kernel that is read backwards", () => {
    expect(planForward(forward(32), sizes)!.taps[0]).toEqual([[0, 1, 2]]);
    expect(planForward({ ...forward(32), isFlipped: true }, sizes)!.taps[0]).toEqual([[2, 1, 0]]);
  });
  test("stride 2: the even rows the outer two, the odd rows the middle one", () => {
    expect(planForward(forward(16, 2), { ...sizes, outChannels: 128 })!.taps[0]).toEqual([
      [0, 2],
      [1, undefined],
    ]);
  });
  test("back through stride 2 and padding 1: even rows got from the middle weight, odd rows from the last and the next first", () => {
    const { taps, tiling } = planSpread(spread(16), sizes)!;
    expect(taps[0]).toEqual([
      [1, undefined],
      [2, 0],
    ]);
    expect(tiling.covered).toEqual([16, 16]);
  });
});

test("with many channels the cost is the count of products: 4 and 2.25 times fewer, 1.44 times with stride 2", () => {
  const many = { batch: 1e6, channels: 1e6, outChannels: 1e6, covered: [8, 8] };
  const saving = (tileSize: 2 | 4, numTaps: 2 | 3, stride: number) =>
    directForwardCost(many) / forwardCost(many, { tileSize, numTaps, stride });
  expect(saving(4, 3, 1)).toBeCloseTo(4, 2);
  expect(saving(2, 3, 1)).toBeCloseTo(2.25, 2);
  expect(saving(4, 2, 2)).toBeCloseTo(1.44, 2);
});

test("a tile that hangs over the edge costs as much as a whole one", () => {
  const cost = (side: number) =>
    forwardCost(
      { batch: 8, channels: 64, outChannels: 64, covered: [side, side] },
      { tileSize: 4, numTaps: 3, stride: 1 },
    );
  expect(cost(5)).toBe(cost(8));
});
