/** A critic: what is still to be paid from a latent on. Source: LeCun 2022 ("trainable cost"); features: Rahimi and Recht 2007. */
import { ShapeError, ValueError } from "../../compute/errors.js";
import type { ConfigOf, OptionTable } from "../../compute/options.js";
import { childKey, type Key, Random } from "../../compute/random.js";
import type { Readout } from "./readout.js";
import { fitRidge } from "./ridge.js";

export const criticOptions = {
  numFeatures: { default: 200, min: 0, integer: true, doc: "random features beside the latent itself; 0: linear" },
  width: { default: 0.5, min: 1e-6, doc: "how far apart latents are that hardly tell of each other, in deviations" },
  strength: { default: 1e-3, min: 0, doc: "λ: how strongly the weights are held down" },
} satisfies OptionTable;

/** A critic as data. */
export interface CriticParams {
  readonly dim: number;
  /** Of the latents it was fitted on, [dim] each. */
  readonly mean: Float64Array;
  readonly std: Float64Array;
  /** [numFeatures, dim] and [numFeatures] */
  readonly frequencies: Float64Array;
  readonly phases: Float64Array;
  /** Of the standardised latent, then of the random features: [dim + numFeatures] */
  readonly weights: Float64Array;
  readonly bias: number;
}

/** Costs from each step of an episode on: V_t = c_t + γ V_{t+1}, with nothing after the last step. */
export function discountedCosts(costs: ArrayLike<number>, discount: number): Float64Array {
  if (!(discount >= 0 && discount <= 1)) throw new ValueError("discountedCosts", "discount", "from 0 to 1", discount);
  const sums = new Float64Array(costs.length);
  for (let t = costs.length - 1; t >= 0; t--) sums[t] = costs[t]! + discount * (sums[t + 1] ?? 0);
  return sums;
}

/**
 * Fit a critic to latents and what was paid from them on, in closed form.
 *   V(z) = w · [x, √(2/m) cos(Ω x + φ)] + b,   x = (z − mean) / std,   Ω ~ N(0, 1 / (width² dim)),   φ ~ U(0, 2π)
 * By ridge regression on m random features, which stand for a Gaussian kernel. Dimensions that do not vary are left out.
 * @param latents [n, dim]
 * @param futureCosts [n]
 * @throws ShapeError unless there are as many costs as latents; ValueError for numbers that are not finite
 */
export function fitCritic(
  { latents, futureCosts, dim }: { latents: Float32Array; futureCosts: Float64Array; dim: number },
  { numFeatures, width, strength }: ConfigOf<typeof criticOptions>,
  key: Key,
): CriticParams {
  const n = futureCosts.length;
  if (n === 0 || latents.length !== n * dim) throw new ShapeError("fitCritic", "latents", [n, dim], [latents.length]);
  for (const [name, values] of Object.entries({ latents, futureCosts })) {
    const odd = values.find((value) => !Number.isFinite(value));
    if (odd !== undefined) throw new ValueError("fitCritic", name, "finite numbers", odd);
  }
  const random = new Random(childKey(key, "critic"));
  const scale = 1 / (width * Math.sqrt(dim));
  const unfitted: Omit<CriticParams, "weights" | "bias"> = {
    ...{ dim, ...momentsOf(latents, dim) },
    frequencies: Float64Array.from({ length: numFeatures * dim }, () => scale * random.normal()),
    phases: Float64Array.from({ length: numFeatures }, () => random.uniform(0, 2 * Math.PI)),
  };
  const numInputs = dim + numFeatures;
  const features = new Float64Array(n * numInputs);
  for (let i = 0; i < n; i++) {
    features.set(featuresOf(latents.subarray(i * dim, (i + 1) * dim), unfitted), i * numInputs);
  }
  return { ...unfitted, ...fitRidge(features, futureCosts, strength) };
}

/** The critic as a readout of one number: the cost `probedValue` of the last step takes it as what comes after the horizon. */
export function criticReadout(params: CriticParams): Readout {
  return (latent) => {
    if (latent.length !== params.dim) throw new ShapeError("critic", "latent", [params.dim], [latent.length]);
    const features = featuresOf(latent, params);
    return [features.reduce((sum, feature, i) => sum + feature * params.weights[i]!, params.bias)];
  };
}

/** Deviations below this share of the mean are float32's. */
const ROUNDING = 1e-6;

function momentsOf(latents: Float32Array, dim: number): { mean: Float64Array; std: Float64Array } {
  const n = latents.length / dim;
  const [mean, std] = [new Float64Array(dim), new Float64Array(dim)];
  for (let i = 0; i < latents.length; i++) mean[i % dim]! += latents[i]! / n;
  for (let i = 0; i < latents.length; i++) std[i % dim]! += (latents[i]! - mean[i % dim]!) ** 2 / n;
  return { mean, std: std.map((variance, d) => (variance > (ROUNDING * mean[d]!) ** 2 ? Math.sqrt(variance) : 0)) };
}

/** The standardised latent and the random features of it: [dim + numFeatures]. */
function featuresOf(
  latent: ArrayLike<number>,
  { dim, mean, std, frequencies, phases }: Omit<CriticParams, "weights" | "bias">,
): Float64Array {
  const features = new Float64Array(dim + phases.length);
  for (let d = 0; d < dim; d++) features[d] = std[d]! > 0 ? (latent[d]! - mean[d]!) / std[d]! : 0;
  const height = Math.sqrt(2 / phases.length);
  for (let m = 0; m < phases.length; m++) {
    let angle = phases[m]!;
    for (let d = 0; d < dim; d++) angle += frequencies[m * dim + d]! * features[d]!;
    features[dim + m] = height * Math.cos(angle);
  }
  return features;
}
