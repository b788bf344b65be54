/** The head: what trains beside the encoder, between its encodings and what an objective compares. It is dropped after. */
import { type Branch, concat, type Tensor } from "../compute/index.js";
import type { Encoder } from "../encoders/index.js";
import type { Layer, Mode, ParameterSpec } from "../nn/index.js";
import { type ProjectorConfig, projector } from "./projector.js";
import type { SequencePrediction } from "./sequence-prediction.js";

/** What a head is built for. */
export interface HeadDims {
  readonly encoder: Pick<Encoder, "featureDim" | "gridSizeOf">;
  readonly channels: number;
  /** Side of the global views in pixels. */
  readonly imageSize: number;
  /** As chosen for the run; undefined for objectives without a projector. */
  readonly projector: ProjectorConfig | undefined;
  /** Of clips: numbers that say what was done between two observations; 0 or absent where nobody acts. */
  readonly actionDim?: number;
}

/** Parameters of modules by name: "projector", "predictor", "decoder", ... */
export type ModuleSpecs = Readonly<Record<string, Branch<ParameterSpec>>>;
export type ModuleTensors = Readonly<Record<string, Branch<Tensor>>>;

export interface Head {
  readonly modules: ModuleSpecs;
  /** Modules that the target has an averaged copy of, beside the encoder's; none by default. */
  readonly targetModules?: readonly string[];
  /** Modules that keep the peak learning rate after the warm-up. */
  readonly constantLearningRate?: readonly string[];
  /** Width of the projections where no projector says it; the encoder's features by default. */
  readonly projectionDim?: number;
  forward(pass: HeadPass): HeadOutput;
}

/** One side of a head: its encodings, and its modules' parameters. */
export interface HeadSide {
  /** One a view: [B, F], or [B, N, F] of the places that were not hidden, for objectives of places. */
  readonly encoded: readonly Tensor[];
  readonly parameters: ModuleTensors;
  /** Record updates of BatchNorm and other buffers here. */
  readonly mode: Mode;
}

export interface HeadPass {
  readonly online: HeadSide;
  /** With an EMA target: what it makes of the global views. Its parameters get no gradient. */
  readonly target?: HeadSide;
  /** The images as made: [B, C, H, W] a view, nothing hidden. */
  readonly views: readonly Tensor[];
  /** Of clips in which somebody acts: what was done between the views, [B, V − 1, A]. */
  readonly actions?: Tensor;
  /** What `masks` drew. */
  readonly masks: Readonly<Record<string, Tensor>>;
  readonly scalars: Readonly<Record<string, Tensor>>;
  readonly numGlobalViews: number;
}

export interface HeadOutput {
  readonly projections: readonly Tensor[];
  readonly targets?: readonly Tensor[];
  readonly targetViews?: readonly number[];
  /** Of objectives in time: what comes next, as it was predicted. */
  readonly sequence?: SequencePrediction;
  /** One a view, [B, D]: what the collapse doctor looks at, of the first view and beside the second; default the projections. */
  readonly watched?: readonly Tensor[];
}

/** The projector on every view: all that objectives need which compare views with each other. */
export function projectionHead({ encoder, projector: config }: HeadDims): Head {
  const layer = projector(encoder.featureDim, config!);
  return {
    modules: { projector: layer.parameters },
    forward: ({ online }) => ({
      projections: applyToAll(layer, online.parameters.projector!, online.encoded, online.mode),
    }),
  };
}

/**
 * One pass of a layer over several views of one shape, so that BatchNorm sees them all.
 * @param inputs each [B, ...]
 * @returns one an input
 */
export function applyToAll(layer: Layer, parameters: Branch<Tensor>, inputs: readonly Tensor[], mode: Mode): Tensor[] {
  return layer.apply(parameters, concat(inputs, 0), mode).split(0, inputs.length);
}
