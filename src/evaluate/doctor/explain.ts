/** The doctor's words: what was seen. */
import type { ProjectionTarget } from "../../objectives/index.js";
import { type Aim, hasFixedScale, isUnbound } from "./aim.js";
import type { Finding } from "./findings.js";
import type { Place, Reading } from "./history.js";
import type { Meters } from "./meters.js";
import { SIGREG_FLOOR, SIGREG_POINT } from "./thresholds.js";

export type VerdictName =
  | "healthy"
  | "norm-collapse"
  | "mean-shift"
  | "dimensional-collapse"
  | "complete-collapse"
  | "temporal-collapse"
  | "divergence"
  | "starved-by-data";

/** What the meters say about a finding, in the order that matters for it: of the last reading that can tell. */
export function evidenceOf(finding: Finding, history: readonly Reading[], target: ProjectionTarget): string[] {
  const reading = history.findLast((one) => finding.shows(one) !== undefined)!;
  const { name, place } = finding;
  const { temporal, pairs } = reading;
  if (place === "time") {
    return [`standard deviation within a sequence is ${percent(temporal!.stdRatio)} of that between sequences`];
  }
  if (place === "data") {
    return unseenEvidence(history);
  }
  const aim = aimAt(place as Place, target);
  const lines = collapseEvidence(name, place as Place, reading[place as Place]!, aim);
  const isAlike = name === "complete-collapse" && place === "projections" && pairs !== undefined;
  return isAlike ? [...lines, `different images: cosine ${short(pairs.negativeSimilarity)}`] : lines;
}

/** The meters of a run without a finding. */
export function healthyEvidence(history: readonly Reading[], target: ProjectionTarget, patience: number): string[] {
  const latest = history.findLast(({ projections, features }) => projections ?? features);
  const numReadings = history.filter(({ projections, features }) => projections ?? features).length;
  const early = numReadings < patience ? [`too early to tell: ${numReadings} of ${patience} readings`] : [];
  const places = (["projections", "features"] as const).flatMap((place) => {
    const meters = latest?.[place];
    return meters === undefined ? [] : collapseEvidence("healthy", place, meters, aimAt(place, target));
  });
  return [...early, ...places];
}

function unseenEvidence(history: readonly Reading[]): string[] {
  const readings = history.filter(({ data }) => data !== undefined);
  const last = readings.at(-1)!;
  const best = bestOnUnseen(readings)!;
  return [
    `images trained on cost ${short(last.loss!)}, images never seen ${short(last.data!.unseenLoss)}`,
    ...(best === last ? [] : [`unseen images cost least at step ${best.step}: ${short(best.data!.unseenLoss)}`]),
  ];
}

/** The reading at which images that are not trained on cost least. */
export function bestOnUnseen(history: readonly Reading[]): Reading | undefined {
  const readings = history.filter(({ data }) => data !== undefined);
  const least = Math.min(...readings.map(({ data }) => data!.unseenLoss));
  return readings.find(({ data }) => data!.unseenLoss === least);
}

function aimAt(place: Place, target: ProjectionTarget): Aim {
  return place === "projections" ? target : "features";
}

function collapseEvidence(name: VerdictName, place: Place, meters: Meters, aim: Aim): string[] {
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
      return [rank, ...(isUnbound(aim) ? [] : [normality])];
    default:
      return isUnbound(aim) ? [rank] : [spread, mean, rank, normality];
  }
}

export function short(value: number): string {
  if (value !== 0 && (Math.abs(value) < 0.01 || Math.abs(value) >= 1e5)) return value.toExponential(1);
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function percent(share: number): string {
  const digits = share > 0.99 && share < 1 ? 2 : share < 0.1 ? 1 : 0;
  // not quite all is not all
  return `${(share < 1 ? Math.min(99.99, 100 * share) : 100).toFixed(digits)} %`;
}
