/** What a training step is to the loop: the state and the inputs of a step in, the next state and a report out. */
import type { HostArray, TensorSpec, Tree } from "../compute/index.js";

/** Whatever hangs on names: views, noise, scalars. */
export type Named<T> = Readonly<Record<string, T>>;

/** What a step reads and replaces; a branch without leaves may be missing. */
export interface StepArrays {
  readonly trainable: Tree<HostArray>;
  readonly buffers: Tree<HostArray>;
  readonly slots: Named<Tree<HostArray>>;
}

/** Everything of a step that does not come from the state. */
export interface HostInputs {
  /** One a view: [B, C, H, W]. */
  readonly views: Named<HostArray>;
  readonly noise: Named<HostArray>;
  readonly scalars: Named<HostArray>;
}

export type StepInputs = StepArrays & HostInputs;
export type StepOutputs = StepArrays & { readonly report: StepReport };

/** What a step reports beside the next state. */
export interface StepReport {
  readonly total: HostArray;
  readonly terms: Named<HostArray>;
  readonly gradientNorm: HostArray;
  /** First view of the batch: [B, F] and [B, D]. */
  readonly features: HostArray;
  readonly projections: HostArray;
}

/** Shapes of everything a step reads. */
export interface StepSpecs {
  readonly trainable: Tree<TensorSpec>;
  readonly buffers: Tree<TensorSpec>;
  readonly slots: Named<Tree<TensorSpec>>;
  readonly views: Named<TensorSpec>;
  readonly noise: Named<TensorSpec>;
  readonly scalars: Named<TensorSpec>;
}

/** A compiled step, in one program or in several. */
export interface TrainingStep {
  /** Bytes of values alive at once while it runs, at most; undefined where the engine cannot tell. */
  readonly peakBytes: number | undefined;
  /**
   * Make one update. The inputs are only read: if the step fails, the state before it is unharmed.
   * @param into what an earlier step gave, to be written over; not among the inputs
   */
  run(inputs: StepInputs, into?: StepOutputs): Promise<StepOutputs>;
  /** The gradient `run` follows, before it is shortened: a tree like `trainable`. */
  gradient(inputs: StepInputs): Promise<Tree<HostArray>>;
  dispose(): Promise<void>;
}
