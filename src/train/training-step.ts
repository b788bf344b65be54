/** What a training step is to the loop: the state and the inputs of a step in, the next state and a report out. */
import type { HostArray, TensorSpec, Tree } from "../compute/index.js";

/** Whatever hangs on names: views, noise, scalars. */
export type Named<T> = Readonly<Record<string, T>>;

/** Parameters, apart by what changes them: gradients, and their layers. */
export interface Parts<T> {
  readonly trainable: Tree<T>;
  readonly buffers: Tree<T>;
}

/** A target without parameters: where the objective has none. */
export const NO_TARGET: Parts<HostArray> = { trainable: {}, buffers: {} };

/** What a step reads and replaces; a branch without leaves may be missing. */
export interface StepArrays extends Parts<HostArray> {
  readonly slots: Named<Tree<HostArray>>;
  /** The averaged copy, where the objective has one: `trainable` follows by the average, `buffers` are its own. */
  readonly target: Parts<HostArray>;
}

/** Everything of a step that does not come from the state. */
export interface HostInputs {
  /** One a view: [B, C, H, W]. */
  readonly views: Named<HostArray>;
  /** Of clips in which somebody acts: `taken`, what was done between the views, [B, V − 1, A]. */
  readonly actions: Named<HostArray>;
  /** What is hidden, one row an image. */
  readonly masks: Named<HostArray>;
  readonly noise: Named<HostArray>;
  /** The optimizer's numbers of the step. */
  readonly scalars: Named<HostArray>;
  /** The same for modules that keep the peak learning rate; empty if there are none. */
  readonly steadyScalars: Named<HostArray>;
  /** The objective's numbers of the step. */
  readonly scheduled: Named<HostArray>;
}

export type StepInputs = StepArrays & HostInputs;
export type StepOutputs = StepArrays & { readonly report: StepReport };

/** What a step reports beside the next state. */
export interface StepReport {
  readonly total: HostArray;
  readonly terms: Named<HostArray>;
  /** Over all parameters, before it is shortened. */
  readonly gradientNorm: HostArray;
  /** The same by module: "encoder", "projector", ... */
  readonly gradientNorms: Named<HostArray>;
  /** Distance between trained and averaged parameters, relative to the trained ones. */
  readonly targetDrift?: HostArray;
  /** Of the first view: [B, F], and what the doctor watches [B, D]. */
  readonly features: HostArray;
  readonly projections: HostArray;
  /** What the doctor watches of the second view, if there is one: [B, D]. */
  readonly positives?: HostArray;
}

/** Shapes of everything a step reads. */
export interface StepSpecs extends Parts<TensorSpec> {
  readonly slots: Named<Tree<TensorSpec>>;
  readonly target: Parts<TensorSpec>;
  readonly views: Named<TensorSpec>;
  readonly actions: Named<TensorSpec>;
  readonly masks: Named<TensorSpec>;
  readonly noise: Named<TensorSpec>;
  readonly scalars: Named<TensorSpec>;
  readonly steadyScalars: Named<TensorSpec>;
  readonly scheduled: Named<TensorSpec>;
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
