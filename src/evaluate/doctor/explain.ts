/** The doctor's words: what was seen, what it means, what to do. */
import { type Aim, hasFixedScale } from "./aim.js";
import { type Meters, SIGREG_FLOOR, SIGREG_POINT } from "./meters.js";

export type VerdictName =
  | "healthy"
  | "norm-collapse"
  | "mean-shift"
  | "dimensional-collapse"
  | "complete-collapse"
  | "divergence";

export const REMEDIES: Readonly<Record<Exclude<VerdictName, "healthy">, string>> = {
  "complete-collapse":
    "The encoder gives every image the same answer: agreeing was cheaper than seeing. Strengthen what keeps projections " +
    "apart (variance or SIGReg weight, more negatives), check that images and views really differ, and start again: the " +
    "gradient back from one point is close to zero.",
  "norm-collapse":
    "Projections shrink towards the origin while their directions stay spread, so ranks look fine. Raise the variance or " +
    "SIGReg weight against the invariance term, or lower the weight decay, and start again: at the origin the gradient " +
    "that would undo it vanishes.",
  "mean-shift":
    "All projections share one large offset. End the projector with a plain linear layer after BatchNorm (no final " +
    "LayerNorm or ReLU), raise the regulariser's weight, and check that inputs are normalised.",
  "dimensional-collapse":
    "Only a few directions of the projection are in use. Raise the covariance or SIGReg weight, use a larger batch or a " +
    "wider projector, and make the augmentations less alike (crops, colour).",
  divergence:
    "Training blew up. Start again with a lower learning rate; the last good checkpoint is kept. If it happens on the " +
    "first steps, look for broken or constant images.",
};

/** What the meters say, in the order that matters for the verdict. */
export function evidenceOf(name: VerdictName, place: string, meters: Meters, aim: Aim): string[] {
  const { std, meanNormRatio, effectiveRank, maxRank, sigreg, sigregPerImage } = meters;
  const wanted = hasFixedScale(aim) ? " (wanted: about 1)" : "";
  const spread = `${place}: standard deviation ${short(std)}${wanted}`;
  const mean = `${place}: ${percent(meanNormRatio)} of the length is common to all images`;
  const rank = `${place}: effective rank ${short(effectiveRank)} of ${maxRank}`;
  const normality = `${place}: SIGReg T ${short(sigreg)} (floor ${SIGREG_FLOOR.toFixed(2)}), T/N ${short(sigregPerImage)}`;
  const point =
    aim === "standard-normal" ? [`${normality}; one point at the origin gives ${SIGREG_POINT.toFixed(3)}`] : [];
  switch (name) {
    case "complete-collapse":
      return [spread, mean, ...point];
    case "norm-collapse":
      return [spread, `${rank}: directions alone would look healthy`, ...point];
    case "mean-shift":
      return [mean, ...(aim === "standard-normal" ? [normality] : [])];
    case "dimensional-collapse":
      return [rank, ...(aim === "features" ? [] : [normality])];
    default:
      return aim === "features" ? [rank] : [spread, mean, rank, normality];
  }
}

function short(value: number): string {
  if (value !== 0 && (Math.abs(value) < 0.01 || Math.abs(value) >= 1e5)) return value.toExponential(1);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0.99 && share < 1 ? 2 : 0)} %`;
}
