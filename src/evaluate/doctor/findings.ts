/** The ways a run falls ill, each as a sign in one reading and a measure of how it mends. */
import type { ProjectionTarget } from "../../objectives/index.js";
import { type Aim, hasFixedScale, isUnbound } from "./aim.js";
import type { VerdictName } from "./explain.js";
import type { Place, Reading } from "./history.js";
import type { Meters } from "./meters.js";
import { meanRatioLimit, rankFloor, THRESHOLDS } from "./thresholds.js";

export type Illness = Exclude<VerdictName, "healthy">;

/** Where an illness shows. */
export type Site = Place | "loss" | "time" | "data";

export interface Finding {
  readonly name: Illness;
  readonly place: Site;
  /** Whether a reading shows it; undefined if the reading cannot tell. */
  shows(reading: Reading): boolean | undefined;
  /** Each grows as it mends. */
  health(reading: Reading): readonly number[];
  /** Batches differ in it by a tenth though nothing changed, so mending shows only on average. */
  readonly isNoisy?: boolean;
}

/** Most severe first: what is behind another comes before it. */
export function findingsFor(target: ProjectionTarget, history: readonly Reading[]): readonly Finding[] {
  const [completeCollapse, ...milder] = COLLAPSES;
  const inProjections = (collapse: Collapse) => findingAt("projections", collapse, target);
  const inFeatures = (collapse: Collapse) => findingAt("features", collapse, "features");
  return [
    inProjections(completeCollapse),
    TEMPORAL_COLLAPSE,
    ...milder.map(inProjections),
    ...COLLAPSES.map(inFeatures),
    starvedByData(history),
  ];
}

/** A collapse shows in the meters of a place. */
interface Collapse {
  readonly name: Illness;
  shows(meters: Meters, aim: Aim, step: number): boolean;
  health(meters: Meters, aim: Aim): readonly number[];
  readonly isNoisy?: boolean;
}

const COLLAPSES: readonly [Collapse, ...Collapse[]] = [
  {
    name: "complete-collapse",
    shows: ({ std, meanNormRatio }, aim) => {
      if (std === 0) return true;
      if (hasFixedScale(aim)) return std < THRESHOLDS.pointStd && meanNormRatio > THRESHOLDS.pointMeanNormRatio;
      return meanNormRatio > (isUnbound(aim) ? THRESHOLDS.oneFeature : THRESHOLDS.oneDirection);
    },
    health: (meters) => [spreadShare(meters)],
    isNoisy: true,
  },
  {
    name: "norm-collapse",
    shows: ({ std }, aim) => hasFixedScale(aim) && std < THRESHOLDS.shrunkStd,
    health: ({ std }) => [std],
  },
  {
    name: "mean-shift",
    shows: ({ meanNormRatio }, aim, step) => meanNormRatio > meanRatioLimit(aim, step),
    health: (meters) => [spreadShare(meters)],
    isNoisy: true,
  },
  {
    name: "dimensional-collapse",
    shows: ({ effectiveRank, maxRank }, aim, step) => effectiveRank < rankFloor(maxRank, aim, step),
    // LeJEPA concentrates before it spreads: its rank may still fall while its statistic is on the way to normal.
    health: ({ effectiveRank, sigreg }, aim) =>
      aim === "standard-normal" ? [effectiveRank, 1 / sigreg] : [effectiveRank],
    isNoisy: true,
  },
];

function findingAt(place: Place, { name, shows, health, isNoisy = false }: Collapse, aim: Aim): Finding {
  return {
    name,
    place,
    isNoisy,
    shows: ({ step, [place]: meters }) => meters && shows(meters, aim, step),
    health: ({ [place]: meters }) => health(meters!, aim),
  };
}

function spreadShare({ meanNormRatio, std }: Meters): number {
  return std === 0 ? 0 : Math.sqrt(Math.max(0, 1 - meanNormRatio ** 2));
}

/** Sequences differ, but nothing changes within one. */
const TEMPORAL_COLLAPSE: Finding = {
  name: "temporal-collapse",
  place: "time",
  shows: ({ temporal }) => temporal && temporal.stdRatio < THRESHOLDS.stillStdRatio,
  health: ({ temporal }) => [temporal!.stdRatio],
};

/**
 * Trained images are known by heart: others cost far more, and no less from reading to reading. Losses may be negative:
 * what is much is told by the largest so far, where a loss passes through 0.
 */
function starvedByData(history: readonly Reading[]): Finding {
  const largest = Math.max(0, ...history.map(({ loss }) => (Number.isFinite(loss) ? Math.abs(loss!) : 0)));
  return {
    name: "starved-by-data",
    place: "data",
    shows: ({ loss, data }) => {
      if (loss === undefined || data === undefined) return undefined;
      const scale = Math.max(Math.abs(data.unseenLoss), largest / 2);
      return data.unseenLoss - loss > THRESHOLDS.unseenShare * scale;
    },
    health: ({ data }) => [data!.unseenLoss > 0 ? 1 / data!.unseenLoss : -data!.unseenLoss],
    isNoisy: true,
  };
}
