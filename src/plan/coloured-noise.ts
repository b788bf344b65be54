/** Noise whose neighbours are alike. */
import type { Random } from "../compute/random.js";

/**
 * Samples of variance 1 whose spectrum falls with the frequency as f^−β: 0 is white, 2 wanders like a random walk.
 *   x_t = Σ_f f^(−β/2) (a_f cos 2πft/n + b_f sin 2πft/n), a, b ~ N(0, 1), over f = 1 .. n/2, scaled
 * and a constant as strong as the lowest frequency. Source: Timmer and König 1995; Pinneri et al. 2020.
 */
export function colouredNoise(random: Random, count: number, exponent: number): Float64Array {
  const values = new Float64Array(count);
  let power = 0;
  for (let f = 0; f <= Math.floor(count / 2); f++) {
    const amplitude = Math.max(1, f) ** (-exponent / 2);
    const [a, b] = [random.normal(), random.normal()];
    // A constant has no sine, and the highest frequency of an even count has none at whole steps.
    const isCosineAlone = f === 0 || 2 * f === count;
    const scale = isCosineAlone ? amplitude : amplitude * Math.SQRT2;
    power += amplitude ** 2 * (isCosineAlone ? 1 : 2);
    for (let t = 0; t < count; t++) {
      const angle = (2 * Math.PI * f * t) / count;
      values[t]! += scale * (isCosineAlone ? a * Math.cos(angle) : a * Math.cos(angle) + b * Math.sin(angle));
    }
  }
  for (let t = 0; t < count; t++) values[t]! /= Math.sqrt(power);
  return values;
}
