/** An objective from the outside: numbers in, numbers out, to hold another implementation against ours. */
import {
  type Engine,
  type HostArray,
  keyFor,
  lookUp,
  Random,
  resolveOptions,
  runOnce,
  ShapeError,
  type Tensor,
  ValueError,
  valueAndGradient,
} from "../compute/index.js";
import { scalarInputs } from "../optim/index.js";
import { objectives } from "./catalog.js";
import type { Objective } from "./objective.js";
import type { SequencePrediction } from "./sequence-prediction.js";

export interface ObjectiveValueOptions {
  readonly config?: Readonly<Record<string, unknown>>;
  /** Takes the place of drawn noise, e.g. { directions } for SIGReg. */
  readonly noise?: Readonly<Record<string, HostArray>>;
  /** What the projections are compared with, where the objective has targets: arrays like the projections. */
  readonly targets?: readonly HostArray[];
  /** The view each target is of; by default 0, 1, ... */
  readonly targetViews?: readonly number[];
  /** How many of the views are global; all by default. */
  readonly numGlobalViews?: number;
  /** Of objectives in time: what is predicted, made of the states (the projections). */
  readonly sequence?: (states: readonly Tensor[]) => SequencePrediction;
  /** Seed of drawn noise. */
  readonly seed?: number;
  /** The best one here by default. */
  readonly engine?: Engine;
}

export interface ObjectiveValue {
  readonly total: number;
  readonly terms: Readonly<Record<string, number>>;
  /** Gradient of the total in each view, like the projections. */
  readonly gradients: readonly HostArray[];
  /** Length of each gradient. */
  readonly gradientNorms: readonly number[];
  /** Length of the total's gradient in each target: zeros, as no gradient flows there. */
  readonly targetGradientNorms: readonly number[];
}

/**
 * Total, terms and gradients of an objective for given projections.
 * @param name of an objective
 * @param projections one array a view, each float32 [B, D], or [B, K, D] for objectives that predict places
 * @throws UnknownNameError, ShapeError or ValueError if name, arrays or options do not fit
 */
export async function objectiveValue(
  name: string,
  projections: readonly HostArray[],
  options: ObjectiveValueOptions = {},
): Promise<ObjectiveValue> {
  const objective: Objective = lookUp("objectiveValue", "objective", objectives, name);
  const config = resolveOptions(name, objective.options, options.config);
  if (projections.length === 0) throw new ShapeError(name, "projections", "at least 1 view", [0]);
  const numGlobalViews = options.numGlobalViews ?? projections.length;
  if (!(numGlobalViews >= 1 && numGlobalViews <= projections.length)) {
    throw new ValueError(
      name,
      "numGlobalViews",
      `from 1 to the number of views, ${projections.length}`,
      numGlobalViews,
    );
  }
  const inputs = {
    views: byNumber(projections),
    noise: noiseFor(objective, projections, config, options),
    targets: byNumber(options.targets ?? []),
    scalars: scalarInputs(finalScalars(objective, config)),
  };

  const body = ({ views, noise = {}, targets = {}, scalars = {} }: Record<keyof typeof inputs, Named<Tensor>>) => {
    // Targets are differentiated too, to show that nothing flows there.
    const { value, aux, gradient } = valueAndGradient({ views, targets }, (moved) => {
      const given = options.targets && { targets: Object.values(moved.targets ?? {}) };
      const seen = options.targetViews && { targetViews: options.targetViews };
      const projections = Object.values(moved.views);
      const sequence = options.sequence && { sequence: options.sequence(projections) };
      const input = { projections, numGlobalViews, noise, scalars, ...given, ...seen, ...sequence };
      const { total, terms } = objective.loss(input, config);
      return { value: total, aux: terms };
    });
    return { total: value, terms: aux, gradients: gradient.views, targetGradients: gradient.targets ?? {} };
  };
  const { total, terms, gradients, targetGradients = {} } = await runOnce(inputs, body, options.engine);

  return {
    total: total.data[0]!,
    terms: Object.fromEntries(Object.entries(terms).map(([term, { data }]) => [term, data[0]!])),
    gradients: Object.values(gradients),
    gradientNorms: Object.values(gradients).map(lengthOf),
    targetGradientNorms: Object.values(targetGradients).map(lengthOf),
  };
}

type Named<T> = Readonly<Record<string, T>>;
type Config = Parameters<Objective["loss"]>[1];

/** The scheduled numbers as they are when a run ends. */
function finalScalars(objective: Objective, config: Config): Record<string, number> {
  const run = { totalSteps: 1, stepsPerEpoch: 1 };
  const schedules = Object.entries(objective.schedules?.(config, run) ?? {});
  return Object.fromEntries(schedules.map(([name, schedule]) => [name, schedule(run.totalSteps)]));
}

/** The given noise, or else this seed's. */
function noiseFor(
  objective: Objective,
  projections: readonly HostArray[],
  config: Config,
  { seed = 0, noise = {} }: ObjectiveValueOptions,
): Readonly<Record<string, HostArray>> {
  const shape = projections[0]?.shape ?? [0];
  if (shape.length !== 2 && shape.length !== 3) {
    throw new ShapeError(objective.name, "projections[0]", "shape [B, D], or [B, K, D] for K places", shape);
  }
  const [batchSize, projectionDim] = [shape[0]!, shape.at(-1)!];
  const drawn = objective.noise?.(config, { batchSize, projectionDim }, new Random(keyFor(seed, "noise", 0)));
  return { ...drawn, ...noise };
}

function byNumber<T>(items: readonly T[]): Readonly<Record<string, T>> {
  return Object.fromEntries(items.map((item, i) => [`${i}`, item]));
}

function lengthOf({ data }: HostArray): number {
  let squares = 0;
  for (const value of data) squares += value * value;
  return Math.sqrt(squares);
}
