/** Everything that proves several futures, together, with the controls that must lose. */
import { childKey, type Key, ValueError } from "../../compute/index.js";
import type { Estimate } from "../intervals.js";
import { bestOfError, ratioToTwin } from "./best-of.js";
import { type Calibration, futuresCalibration } from "./calibration.js";
import { firstFuture, gaussianFutures, meanFuture, shuffledFutures } from "./controls.js";
import { type BranchEnergies, type EnergyWells, energyWells } from "./energy-wells.js";
import { futuresSpread, type Spread } from "./spread.js";
import { type FutureTrial, isBranching, requireCount, requireDistinctModes } from "./trial.js";
import { DEFAULT_THRESHOLD, type ModeCoverage, modeCoverage, nearestModeDistance, spuriousRate } from "./validity.js";

/** A predictor to be measured. */
export interface FuturesSubject {
  readonly name: string;
  readonly trials: readonly FutureTrial[];
  /** For predictors that score candidate futures. */
  readonly energies?: readonly BranchEnergies[];
}

export interface FuturesOptions {
  readonly key: Key;
  /** The deterministic predictor of equal size that was trained on the same data; without one, the mean of the futures. */
  readonly twin?: FuturesSubject;
  /** Further rows: another seed, a baseline, z shuffled inside the predictor. */
  readonly others?: readonly FuturesSubject[];
  /** How near a future must be to a mode to be one of it, in the unit of positions: 3 by default. */
  readonly threshold?: number;
  /** The unit of positions, "px" by default. */
  readonly unit?: string;
  /** How many guesses to look at: 1, 2 and 8 by default. */
  readonly counts?: readonly number[];
}

/** The metrics of one predictor: those of the trials that branch, but for the spread. */
export interface FuturesRow {
  readonly name: string;
  /** Most futures of a trial, K; its log2 are the bits that z may hold. */
  readonly numFutures: number;
  /** Best-of-k error in the unit of positions, for each count of the report. */
  readonly bestOf: readonly { readonly k: number; readonly error: Estimate }[];
  /** Best-of-`numModes` error over the error of the deterministic twin. */
  readonly ratio: Estimate;
  readonly nearestMode: Estimate;
  readonly spurious: Estimate;
  /** For each count of the report from `numModes` on. */
  readonly coverage: readonly ModeCoverage[];
  readonly calibration: Calibration;
  readonly spread: Spread;
  readonly energy?: EnergyWells;
}

export interface FuturesReport {
  readonly unit: string;
  readonly threshold: number;
  readonly numBranching: number;
  readonly numElsewhere: number;
  /** Most modes of a trial: 2 at a junction. */
  readonly numModes: number;
  /** The predictor first, then its twin, the controls, and whatever else was given. */
  readonly rows: readonly FuturesRow[];
}

const DEFAULT_COUNTS = [1, 2, 8] as const;

/**
 * Measure a predictor of several futures beside four that must lose: a deterministic twin, one wide Gaussian, its own
 * futures shuffled among the trials, and its first future alone. Hold out the places of the trials from training.
 * @throws ValueError for trials that cannot be measured, and where nothing branches
 */
export function futuresReport(model: FuturesSubject, options: FuturesOptions): FuturesReport {
  const { key, threshold = DEFAULT_THRESHOLD, unit = "px", counts = DEFAULT_COUNTS, others = [] } = options;
  if (counts.length === 0) throw new ValueError("futuresReport", "counts", "at least one count", 0);
  for (const count of counts) requireCount("futuresReport", "counts", count);
  const { trials } = model;
  const branching = requireDistinctModes("futuresReport", trials, threshold);
  const numModes = Math.max(...branching.map(({ modes }) => modes.length));
  const twin = options.twin ?? { name: "mean of futures", trials: meanFuture(trials) };
  const subjects: FuturesSubject[] = [
    model,
    twin,
    { name: "one Gaussian", trials: gaussianFutures(trials, Math.max(...counts), childKey(key, "gaussian")) },
    { name: "shuffled z", trials: shuffledFutures(trials, childKey(key, "shuffled")) },
    { name: "z = 0", trials: firstFuture(trials) },
    ...others,
  ];
  const reference = twin.trials.filter(isBranching);
  const rows = subjects.map((subject) => measureSubject(subject, { key, threshold, counts, numModes, reference }));
  const numBranching = branching.length;
  return { unit, threshold, numBranching, numElsewhere: trials.length - numBranching, numModes, rows };
}

interface Measuring {
  readonly key: Key;
  readonly threshold: number;
  readonly counts: readonly number[];
  readonly numModes: number;
  /** The twin's trials that branch. */
  readonly reference: readonly FutureTrial[];
}

function measureSubject({ name, trials, energies }: FuturesSubject, measuring: Measuring): FuturesRow {
  const { key, threshold, counts, numModes, reference } = measuring;
  const branching = requireDistinctModes(`futuresReport of ${name}`, trials, threshold);
  return {
    name,
    numFutures: Math.max(...branching.map(({ futures }) => futures.length)),
    bestOf: counts.map((k) => ({ k, error: bestOfError(branching, k, key) })),
    ratio: ratioToTwin(branching, reference, numModes, key),
    nearestMode: nearestModeDistance(branching, key),
    spurious: spuriousRate(branching, threshold),
    coverage: coverageCounts(counts, numModes).map((k) => modeCoverage(branching, k, threshold)),
    calibration: futuresCalibration(branching, key, { threshold }),
    spread: futuresSpread(trials, key),
    ...(energies && { energy: energyWells(energies, key) }),
  };
}

/** Fewer futures than modes cannot cover them. */
function coverageCounts(counts: readonly number[], numModes: number): number[] {
  return [...new Set([numModes, ...counts.filter((count) => count > numModes)])];
}
