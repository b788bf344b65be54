/** How parameters start. An initialiser fills `size` values from one random stream. */
import type { Random } from "../compute/index.js";

export type Initialiser = (random: Random, size: number) => Float32Array;

export const zeros: Initialiser = (_random, size) => new Float32Array(size);

export const ones: Initialiser = (_random, size) => new Float32Array(size).fill(1);

/** Normal with mean 0. */
export function normal(std: number): Initialiser {
  return (random, size) => Float32Array.from({ length: size }, () => std * random.normal());
}

/** Normal with mean 0, drawn again beyond two standard deviations. Deviation: torch cuts at the absolute values ±2. */
export function truncatedNormal(std: number): Initialiser {
  return (random, size) =>
    Float32Array.from({ length: size }, () => {
      let draw = random.normal();
      while (Math.abs(draw) > 2) draw = random.normal();
      return std * draw;
    });
}

/** Uniform in ±bound. */
export function uniform(bound: number): Initialiser {
  return (random, size) => Float32Array.from({ length: size }, () => random.uniform(-bound, bound));
}

/** Normal with variance 2 / fanIn: keeps the scale of activations through a ReLU. Source: He et al. 2015. */
export function kaimingNormal(fanIn: number): Initialiser {
  return normal(Math.sqrt(2 / fanIn));
}

/** Uniform in ±1/√fanIn, with variance 1 / (3 fanIn): what torch gives to linear layers. */
export function fanInUniform(fanIn: number): Initialiser {
  return uniform(1 / Math.sqrt(fanIn));
}
