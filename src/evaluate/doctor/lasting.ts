/** Whether what shows in single readings lasts. Every run starts badly, and a false alarm costs trust. */
import type { Finding } from "./findings.js";
import type { Reading } from "./history.js";

/** Readings closer than this tell the same thing twice: LeJEPA's rank dips for the first twenty steps, then recovers. */
const STEPS_APART = 10;
/** The readings that a trend is taken over: what has not improved for so long does not improve. */
const TREND_READINGS = 8;
/** Less than this is no improvement. */
const LEAST_GAIN = 1.05;

/**
 * Whether the last `patience` readings that can tell, ten steps apart or more on average, all show a finding and it does
 * not mend: from one to the next, or on average where it fluctuates.
 */
export function isLasting(finding: Finding, history: readonly Reading[], patience: number): boolean {
  const readings = history.filter((reading) => finding.shows(reading) !== undefined);
  const shown = readings.slice(readings.findLastIndex((reading) => !finding.shows(reading)) + 1);
  if (shown.length < patience || shown.length === 0) return false;
  if (shown.at(-1)!.step - shown[0]!.step < STEPS_APART * (patience - 1)) return false;
  const signs = (finding.isNoisy ? recentOf(shown) : shown.slice(-patience)).map(finding.health);
  const mends = finding.isNoisy ? isMendingOnAverage : isMending;
  return !signs[0]!.some((_, sign) => mends(signs.map((values) => values[sign]!)));
}

function recentOf(readings: readonly Reading[]): readonly Reading[] {
  const firstStep = readings.at(-1)!.step - TREND_READINGS * STEPS_APART;
  return readings.filter(({ step }, i) => step >= firstStep || i >= readings.length - TREND_READINGS);
}

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
