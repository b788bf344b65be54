/** What every planner is given and gives: search over plans, whatever rolls them out. */
import type { ConfigOf, OptionTable } from "../compute/options.js";
import type { Key } from "../compute/random.js";
import type { ActionSpace, Candidates } from "./action-space.js";

/** What becomes of all candidates, in one batch: by a learned model or by a simulator. */
export type Rollout<S, T> = (state: S, candidates: Candidates) => T | Promise<T>;

/** One number for each candidate, [count]: the lower the better. */
export type Cost<T> = (trajectories: T, candidates: Candidates) => Float64Array | Promise<Float64Array>;

/** How far each candidate is beyond what is allowed, [count]: 0 or less is safe. */
export type Constraint<T> = Cost<T>;

/** Costs and their gradients with regard to the actions, where what rolls out can be differentiated. */
export type CostGradient<S> = (
  state: S,
  candidates: Candidates,
) => Promise<{ readonly costs: Float64Array /** As the actions. */; readonly gradients: Float32Array }>;

/** One thing to plan. */
export interface Search<S, T> {
  readonly state: S;
  readonly rollout: Rollout<S, T>;
  readonly cost: Cost<T>;
  /** Guardrails: plans that break them are taken only where none does not, and say so. */
  readonly constraint?: Constraint<T>;
  readonly gradient?: CostGradient<S>;
  /** Of the constraint; planners by gradient keep within guardrails by it (`lagrangian`). */
  readonly constraintGradient?: CostGradient<S>;
  readonly space: ActionSpace;
  /** Everything random follows from it. */
  readonly key: Key;
  /** Where to begin, [numBlocks, actionDim]: the plan before, moved on. Default zero. */
  readonly start?: Float32Array;
}

export interface Plan {
  /** [numBlocks, actionDim] */
  readonly blocks: Float32Array;
  /** Of this plan, as rolled out. */
  readonly cost: number;
  /** How far it is beyond what is allowed: 0 or less is safe, and 0 without guardrails. */
  readonly violation: number;
  /** Candidates that were rolled out to find it. */
  readonly numRollouts: number;
}

/** One way of searching: an entry of the catalogue. */
export interface Planner<Options extends OptionTable = OptionTable> {
  readonly name: string;
  /** One sentence for lists. */
  readonly summary: string;
  readonly source: string;
  readonly options: Options;
  /** Whether it searches among `choices`, or needs `gradient`. */
  readonly needs: "continuous" | "choices" | "gradient";
  /** @throws ValueError for a space or a search that lacks what it needs */
  plan<S, T>(search: Search<S, T>, config: ConfigOf<Options>): Promise<Plan>;
}
