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

/** Until then ranks are low and offsets large in health as well: only what is extreme is a finding. */
export const EARLY_STEPS = 500;

/**
 * Above this share of common length the mean has shifted. VICReg does not see the mean, and nobody asks an encoder for
 * centred features. Where only directions count it is 0.94, and 0.96 at first. On CIFAR-10 DINO on a ConvNet passes 0.95
 * and settles at 0.89 to 0.91, BYOL on a ViT at 0.64, SimCLR at 0.5; DINO without centring goes from 0.97 to 1, SimCLR
 * without BatchNorm anywhere starts at 0.97.
 */
export function meanRatioLimit(aim: Aim, step: number): number {
  if (aim === "standard-normal") return 0.7;
  if (aim !== "scale-free") return Number.POSITIVE_INFINITY;
  return step < EARLY_STEPS ? 0.96 : 0.94;
}

/** Floors of the effective rank: a share of what is possible, at most `most`, at least `least`. */
const RANK_FLOORS: Readonly<Record<Aim, { readonly early: RankFloor; readonly late: RankFloor }>> = {
  "standard-normal": { early: { share: 0.05, most: 5, least: 1.5 }, late: { share: 0.125, most: 10 } },
  "unit-spread": { early: { share: 0.05, most: 5, least: 1.5 }, late: { share: 0.125, most: 10 } },
  "scale-free": { early: { share: 0, most: 1.5, least: 1.5 }, late: { share: 0.03, most: 3, least: 1.5 } },
  free: { early: { share: 0, most: 1.2, least: 1.2 }, late: { share: 0, most: 1.2, least: 1.2 } },
  features: { early: { share: 0, most: 1.2, least: 1.2 }, late: { share: 0, most: 1.2, least: 1.2 } },
};

interface RankFloor {
  readonly share: number;
  readonly most: number;
  readonly least?: number;
}

/**
 * Below this effective rank dimensions have collapsed: an eighth of what is possible, at most 10, where the objective asks
 * for decorrelated dimensions; 3 %, at most 3, where only directions count (contrastive projections are known to use few);
 * hardly more than a line for an encoder's features and for reconstruction. The first 500 steps are judged more mildly.
 * Measured: 250 steps of a small ConvNet on CIFAR-10, batch 128: VICReg 18 of 127, SimCLR 14; LeJEPA 12 of 64 (from 4 at
 * step 10); VICReg without its covariance term 1.2. 60 steps on 128 generated pictures: VICReg 4.2 to 6.6 of 63, without
 * covariance 1.8 to 2.4; DINO on a ViT 1.8 to 2.4; features under MAE 1.36 to 2.5 of 32.
 */
export function rankFloor(maxRank: number, aim: Aim, step: number): number {
  const { share, most, least = 0 } = RANK_FLOORS[aim][step < EARLY_STEPS ? "early" : "late"];
  return Math.min(0.5 * maxRank, most, Math.max(least, share * maxRank));
}
