/** The smallest input of any objective, made from what it says it needs. */
import { float32, type HostArray, keyFor, Random, resolveOptions, type Tensor } from "../../compute/index.js";
import { comparesWithTargets, type Objective } from "../objective.js";
import type { ObjectiveValueOptions } from "../objective-value.js";
import type { SequencePrediction } from "../sequence-prediction.js";
import { agreeingViews } from "./projections.js";

export const [CASE_IMAGES, CASE_DIM] = [6, 4];
/** Places an image, for objectives that predict places. */
const NUM_PLACES = 3;

export interface ObjectiveCase {
  readonly projections: readonly HostArray[];
  /** Agreeing with the projections, one a global view; absent where nothing is compared with targets. */
  readonly targets?: readonly HostArray[];
}

/** Views of the same images, with targets where the objective compares with some. */
export function caseFor({ needs }: Objective, { numLocal = 0, numMore = 0 } = {}): ObjectiveCase {
  const numGlobal = needs.views + numMore;
  const numTargets = comparesWithTargets(needs) ? numGlobal : 0;
  const all = agreeingViews(numGlobal + numLocal + numTargets, CASE_IMAGES, CASE_DIM * placesOf(needs)).map((view) =>
    float32(Float32Array.from(view.data), shapeFor(needs)),
  );
  const projections = all.slice(0, numGlobal + numLocal);
  return numTargets === 0 ? { projections } : { projections, targets: all.slice(numGlobal + numLocal) };
}

/** Noise and final scalars as a step of the objective would have them, for the default options. */
export function stepInputs(objective: Objective): {
  readonly noise: Readonly<Record<string, HostArray>>;
  readonly scalars: Readonly<Record<string, number>>;
} {
  const config = resolveOptions(objective.name, objective.options);
  const dims = { batchSize: CASE_IMAGES, projectionDim: CASE_DIM };
  const schedules = objective.schedules?.(config, { totalSteps: 10, stepsPerEpoch: 5 }) ?? {};
  return {
    noise: objective.noise?.(config, dims, new Random(keyFor(0, "noise"))) ?? {},
    scalars: Object.fromEntries(Object.entries(schedules).map(([name, schedule]) => [name, schedule(10)])),
  };
}

/** The same change on every array of a case. */
export function changed(given: ObjectiveCase, change: (array: HostArray, index: number) => HostArray): ObjectiveCase {
  const projections = given.projections.map(change);
  return given.targets === undefined ? { projections } : { projections, targets: given.targets.map(change) };
}

/** What `objectiveValue` takes beside the projections. */
export function optionsOf({ targets }: ObjectiveCase): ObjectiveValueOptions {
  return targets === undefined ? {} : { targets };
}

/** The simplest predictor for objectives in time: everything stays as it was seen first. */
export function sequenceFor({ needs }: Objective): { readonly sequence?: typeof nothingChanges } {
  return needs.inTime ? { sequence: nothingChanges } : {};
}

export function nothingChanges(states: readonly Tensor[]): SequencePrediction {
  return { contextLength: 1, futures: [states.slice(1).map(() => states[0]!)] };
}

function placesOf({ tokens }: Objective["needs"]): number {
  return tokens === "patches" ? NUM_PLACES : 1;
}

function shapeFor(needs: Objective["needs"]): readonly number[] {
  return needs.tokens === "patches" ? [CASE_IMAGES, NUM_PLACES, CASE_DIM] : [CASE_IMAGES, CASE_DIM];
}
