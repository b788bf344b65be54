import { expect, test } from "vitest";
import { anyRandom, viewOf } from "../testing/pictures.js";
import { gaussianBlur, gaussianWeights } from "./gaussian-blur.js";

const squares = Array.from({ length: 25 }, (_, i) => ((i * i) % 17) / 16);

test("weights follow the Gaussian and sum to 1", () => {
  const [centre, near, far] = gaussianWeights(5, 2);
  expect(near! / centre!).toBeCloseTo(Math.exp(-1 / 8), 12);
  expect(far! / centre!).toBeCloseTo(Math.exp(-4 / 8), 12);
  expect(centre! + 2 * near! + 2 * far!).toBeCloseTo(1, 12);
});

test("an impulse becomes the kernel, an even picture stays even", () => {
  const impulse = new Array<number>(81).fill(0);
  impulse[40] = 1;
  const view = viewOf(impulse, new Array<number>(81).fill(0.7));
  gaussianBlur.apply(view, anyRandom(), { kernelSize: 5, sigmaMin: 1.3, sigmaMax: 1.3, probability: 1 });
  const weights = gaussianWeights(5, 1.3);
  for (let y = -4; y <= 4; y++) {
    for (let x = -4; x <= 4; x++) {
      const expected = (weights[Math.abs(x)] ?? 0) * (weights[Math.abs(y)] ?? 0);
      expect(view.data[40 + 9 * y + x]).toBeCloseTo(expected, 6);
    }
  }
  for (const value of view.data.subarray(81)) expect(value).toBeCloseTo(0.7, 6);
});

// PyTorch 1.13, float64: conv2d of the picture padded with mode="reflect" and the outer product of the kernel
test.each([
  {
    kernelSize: 3,
    sigma: 0.8,
    expected: [
      0.168912, 0.243625, 0.487115, 0.711871, 0.801214, 0.305817, 0.33318, 0.565951, 0.766749, 0.797563, 0.401642,
      0.33318, 0.454249, 0.628451, 0.635307, 0.399371, 0.331369, 0.268869, 0.331369, 0.399371, 0.479453, 0.449205,
      0.29088, 0.257555, 0.363313,
    ],
  },
  {
    kernelSize: 7,
    sigma: 1.5,
    expected: [
      0.348851, 0.393511, 0.504705, 0.621649, 0.662457, 0.363404, 0.401127, 0.496603, 0.598776, 0.634333, 0.366832,
      0.388263, 0.445485, 0.511768, 0.535243, 0.371271, 0.376214, 0.392743, 0.420944, 0.432585, 0.377362, 0.375615,
      0.374234, 0.385226, 0.391421,
    ],
  },
])("agrees with PyTorch: kernel $kernelSize, sigma $sigma", ({ kernelSize, sigma, expected }) => {
  const view = viewOf(squares);
  gaussianBlur.apply(view, anyRandom(), { kernelSize, sigmaMin: sigma, sigmaMax: sigma, probability: 1 });
  expected.forEach((value, i) => {
    expect(view.data[i]).toBeCloseTo(value, 5);
  });
});

test("kernel 1 changes nothing", () => {
  const view = viewOf(squares);
  gaussianBlur.apply(view, anyRandom(), { kernelSize: 1, sigmaMin: 1, sigmaMax: 1, probability: 1 });
  expect([...view.data]).toEqual(squares.map(Math.fround));
});

test("refuses even kernels, kernels beyond the mirrored border, and sigmas out of order", () => {
  const good = { kernelSize: 9, sigmaMin: 0.1, sigmaMax: 2, probability: 1 };
  expect(() => gaussianBlur.check?.(good, 5)).not.toThrow();
  expect(() => gaussianBlur.check?.({ ...good, kernelSize: 8 }, 32)).toThrow(/"kernelSize" must be odd, got 8/);
  expect(() => gaussianBlur.check?.(good, 4)).toThrow(/below 8 for views of 4 px/);
  expect(() => gaussianBlur.check?.({ ...good, sigmaMin: 3 }, 32)).toThrow(/"sigmaMin" must be at most sigmaMax \(2\)/);
});
