/** What an objective is: the projections of several views of the same images, scored. */
import type { PresetName } from "../augment/presets.js";
import {
  type ConfigOf,
  type HostArray,
  type OptionTable,
  type Random,
  ShapeError,
  type Tensor,
} from "../compute/index.js";
import type { ProjectorConfig } from "./projector.js";

/** What an objective asks of the trainer. Shared code reads this and never asks for a method's name. */
export interface ObjectiveNeeds {
  /** Fewest views of an image; more are always allowed. */
  readonly views: number;
  /** Whether views of another kind than the global ones (small crops) may be among them. */
  readonly localViews: boolean;
  readonly tokens: "pooled" | "patches";
  readonly masking: "none" | "random" | "block" | "tube";
  readonly target: "none" | "stop-gradient" | "ema";
}

/**
 * Which projections an objective drives towards, so that the collapse doctor judges by the right measure:
 * "scale-free": only directions count, the length of a projection means nothing;
 * "unit-spread": each dimension keeps a standard deviation, the mean is free;
 * "standard-normal": mean 0 and covariance I.
 */
export type ProjectionTarget = "scale-free" | "unit-spread" | "standard-normal";

export interface ObjectiveInput {
  /** One a view, each [B, D]; row i of all of them comes from image i. Global views first. */
  readonly projections: readonly Tensor[];
  readonly numGlobalViews: number;
  /** The tensors of what `noise` drew for this step. */
  readonly noise: Readonly<Record<string, Tensor>>;
}

export interface ObjectiveResult {
  /** Weighted scalar; the only thing that is differentiated. */
  readonly total: Tensor;
  /** Unweighted scalars by term, logged as `train/<term>`. */
  readonly terms: Readonly<Record<string, Tensor>>;
}

/** Sizes that drawing noise may need. */
export interface ProjectionDims {
  readonly batchSize: number;
  readonly projectionDim: number;
}

export interface Objective<T extends OptionTable = OptionTable> {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly needs: ObjectiveNeeds;
  readonly projectionTarget: ProjectionTarget;
  readonly options: T;
  /** The projector it is usually trained with. */
  readonly projector: ProjectorConfig;
  /** Presets of the views it is usually trained with, one a view, global ones first. */
  readonly defaultViews: readonly PresetName[];
  /** Weight of each term in the total. */
  weights(config: ConfigOf<T>): Readonly<Record<string, number>>;
  /** Host randomness of one step, which enters the program as inputs. Draw it from keyFor(seed, "noise", step). */
  noise?(config: ConfigOf<T>, dims: ProjectionDims, random: Random): Readonly<Record<string, HostArray>>;
  /** @throws ShapeError if there are too few views or their shapes differ */
  loss(input: ObjectiveInput, config: ConfigOf<T>): ObjectiveResult;
}

/** The total of terms under these weights. */
export function weightedTotal(
  terms: Readonly<Record<string, Tensor>>,
  weights: Readonly<Record<string, number>>,
): ObjectiveResult {
  const weighted = Object.entries(terms).map(([name, term]) => term.mul(weights[name]!));
  return { total: sumOf(weighted), terms };
}

/**
 * Check at the door that there are enough views of one shape.
 * @returns B and D
 * @throws ShapeError
 */
export function checkProjections(
  operation: string,
  projections: readonly Tensor[],
  fewestViews: number,
): { readonly B: number; readonly D: number } {
  const first = projections[0];
  if (first === undefined || projections.length < fewestViews) {
    throw new ShapeError(operation, "projections", `at least ${fewestViews} views`, [projections.length]);
  }
  const [B = 0, D = 0] = first.shape;
  if (first.shape.length !== 2 || B < 2) {
    throw new ShapeError(
      operation,
      "projections[0]",
      "shape [B >= 2, D]",
      first.shape,
      "One image has no others to be told from.",
    );
  }
  for (const [v, view] of projections.entries()) {
    const isSame = view.shape.length === 2 && view.shape[0] === B && view.shape[1] === D;
    if (!isSame)
      throw new ShapeError(operation, `projections[${v}]`, [B, D], view.shape, "Are these features of another layer?");
  }
  return { B, D };
}

export function sumOf(tensors: readonly Tensor[]): Tensor {
  return tensors.reduce((sum, tensor) => sum.add(tensor));
}

export function meanOf(tensors: readonly Tensor[]): Tensor {
  return sumOf(tensors).mul(1 / tensors.length);
}

/** Each unordered pair once. */
export function pairsOf<T>(items: readonly T[]): (readonly [T, T])[] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b) => [a, b] as const));
}
