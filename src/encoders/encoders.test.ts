/** What is particular to one encoder. */
import { describe, expect, test } from "vitest";
import {
  type Branch,
  float32,
  type HostArray,
  keyFor,
  resolveOptions,
  runOnce,
  type Tensor,
  zerosFor,
} from "../compute/index.js";
import { countParameters, evaluationMode, initialise } from "../nn/index.js";
import { convnet } from "./convnet.js";
import { convnext } from "./convnext.js";
import { resampleGrid } from "./resample-grid.js";
import { resnet } from "./resnet.js";
import { vit } from "./vit.js";

const buildVit = (imageSize: number, given = {}) =>
  vit.build({ channels: 3, imageSize }, resolveOptions("vit", vit.options, given));
const buildConvnet = (imageSize: number, given = {}) =>
  convnet.build({ channels: 3, imageSize }, resolveOptions("convnet", convnet.options, given));

const buildResnet = (given = {}) =>
  resnet.build({ channels: 3, imageSize: 32 }, resolveOptions("resnet", resnet.options, given));

describe("convnet", () => {
  test("counts its parameters: convolutions, and a gain and a bias a channel", () => {
    const { parameters, featureDim } = buildConvnet(32, { width: 64, stages: 3 });
    expect(featureDim).toBe(256);
    expect(countParameters(parameters)).toBe(9 * (3 * 64 + 64 * 128 + 128 * 256) + 2 * (64 + 128 + 256));
  });

  test("says how many stages an image allows", () => {
    expect(() => buildConvnet(16, { stages: 6 })).toThrow("Images of 16 pixels allow 4 at stem stride 2");
    expect(() => buildConvnet(16, { stages: 4 })).not.toThrow();
    expect(() => buildConvnet(16, { stages: 5, stemStride: 1 })).not.toThrow();
  });
});

describe("resnet", () => {
  // torchvision's models without their classifier (fc), which has 512 or 2048 inputs and 1000 outputs
  test.each([
    [18, 11_689_512 - 513 * 1000, 512],
    [34, 21_797_672 - 513 * 1000, 512],
    [50, 25_557_032 - 2049 * 1000, 2048],
  ])("counts the parameters of torchvision's at depth %i", (depth, count, featureDim) => {
    const encoder = buildResnet({ depth, stem: "imagenet" });
    expect(countParameters(encoder.parameters)).toBe(count);
    expect(encoder.featureDim).toBe(featureDim);
  });

  test("the small stem has a kernel of 3 instead of 7", () => {
    expect(countParameters(buildResnet().parameters)).toBe(11_176_512 - 3 * 64 * (7 * 7 - 3 * 3));
  });

  test("counts by hand: two stages of a width, projections where size or channels change", () => {
    const [stem, first] = [9 * 3 * 8 + 16, 2 * (2 * 9 * 8 * 8 + 2 * 16)];
    const second = 9 * 8 * 16 + 9 * 16 * 16 + 8 * 16 + 3 * 32 + (2 * 9 * 16 * 16 + 2 * 32);
    expect(countParameters(buildResnet({ width: 8, stages: 2 }).parameters)).toBe(stem + first + second);
  });

  test("GroupNorm has as many parameters, and couples nothing", () => {
    const grouped = buildResnet({ normalization: "group" });
    expect(countParameters(grouped.parameters)).toBe(countParameters(buildResnet().parameters));
    expect([grouped.couplesBatch, buildResnet().couplesBatch]).toEqual([false, true]);
  });

  test("names the depths there are", () => {
    expect(() => buildResnet({ depth: 20 })).toThrow('resnet: "depth" must be 18, 34 or 50, got 20');
  });

  test.each(["cifar", "imagenet"])("the stem %s leaves the grid it promises", async (stem) => {
    const encoder = buildResnet({ width: 1, stem });
    const values = initialise(encoder.parameters, keyFor(0)) as Branch<HostArray>;
    const images = float32(new Float32Array(2 * 3 * 32 * 32).fill(0.5), [2, 3, 32, 32]);
    const { tokens } = await runOnce({ images, values }, ({ images, values }) => ({
      tokens: encoder.encode(values, images, evaluationMode()).tokens,
    }));
    expect(tokens.shape).toEqual([2, stem === "cifar" ? 16 : 1, 8]);
  });

  test("blocks that start as the identity pass the stem through", async () => {
    const encoder = buildResnet({ width: 2, stages: 1, zeroInitResidual: true });
    const values = initialise(encoder.parameters, keyFor(0)) as Branch<Branch<HostArray>>;
    const images = float32(
      Float32Array.from({ length: 3 * 64 }, (_, i) => Math.sin(i)),
      [1, 3, 8, 8],
    );
    const { whole, stem } = await runOnce({ images, values }, ({ images, values }) => {
      const stemOnly = images.conv2d(
        (values.stem as unknown as { convolution: { weight: Tensor } }).convolution.weight,
        {
          padding: 1,
        },
      );
      const { tokens } = encoder.encode(values, images, evaluationMode());
      return { whole: tokens, stem: stemOnly.relu().reshape([1, 2, 64]).transpose([0, 2, 1]) };
    });
    for (const [i, value] of whole.data.entries()) expect(value).toBeCloseTo(stem.data[i]!, 4);
  });
});

