/** What an objective is: what it makes of several views of the same images, scored. */
import type { PresetName } from "../augment/presets.js";
import {
  type ConfigOf,
  type HostArray,
  type OptionTable,
  type Random,
  ShapeError,
  type Tensor,
} from "../compute/index.js";
import type { Encoding } from "../encoders/index.js";
import type { Schedule } from "../optim/index.js";
import type { Head, HeadDims } from "./head.js";
import type { ProjectorConfig } from "./projector.js";
import type { SequencePrediction } from "./sequence-prediction.js";

/** What an objective asks of the trainer. Shared code reads this and never asks for a method's name. */
export interface ObjectiveNeeds {
  /** Fewest views of an image; more are always allowed. */
  readonly views: number;
  /** Whether views of another kind than the global ones (small crops) may be among them. */
  readonly localViews: boolean;
  /** What it reads of an encoding: one vector an image, or one a place. */
  readonly tokens: "pooled" | "patches";
  /**
   * What is kept from the encoder that learns: "random" and "block" leave out places (`masks` gives `visibleIndices`,
   * for encoders that can encode some places alone), "noise" adds `pixelNoise` to the images.
   */
  readonly masking: "none" | "random" | "block" | "tube" | "noise";
  /**
   * What the projections are compared with. "none": with each other, or with the images; "stop-gradient": with outputs of
   * the same parameters, held fixed; "ema": with those of the target, a slowly moving copy of the encoder, which sees the
   * global views without masking.
   */
  readonly target: "none" | "stop-gradient" | "ema";
  /** Set where views are the observations of a clip in the order of time, and not several looks at one image. */
  readonly inTime?: true;
}

/**
 * Which projections an objective drives towards, so that the collapse doctor judges by the right measure:
 * "scale-free": only directions count, the length of a projection means nothing;
 * "unit-spread": each dimension keeps a standard deviation, the mean is free;
 * "standard-normal": mean 0 and covariance I;
 * "free": the objective leaves scale and place of what is watched open, as correlations and reconstruction do.
 */
export type ProjectionTarget = "scale-free" | "unit-spread" | "standard-normal" | "free";

/** What the formula sees. Gradients flow into `projections` alone. */
export interface ObjectiveInput {
  /**
   * One a view, each [B, D]; row i of all of them comes from image i. Global views first. Where an objective predicts
   * places: predictions [B, K, D] of K places an image.
   */
  readonly projections: readonly Tensor[];
  /** What they are compared with, where that is not each other. Objectives of places pair them by position. */
  readonly targets?: readonly Tensor[];
  /** The view each target is of, for objectives that compare different views; default 0, 1, ... */
  readonly targetViews?: readonly number[];
  readonly numGlobalViews: number;
  /** The tensors of what `noise` drew for this step. */
  readonly noise: Readonly<Record<string, Tensor>>;
  /** The numbers of this step that `schedules` gives. */
  readonly scalars?: Readonly<Record<string, Tensor>>;
  /** Of objectives in time: what the head's predictor said. */
  readonly sequence?: SequencePrediction;
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

/** Sizes that drawing masks may need. */
export interface MaskDims {
  readonly batchSize: number;
  /** Places a side. */
  readonly gridSize: number;
  readonly channels: number;
  readonly imageSize: number;
}

/** How long a run is, for schedules. */
export interface RunLength {
  readonly totalSteps: number;
  readonly stepsPerEpoch: number;
}

/** How it is usually trained, where that differs from the trainer's defaults; a user's choice comes first. */
export interface UsualTraining {
  /** Multiple of the encoder's usual learning rate. */
  readonly learningRateFactor?: number;
  readonly weightDecay?: number;
  /** A cosine takes the weight decay there; constant if absent. */
  readonly finalWeightDecay?: number;
  readonly maxGradientNorm?: number;
}

export interface Objective<T extends OptionTable = OptionTable> {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly needs: ObjectiveNeeds;
  readonly projectionTarget: ProjectionTarget;
  readonly options: T;
  /** The projector it is usually trained with; absent where a head has none. */
  readonly projector?: ProjectorConfig;
  /** Presets of the views it is usually trained with, one a view, global ones first. */
  readonly defaultViews: readonly PresetName[];
  /** Preset of the small crops, where `needs.localViews` allows them and a run asks for some. */
  readonly localPreset?: PresetName;
  readonly training?: UsualTraining;
  /** Which encoder is evaluated and exported, where there are two; default "online". */
  readonly evaluates?: "online" | "target";
  /** Weight of each term in the total. */
  weights(config: ConfigOf<T>): Readonly<Record<string, number>>;
  /** What trains beside the encoder, and how encodings become what `loss` compares; default: the projector on each view. */
  head?(dims: HeadDims, config: ConfigOf<T>): Head;
  /** What the target gives of an encoding; default: `features` or `tokens`, as `needs.tokens` says. */
  readTarget?(encoding: Encoding, config: ConfigOf<T>): Tensor;
  /** Host randomness of one step, which enters the program as inputs. Draw it from keyFor(seed, "noise", step). */
  noise?(config: ConfigOf<T>, dims: ProjectionDims, random: Random): Readonly<Record<string, HostArray>>;
  /**
   * What is hidden from the encoder at one step, by name, one row an image, [B, ...]: `visibleIndices` int32 [B, K] for
   * masking "random" and "block", `pixelNoise` float32 [B, C, H, W] for "noise", and whatever the head needs beside.
   */
  masks?(config: ConfigOf<T>, dims: MaskDims, random: Random): Readonly<Record<string, HostArray>>;
  /** Numbers that change during a run, as functions of the step. With an EMA target `emaDecay` is one of them. */
  schedules?(config: ConfigOf<T>, run: RunLength): Readonly<Record<string, Schedule>>;
  /** @throws ShapeError if there are too few views or their shapes differ */
  loss(input: ObjectiveInput, config: ConfigOf<T>): ObjectiveResult;
}

/**
 * Whether `loss` compares projections with targets (outputs of a target, or the images themselves) rather than with each
 * other.
 */
export function comparesWithTargets({ target, masking }: ObjectiveNeeds): boolean {
  return target !== "none" || masking !== "none";
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
