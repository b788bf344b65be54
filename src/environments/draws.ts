/** Random numbers that simulators need beside the uniform and the normal ones. */
import type { Random } from "../compute/random.js";

/** Normal of this mean and deviation, drawn again until it lies in [low, high]. */
export function truncatedNormal(
  random: Random,
  {
    mean,
    std,
    low,
    high,
  }: { readonly mean: number; readonly std: number; readonly low: number; readonly high: number },
): number {
  for (;;) {
    const value = mean + std * random.normal();
    if (value >= low && value <= high) return value;
  }
}

/**
 * Angle in (−π, π] of the von Mises distribution around 0: density ∝ exp(κ cos θ).
 * Source: Best and Fisher 1979, Applied Statistics 28: rejection from a wrapped Cauchy.
 * @param concentration κ > 0
 */
export function vonMises(random: Random, concentration: number): number {
  const tau = 1 + Math.sqrt(1 + 4 * concentration ** 2);
  const rho = (tau - Math.sqrt(2 * tau)) / (2 * concentration);
  const r = (1 + rho ** 2) / (2 * rho);
  for (;;) {
    const z = Math.cos(Math.PI * random.uniform());
    const f = (1 + r * z) / (r + z);
    const c = concentration * (r - f);
    const u = random.uniform();
    if (c * (2 - c) > u || Math.log(c / u) + 1 - c >= 0) return (random.chance(0.5) ? 1 : -1) * Math.acos(f);
  }
}
