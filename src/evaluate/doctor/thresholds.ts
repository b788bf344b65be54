/** Every number that the doctor judges by, in one place, with where it comes from. */
import type { Aim } from "./aim.js";

/** E[T] of the SIGReg statistic for standard normal projections, at any batch size: computed, see sigregStatistic. */
export const SIGREG_FLOOR = 1.0525;
/** T / N when all projections are one point at the origin. */
export const SIGREG_POINT = 0.40205;

export const THRESHOLDS = {
  /**
   * Standard deviation where about 1 is wanted. Healthy VICReg and LeJEPA runs stay above 0.5; without its variance term
   * VICReg falls through 0.1 within 20 to 40 steps and ends at 0.01.
   */
  shrunkStd: 0.1,
  /** Below it, with nearly all length in common, there is one output for everything. */
  pointStd: 0.05,
  pointMeanNormRatio: 0.95,
  /**
   * Share of common length of what has no wanted scale. Projections of healthy SimCLR, BYOL, SimSiam and DINO runs stay
   * below 0.99; collapsed ones round to 1. Features behind a ReLU or a LayerNorm and reconstructions are healthy at 0.999.
   */
  oneDirection: 0.995,
  oneFeature: 0.99999,
  /** Standard deviation where about 1 is wanted, and a loss as a multiple of that of the first readings. */
  explodedStd: 100,
  explodedLoss: 10,
  /**
   * Standard deviation in time as a share of that over sequences. Noise has √T, moving things 0.3 to 1; an encoder that
   * is only asked to be slow ends below 0.01.
   */
  stillStdRatio: 0.05,
  /** What images that are not trained on cost more, as a share of what they cost. */
  unseenShare: 0.25,
  /** Cosine of two views of an image less that of different images: 0.3 to 0.9 in healthy runs, below 0.01 at one point. */
  leastSimilarityGap: 0.05,
} as const;

/** Marks beside a layer; no verdict by themselves. */
export const LAYER_LIMITS = {
  /** Share of dead units: none to a tenth in healthy runs. */
  deadUnits: 0.5,
  /** Entropy over log N of a head: below it each token looks at one token alone. */
  attentionEntropy: 0.05,
} as const;

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
