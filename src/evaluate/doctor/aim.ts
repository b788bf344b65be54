/** What meters are judged against: the aim of an objective's projections, or the freedom of an encoder's features. */
import type { ProjectionTarget } from "../../objectives/index.js";

/** What is judged: projections by their objective's target, or an encoder's features, which nothing pins down. */
export type Aim = ProjectionTarget | "features";

/** Above this share of common length the mean has shifted. VICReg does not see the mean, and nobody asks an encoder for centred features. */
export const MEAN_RATIO_LIMITS: Readonly<Record<Aim, number>> = {
  "standard-normal": 0.7,
  "scale-free": 0.9,
  "unit-spread": Number.POSITIVE_INFINITY,
  free: Number.POSITIVE_INFINITY,
  features: Number.POSITIVE_INFINITY,
};

/**
 * Below this effective rank dimensions have collapsed: an eighth of what is possible, at most 10, where the objective asks for
 * decorrelated dimensions; 5 %, at most 4, where only directions count (contrastive projections are known to use few);
 * hardly more than a line for an encoder's features. Measured on 60 steps of a small ConvNet on CIFAR-10, batch 128:
 * healthy runs settle at 14 of 127 (SimCLR), 17 of 127 (VICReg) and 12 of 64 (LeJEPA, from 4 at step 10); VICReg without
 * its covariance term falls to 1.2.
 */
export function rankFloor(maxRank: number, aim: Aim): number {
  if (aim === "features" || aim === "free") return Math.min(1.5, 0.5 * maxRank);
  return aim === "scale-free" ? Math.min(Math.max(1.5, 0.05 * maxRank), 4) : Math.min(0.125 * maxRank, 10);
}

export function hasFixedScale(aim: Aim): boolean {
  return aim === "standard-normal" || aim === "unit-spread";
}
