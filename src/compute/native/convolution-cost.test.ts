import { describe, expect, test } from "vitest";
import { chooseTileSize, directCost, winogradCost } from "./convolution-cost.js";

const sizes = (batch: number, channels: number, outChannels: number, side: number) => ({
  batch,
  channels,
  outChannels,
  outputs: [side, side],
});

describe("which way a 3 x 3 convolution goes", () => {
  test.each([
    ["the layers of ResNet-18, stage 1", sizes(64, 64, 64, 32), 4],
    ["stage 2", sizes(64, 128, 128, 16), 4],
    ["stage 3", sizes(64, 256, 256, 8), 4],
    ["stage 4, whose maps are one tile", sizes(64, 512, 512, 4), 4],
    ["maps of one small tile", sizes(64, 512, 512, 2), 2],
    ["a stem of three colours", sizes(64, 3, 64, 32), undefined],
    ["a single image, where the kernels are more than the image", sizes(1, 512, 512, 4), undefined],
    ["maps of one pixel", sizes(64, 512, 512, 1), undefined],
  ])("%s", (_, convolution, expected) => expect(chooseTileSize(convolution)).toBe(expected));
});

test("with many channels the cost is the count of products: 4 times fewer with large tiles, 2.25 times with small", () => {
  const many = sizes(1e6, 1e6, 1e6, 8);
  expect(directCost(many) / winogradCost(many, 4)).toBeCloseTo(4, 2);
  expect(directCost(many) / winogradCost(many, 2)).toBeCloseTo(2.25, 2);
});

test("a tile that hangs over the edge costs as much as a whole one", () => {
  expect(winogradCost(sizes(8, 64, 64, 5), 4)).toBe(winogradCost(sizes(8, 64, 64, 8), 4));
});