describe("convnext", () => {
  const build = (imageSize: number, given = {}) =>
    convnext.build({ channels: 3, imageSize }, resolveOptions("convnext", convnext.options, given));

  test("counts the parameters of torchvision's ConvNeXt-T without its classifier", () => {
    const encoder = build(224, { width: 96, depth: 3, stages: 4, patchSize: 4 });
    expect(countParameters(encoder.parameters)).toBe(28_589_128 - 769 * 1000);
    expect([encoder.featureDim, encoder.couplesBatch]).toEqual([768, false]);
  });

  test("says how many stages an image allows, and that kernels are odd", () => {
    expect(() => build(6, { stages: 3 })).toThrow("They allow 2 with patches of 2");
    expect(() => build(2, { patchSize: 4 })).toThrow("Take smaller patches");
    expect(() => build(32, { kernelSize: 4 })).toThrow('"kernelSize" must be an odd number, got 4');
  });

  test("leaves out what is beyond the last whole patch", async () => {
    const encoder = build(14, { width: 4, stages: 2, depth: 1 });
    const values = initialise(encoder.parameters, keyFor(0)) as Branch<HostArray>;
    const image = (size: number) => {
      // the same image in the first 12 rows and columns, other pixels beyond
      const pixels = Array.from({ length: 3 * size * size }, (_, i) => {
        const [c, h, w] = [Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size];
        return h < 12 && w < 12 ? Math.sin(c + 3 * h + 0.7 * w * w) : 0;
      });
      return float32(Float32Array.from(pixels), [1, 3, size, size]);
    };
    const gridOf = async (size: number) => {
      const { tokens } = await runOnce({ images: image(size), values }, ({ images, values }) => ({
        tokens: encoder.encode(values, images, evaluationMode()).tokens,
      }));
      return tokens;
    };
    const [odd, even] = [await gridOf(14), await gridOf(12)]; // maps of 7, halved to 3, and of 6, halved to 3
    expect(odd.shape).toEqual([1, 9, 8]);
    for (const [i, value] of odd.data.entries()) expect(value).toBeCloseTo(even.data[i]!, 4);
  });
});

describe("vit", () => {
  test("counts the parameters of the step of the design: width 192, depth 6, 64 tokens", () => {
    const D = 192;
    const block = 4 * D + (D * 3 * D + 3 * D) + (D * D + D) + (D * 4 * D + 4 * D) + (4 * D * D + D);
    expect(countParameters(buildVit(32).parameters)).toBe(48 * D + D + 64 * D + 6 * block + 2 * D);
  });

  test("says which image size would fit the patches", () => {
    expect(() => buildVit(30, { patchSize: 4 })).toThrow("a divisor of the image size 30, got 4. Images of 32 pixels");
    expect(() => buildVit(32, { width: 100, numHeads: 3 })).toThrow("a divisor of the width 100");
  });

  test("class token and registers add tokens that are no patches", async () => {
    const small = { patchSize: 4, width: 4, depth: 1, numHeads: 1 };
    const encoder = buildVit(8, { ...small, pooling: "class", numRegisters: 2 });
    const values = initialise(encoder.parameters, keyFor(0)) as Branch<HostArray>;
    expect((values.prefix as HostArray).shape).toEqual([3, 4]);
    const images = float32(new Float32Array(2 * 3 * 64).fill(0.5), [2, 3, 8, 8]);
    const { features, tokens } = await runOnce({ images, values }, ({ images, values }) => {
      const { features, tokens } = encoder.encode(values, images, evaluationMode());
      return { features, tokens };
    });
    expect(features.shape).toEqual([2, 4]);
    expect(tokens.shape).toEqual([2, 4, 4]);
  });

  test("with blocks that add nothing, the class token is the norm of the first prefix row", async () => {
    const encoder = buildVit(8, { patchSize: 4, width: 4, depth: 2, numHeads: 2, pooling: "class", numRegisters: 1 });
    const { blocks, ...rest } = initialise(encoder.parameters, keyFor(0)) as Branch<HostArray>;
    const values = {
      ...rest,
      blocks: zerosFor(blocks),
      prefix: float32([1, 2, 3, 6, 9, 9, 9, 0], [2, 4]),
      positions: float32([0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0], [4, 4]),
    } as Branch<HostArray>;
    const images = float32(new Float32Array(3 * 64), [1, 3, 8, 8]);
    const { features, tokens } = await runOnce({ images, values }, ({ images, values }) => {
      const { features, tokens } = encoder.encode(values, images, evaluationMode());
      return { features, tokens };
    });
    // 1, 2, 3, 6: mean 3, variance 3.5; positions: mean 1/4, variance 3/16
    const expected = [-2, -1, 0, 3].map((x) => x / Math.sqrt(3.5));
    for (const [d, value] of expected.entries()) expect(features.data[d]).toBeCloseTo(value, 4);
    const [low, high] = [-0.25 / Math.sqrt(3 / 16), 0.75 / Math.sqrt(3 / 16)];
    const grid = [0, 1, 2, 3].flatMap((n) => [0, 1, 2, 3].map((d) => (d === 3 - n ? high : low)));
    for (const [i, value] of grid.entries()) expect(tokens.data[i]).toBeCloseTo(value, 4);
  });
});

describe("resampleGrid", () => {
  const resample = (values: number[], from: number, to: number) =>
    runOnce({ grid: float32(values, [from * from, 1]) }, ({ grid }) => ({ y: resampleGrid(grid, from, to) }));

  test("keeps a constant and interpolates between cell centres", async () => {
    expect([...(await resample([7, 7, 7, 7], 2, 3)).y.data]).toEqual(new Array(9).fill(7));
    // columns 0 and 4 of a 2x2 grid, read at the centres of 4 columns: clamped, then 1/4 and 3/4 of the way
    const { y } = await resample([0, 4, 0, 4], 2, 4);
    expect([...y.data.slice(0, 4)]).toEqual([0, 1, 3, 4]);
  });

  test("shrinking to one cell reads the centre", async () => {
    expect((await resample([1, 2, 3, 6], 2, 1)).y.data[0]).toBeCloseTo(3, 6);
  });
});
