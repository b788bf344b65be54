/** Blur with a Gaussian of random width. */
import { ValueError } from "../../compute/errors.js";
import type { OptionTable } from "../../compute/options.js";
import { defineAugmentation, type View } from "../augmentation.js";

const options = {
  kernelSize: { default: 9, min: 1, max: 99, integer: true, doc: "width of the kernel in pixels, odd" },
  sigmaMin: { default: 0.1, min: 0.01, max: 50, doc: "smallest standard deviation, in pixels" },
  sigmaMax: { default: 2, min: 0.01, max: 50, doc: "largest standard deviation, in pixels" },
  probability: { default: 0.5, min: 0, max: 1, doc: "how often the picture is blurred" },
} satisfies OptionTable;

/**
 * Blur with a Gaussian of σ ~ U(sigmaMin, sigmaMax), cut to `kernelSize` taps, with mirrored borders.
 *   weight(d) = exp(−d² / 2σ²) / Σ,  d = −r..r,  r = (kernelSize − 1) / 2;  border: … 2 1 | 0 1 2 …
 * @throws ValueError if the kernel is even or reaches past the mirrored border, or if sigmaMin > sigmaMax
 * Source: torchvision GaussianBlur. Deviations: none.
 */
export const gaussianBlur = defineAugmentation({
  name: "gaussianBlur",
  summary: "blur with a Gaussian of random width",
  stage: "picture",
  options,
  check(config, size) {
    if (config.kernelSize % 2 === 0) throw new ValueError("gaussianBlur", "kernelSize", "odd", config.kernelSize);
    if (config.kernelSize >= 2 * size) {
      throw new ValueError(
        "gaussianBlur",
        "kernelSize",
        `below ${2 * size} for views of ${size} px`,
        config.kernelSize,
      );
    }
    if (config.sigmaMin > config.sigmaMax) {
      throw new ValueError("gaussianBlur", "sigmaMin", `at most sigmaMax (${config.sigmaMax})`, config.sigmaMin);
    }
  },
  apply(view, random, config) {
    if (!random.chance(config.probability)) return;
    blur(view, gaussianWeights(config.kernelSize, random.uniform(config.sigmaMin, config.sigmaMax)));
  },
});

/** Half of the symmetric kernel: the weight at distances 0, 1, … r. */
export function gaussianWeights(kernelSize: number, sigma: number): Float64Array {
  const weights = new Float64Array((kernelSize + 1) / 2);
  let total = 0;
  for (let distance = 0; distance < weights.length; distance++) {
    const weight = Math.exp(-0.5 * (distance / sigma) ** 2);
    weights[distance] = weight;
    total += distance === 0 ? weight : 2 * weight;
  }
  return weights.map((weight) => weight / total);
}

/**
 * Separable: rows into a double-precision copy of the plane with room for mirrored lines above and below, then columns
 * back into the picture. Both passes are sums of whole lines, which leaves no edge cases in the inner loops.
 */
function blur(view: View, weights: Float64Array): void {
  const { data, size } = view;
  const reach = weights.length - 1;
  const line = new Float64Array(size + 2 * reach);
  const plane = new Float64Array((size + 2 * reach) * size);
  const sums = new Float64Array(size);
  for (let start = 0; start < data.length; start += size * size) {
    for (let y = 0; y < size; y++) {
      for (let x = -reach; x < size + reach; x++) line[x + reach] = data[start + y * size + mirror(x, size)]!;
      sumNeighbours(line, reach, 1, weights, sums);
      plane.set(sums, (y + reach) * size);
    }
    for (let y = 1; y <= reach; y++) {
      const above = (reach + mirror(-y, size)) * size;
      const below = (reach + mirror(size - 1 + y, size)) * size;
      plane.copyWithin((reach - y) * size, above, above + size);
      plane.copyWithin((reach + size - 1 + y) * size, below, below + size);
    }
    for (let y = 0; y < size; y++) {
      sumNeighbours(plane, (y + reach) * size, size, weights, sums);
      data.set(sums, start + y * size);
    }
  }
}

/** sums[i] = Σ_d weights[|d|] · input[start + i + d · stride], two distances at a time. */
function sumNeighbours(
  input: Float64Array,
  start: number,
  stride: number,
  weights: Float64Array,
  sums: Float64Array,
): void {
  const centre = weights[0]!;
  for (let i = 0; i < sums.length; i++) sums[i] = centre * input[start + i]!;
  for (let distance = 1; distance < weights.length; distance += 2) {
    const near = weights[distance]!;
    const far = weights[distance + 1] ?? 0;
    const nearStep = distance * stride;
    const farStep = far === 0 ? nearStep : nearStep + stride;
    for (let i = 0; i < sums.length; i++) {
      const place = start + i;
      const nearPair = input[place - nearStep]! + input[place + nearStep]!;
      const farPair = input[place - farStep]! + input[place + farStep]!;
      sums[i] = sums[i]! + near * nearPair + far * farPair;
    }
  }
}

/** −1 -> 1, size -> size − 2. */
function mirror(index: number, size: number): number {
  const positive = index < 0 ? -index : index;
  return positive < size ? positive : 2 * (size - 1) - positive;
}
