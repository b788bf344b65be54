/** The collapse doctor: from readings of the meters to a verdict, its evidence and a remedy in plain words. */
import { ValueError } from "../../compute/index.js";
import type { ProjectionTarget } from "../../objectives/index.js";
import { hasFixedScale } from "./aim.js";
import { bestOnUnseen, evidenceOf, healthyEvidence, type VerdictName } from "./explain.js";
import { findingsFor, type Site } from "./findings.js";
import type { Reading } from "./history.js";
import { isLasting } from "./lasting.js";
import { type Circumstances, remedyFor } from "./remedies.js";
import { THRESHOLDS } from "./thresholds.js";

export interface Verdict {
  readonly name: VerdictName;
  /** Where it shows; absent when healthy. */
  readonly place?: Site;
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
  /** How the run is trained, for a remedy with numbers in it. */
  readonly circumstances?: Circumstances;
}

/**
 * Judge a run by its readings.
 *   divergence: a loss or meter not finite; a loss ten times that of the start; spread over 100 where about 1 is wanted
 *   complete collapse: one output for every image (all length in common, hardly any spread)
 *   temporal collapse: outputs differ from sequence to sequence, but not from one time step to the next
 *   norm collapse: spread below 0.1 where about 1 is wanted; never for scale-free objectives
 *   mean shift: most of the length in common, where the objective cares
 *   dimensional collapse: effective rank below a floor that depends on what the objective promises
 *   starved by data: images that are not trained on cost far more than those that are, and no less over time
 * A finding counts when the last `patience` readings that can tell, ten steps apart or more on average, all show it and
 * do not mend: from one to the next, or on average for what fluctuates. Early in training everything looks collapsed
 * for a while, and improves. Numbers and their sources: thresholds.ts.
 * @throws ValueError if patience is not a positive whole number
 */
export function diagnose(history: readonly Reading[], options: DiagnoseOptions): Verdict {
  const { target, patience = 3 } = options;
  if (!(Number.isInteger(patience) && patience >= 1)) {
    throw new ValueError("diagnose", "patience", "a whole number, at least 1", patience);
  }
  const latest = history.at(-1);
  if (latest === undefined) return { name: "healthy", evidence: ["no readings yet"], remedy: "" };
  const { step } = latest;
  const bestStep = bestOnUnseen(history)?.step;
  const circumstances = options.circumstances && {
    ...options.circumstances,
    ...(bestStep !== undefined && { bestStep }),
  };
  const divergence = findDivergence(history, latest, target);
  if (divergence !== undefined) {
    const { place, evidence } = divergence;
    return { name: "divergence", place, step, evidence: [evidence], remedy: remedyFor("divergence", circumstances) };
  }
  const found = findingsFor(target, history).find((finding) => isLasting(finding, history, patience));
  if (found === undefined) {
    return { name: "healthy", step, evidence: healthyEvidence(history, target, patience), remedy: "" };
  }
  const evidence = evidenceOf(found, history, target);
  return { name: found.name, place: found.place, step, evidence, remedy: remedyFor(found.name, circumstances) };
}

interface Divergence {
  readonly place: Site;
  readonly evidence: string;
}

function findDivergence(
  history: readonly Reading[],
  latest: Reading,
  target: ProjectionTarget,
): Divergence | undefined {
  if (latest.loss !== undefined && !Number.isFinite(latest.loss)) {
    return { place: "loss", evidence: "the loss is not finite" };
  }
  for (const place of ["projections", "features"] as const) {
    const broken = Object.entries(latest[place] ?? {}).find(([, value]) => !Number.isFinite(value));
    if (broken !== undefined) return { place, evidence: `${place}: ${broken[0]} is not finite` };
  }
  const losses = history.flatMap(({ loss }) => (loss !== undefined && Number.isFinite(loss) ? [loss] : []));
  const start = median(losses.slice(0, 3));
  const end = median(losses.slice(-3));
  if (losses.length >= 6 && start > 0 && end > THRESHOLDS.explodedLoss * start) {
    return { place: "loss", evidence: `the loss rose from ${start.toPrecision(3)} to ${end.toPrecision(3)}` };
  }
  const std = latest.projections?.std ?? 0;
  if (hasFixedScale(target) && std > THRESHOLDS.explodedStd) {
    return {
      place: "projections",
      evidence: `projections: standard deviation ${std.toPrecision(3)} (wanted: about 1)`,
    };
  }
  return undefined;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
