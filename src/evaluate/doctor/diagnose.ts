/** The collapse doctor: from readings of the meters to a verdict, its evidence and a remedy in plain words. */
import { ValueError } from "../../compute/index.js";
import type { ProjectionTarget } from "../../objectives/index.js";
import { type Aim, hasFixedScale, MEAN_RATIO_LIMITS, rankFloor } from "./aim.js";
import { evidenceOf, REMEDIES, type VerdictName } from "./explain.js";
import type { Place, Reading } from "./history.js";
import type { Meters } from "./meters.js";

export interface Verdict {
  readonly name: VerdictName;
  /** Where it shows; absent when healthy. */
  readonly place?: Place | "loss";
  /** The step of the latest reading; absent without readings. */
  readonly step?: number;
  readonly evidence: readonly string[];
  /** What to do, in plain words; empty when healthy. */
  readonly remedy: string;
}

export interface DiagnoseOptions {
  /** What the objective drives projections towards. */
  readonly target: ProjectionTarget;
  /** A collapse must show in so many readings in a row. Every run starts badly; a false alarm costs trust. */
  readonly patience?: number;
}

/**
 * Judge a run by its readings.
 *   divergence: a loss or meter not finite; a loss ten times that of the start; spread over 100 where about 1 is wanted
 *   complete collapse: one output for every image (all length in common, hardly any spread)
 *   norm collapse: spread below 0.1 where about 1 is wanted; never for scale-free objectives
 *   mean shift: most of the length in common, where the objective cares
 *   dimensional collapse: effective rank below a floor that depends on what the objective promises
 * A finding counts when the last `patience` readings, ten steps apart or more on average, all show it and do not mend:
 * from one to the next, or on average for the rank, which fluctuates. Early in training everything looks collapsed for
 * a while, and improves.
 * @throws ValueError if patience is not a positive whole number
 */
export function diagnose(history: readonly Reading[], options: DiagnoseOptions): Verdict {
  const { target, patience = 3 } = options;
  if (!(Number.isInteger(patience) && patience >= 1)) {
    throw new ValueError("diagnose", "patience", "a whole number, at least 1", patience);
  }
  const latest = history.at(-1);
  if (latest === undefined) return { name: "healthy", evidence: ["no readings yet"], remedy: "" };
  const divergence = findDivergence(history, latest, target);
  if (divergence !== undefined) return divergence;
  for (const place of ["projections", "features"] as const) {
    const aim = place === "projections" ? target : "features";
    const series = history.flatMap(({ step, [place]: meters }) => (meters === undefined ? [] : [{ step, meters }]));
    for (const finding of FINDINGS) {
      if (!isLasting(finding, series, aim, patience)) continue;
      const evidence = evidenceOf(finding.name, place, series.at(-1)!.meters, aim);
      return { name: finding.name, place, step: latest.step, evidence, remedy: REMEDIES[finding.name] };
    }
  }
  return {
    name: "healthy",
    step: latest.step,
    evidence: healthyEvidence(history, latest, target, patience),
    remedy: "",
  };
}

interface Finding {
  readonly name: Exclude<VerdictName, "healthy" | "divergence">;
  shows(meters: Meters, aim: Aim): boolean;
  /** Each grows as it mends. */
  health(meters: Meters, aim: Aim): readonly number[];
  /** Batches differ in it by a tenth though nothing changed, so mending shows only on average. */
  readonly isNoisy?: boolean;
}

/** Most severe first. */
const FINDINGS: readonly Finding[] = [
  {
    name: "complete-collapse",
    shows: (meters, aim) => {
      if (hasFixedScale(aim)) return meters.std < 0.05 && (meters.meanNormRatio > 0.95 || meters.std === 0);
      return meters.std === 0 || meters.meanNormRatio > (aim === "features" ? 0.99999 : 0.995);
    },
    health: (meters) => [spreadShare(meters)],
  },
  {
    name: "norm-collapse",
    shows: (meters, aim) => hasFixedScale(aim) && meters.std < 0.1,
    health: (meters) => [meters.std],
  },
  {
    name: "mean-shift",
    shows: (meters, aim) => meters.meanNormRatio > MEAN_RATIO_LIMITS[aim],
    health: (meters) => [spreadShare(meters)],
    isNoisy: true,
  },
  {
    name: "dimensional-collapse",
    shows: (meters, aim) => meters.effectiveRank < rankFloor(meters.maxRank, aim),
    // LeJEPA concentrates before it spreads: its rank may still fall while its statistic is on the way to normal.
    health: ({ effectiveRank, sigreg }, aim) =>
      aim === "standard-normal" ? [effectiveRank, 1 / sigreg] : [effectiveRank],
    isNoisy: true,
  },
];

