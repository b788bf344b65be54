/** What every simulator offers: seeded, without side effects, and with a picture of each state. */
import type { ConfigOf, OptionTable } from "../compute/options.js";
import type { Random } from "../compute/random.js";

/** One simulator: an entry of the catalogue, from options to a world. */
export interface Environment<Options extends OptionTable = OptionTable, S = unknown> {
  /** Its name in the catalogue and on the command line. */
  readonly name: string;
  /** One sentence for lists. */
  readonly summary: string;
  /** Where its rules come from. */
  readonly source: string;
  readonly options: Options;
  /** Options under which models are judged that learnt at the defaults: places held out, other dynamics. */
  readonly judgedUnder?: Partial<ConfigOf<Options>>;
  /** @throws ValueError for options that do not fit each other */
  create(config: ConfigOf<Options>): World<S>;
}

/** Numbers that say what a state is, by name: what probes are asked about. Always the same names, in the same order. */
export type Factors = Readonly<Record<string, number>>;

/**
 * A world with its rules fixed. States are plain data and never changed in place; everything random comes from the stream
 * that is handed in, so that the same draws give the same episode.
 */
export interface World<S = unknown> {
  /**
   * Pictures are square: [size, size, channels] bytes, row by row, channels innermost. Layered: channels are no colours, but
   * each says where one kind of thing is, from 0 to 255. The first is what moves and lies on top; the others lie upon each
   * other in their order. Two channels always are layers.
   */
  readonly observation: { readonly size: number; readonly channels: number; readonly isLayered?: boolean };
  /** Numbers of an action; 0 for a world that only goes on. */
  readonly actionDim: number;
  /** A first state, as in the data that models learn from. */
  reset(random: Random): S;
  /**
   * The state after an action.
   * @throws ShapeError for an action of another width; ValueError for one that is not finite
   */
  step(state: S, action: ArrayLike<number>, random: Random): S;
  render(state: S): Uint8Array;
  factors(state: S): Factors;
  /** An episode as models learn from it; without it, one from `reset` with no action. */
  behave?(random: Random, numSteps: number): Episode<S>;
}

/** What happened: one state more than there are actions. */
export interface Episode<S = unknown> {
  readonly states: readonly S[];
  /** [numSteps][actionDim] */
  readonly actions: readonly (readonly number[])[];
}

/** From where to where. */
export interface Task<S = unknown> {
  readonly start: S;
  /** A state that looks as the end should look. */
  readonly goal: S;
}

/** What an agent does that knows the true state: the reference rows beside every planner. */
export type Policy<S = unknown> = (state: S, task: Task<S>, random: Random) => readonly number[];

/** How far a state is from a goal, in the world's own unit, known from the true state. */
export type TrueCost<S = unknown> = (state: S, goal: S) => number;

/** When an episode counts as solved. */
export interface SuccessRule<S = unknown> {
  /** In words, with the threshold: "final distance < 4.5 px". */
  readonly doc: string;
  /** "end": asked about the last state alone; "ever": about every state after the start. */
  readonly when: "end" | "ever";
  isMet(state: S, goal: S): boolean;
}

/** A world in which something is wanted. */
export interface GoalWorld<S = unknown> extends World<S> {
  /** Steps that an agent has. */
  readonly maxSteps: number;
  /** Longest action that is worth planning with: the norm ball of the planners. */
  readonly maxActionNorm: number;
  drawTask(random: Random): Task<S>;
  readonly successRules: Readonly<Record<string, SuccessRule<S>>>;
  /** Zero action, random, straight line and a scripted solution at least. */
  readonly policies: Readonly<Record<"zero" | "random" | "straightLine" | "oracle", Policy<S>>>;
  /** What planners in the true simulator minimise. */
  readonly costs: Readonly<Record<"euclidean" | "geodesic", TrueCost<S>>>;
}

/** One way things may go on. */
export interface Future<S = unknown> {
  readonly probability: number;
  /** After each action. */
  readonly states: readonly S[];
}

/** A world that knows everything that may happen next: what predictors of several futures are measured by. */
export interface BranchingWorld<S = unknown> extends World<S> {
  /** Every future of these actions, likeliest first; probabilities sum to 1. */
  futures(state: S, actions: readonly ArrayLike<number>[]): readonly Future<S>[];
  /** A state half way between two: where a blur of them would be. It need not be possible. */
  between(a: S, b: S): S;
}

/** Whether there is something to want. */
export function hasGoals<S>(world: World<S>): world is GoalWorld<S> {
  return "drawTask" in world;
}

/** Whether all futures are known. */
export function hasFutures<S>(world: World<S>): world is BranchingWorld<S> {
  return "futures" in world;
}