function spreadShare({ meanNormRatio, std }: Meters): number {
  return std === 0 ? 0 : Math.sqrt(Math.max(0, 1 - meanNormRatio ** 2));
}

function isLasting(finding: Finding, series: readonly PlaceReading[], aim: Aim, patience: number): boolean {
  const isClear = ({ meters }: PlaceReading) => !finding.shows(meters, aim);
  const shown = series.slice(series.findLastIndex(isClear) + 1);
  if (shown.length < patience || shown.length === 0) return false;
  if (shown.at(-1)!.step - shown[0]!.step < STEPS_APART * (patience - 1)) return false;
  const considered = finding.isNoisy ? recentOf(shown) : shown.slice(-patience);
  const signs = considered.map(({ meters }) => finding.health(meters, aim));
  const seriesOf = (sign: number) => signs.map((values) => values[sign]!);
  const mends = finding.isNoisy ? isMendingOnAverage : isMending;
  return !signs[0]!.some((_, sign) => mends(seriesOf(sign)));
}

interface PlaceReading {
  readonly step: number;
  readonly meters: Meters;
}

/** Readings closer than this tell the same thing twice: LeJEPA's rank dips for the first twenty steps, then recovers. */
const STEPS_APART = 10;
/** The readings that a trend is taken over: what has not improved for so long does not improve. */
function recentOf(readings: readonly PlaceReading[]): readonly PlaceReading[] {
  const firstStep = readings.at(-1)!.step - TREND_READINGS * STEPS_APART;
  return readings.filter(({ step }, i) => step >= firstStep || i >= readings.length - TREND_READINGS);
}

const TREND_READINGS = 8;
/** Less than this is no improvement. */
const LEAST_GAIN = 1.05;

/** Better at every reading, and by a twentieth in all. */
function isMending(health: readonly number[]): boolean {
  const isRising = health.slice(1).every((value, i) => value > health[i]!);
  return isRising && health.at(-1)! > LEAST_GAIN * health[0]!;
}

/** The later half is a twentieth better than the earlier one; between them the middle one of an odd number. */
function isMendingOnAverage(health: readonly number[]): boolean {
  const half = Math.floor(health.length / 2);
  return mean(health.slice(-half)) > LEAST_GAIN * mean(health.slice(0, half));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function findDivergence(history: readonly Reading[], latest: Reading, target: ProjectionTarget): Verdict | undefined {
  const verdict = (place: Place | "loss", evidence: string): Verdict => ({
    name: "divergence",
    place,
    step: latest.step,
    evidence: [evidence],
    remedy: REMEDIES.divergence,
  });
  if (latest.loss !== undefined && !Number.isFinite(latest.loss)) return verdict("loss", "the loss is not finite");
  for (const place of ["projections", "features"] as const) {
    const broken = Object.entries(latest[place] ?? {}).find(([, value]) => !Number.isFinite(value));
    if (broken !== undefined) return verdict(place, `${place}: ${broken[0]} is not finite`);
  }
  const losses = history.flatMap(({ loss }) => (loss !== undefined && Number.isFinite(loss) ? [loss] : []));
  const start = median(losses.slice(0, 3));
  const end = median(losses.slice(-3));
  if (losses.length >= 6 && start > 0 && end > 10 * start) {
    return verdict("loss", `the loss rose from ${start.toPrecision(3)} to ${end.toPrecision(3)}`);
  }
  const std = latest.projections?.std ?? 0;
  if (hasFixedScale(target) && std > 100) {
    return verdict("projections", `projections: standard deviation ${std.toPrecision(3)} (wanted: about 1)`);
  }
  return undefined;
}

function healthyEvidence(history: readonly Reading[], latest: Reading, target: ProjectionTarget, patience: number) {
  const numReadings = history.filter(({ projections, features }) => projections ?? features).length;
  const early = numReadings < patience ? [`too early to tell: ${numReadings} of ${patience} readings`] : [];
  const places = (["projections", "features"] as const).flatMap((place) => {
    const meters = latest[place];
    return meters === undefined
      ? []
      : evidenceOf("healthy", place, meters, place === "projections" ? target : "features");
  });
  return [...early, ...places];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
