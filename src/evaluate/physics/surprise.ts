/** Surprise at matched pairs, step by step, and how an episode's steps become one number. */
import { ValueError } from "../../compute/index.js";

/** How surprised somebody was by the two episodes of a pair, at each step that was predicted; higher is more surprised. */
export interface PairSurprise {
  readonly possible: readonly number[];
  /** At the same steps. */
  readonly impossible: readonly number[];
}

/** The pairs of one way to break the rules. */
export interface ViolationSurprise {
  readonly name: string;
  /** Whether it breaks no rule: then surprise about it is neither right nor wrong, and chance is what to expect. */
  readonly isControl: boolean;
  readonly pairs: readonly PairSurprise[];
}

/** How much an episode surprised as a whole. A single event stands out in the maximum, a lasting one in the mean. */
export const surpriseReductions = {
  mean: (steps: readonly number[]): number => steps.reduce((sum, step) => sum + step, 0) / steps.length,
  max: (steps: readonly number[]): number => steps.reduce((most, step) => Math.max(most, step)),
} satisfies Readonly<Record<string, (steps: readonly number[]) => number>>;

export type Reduction = keyof typeof surpriseReductions;

/** @throws ValueError for no pairs, episodes without steps or of different lengths, and what is not finite */
export function requirePairs(operation: string, { name, pairs }: ViolationSurprise): void {
  if (pairs.length === 0) throw new ValueError(operation, `${name}.pairs`, "at least one pair", 0);
  for (const [i, { possible, impossible }] of pairs.entries()) {
    requireSteps(operation, `${name}.pairs[${i}].possible`, possible);
    requireSteps(operation, `${name}.pairs[${i}].impossible`, impossible);
    if (possible.length !== impossible.length) {
      const expected = `of ${possible.length} steps, as its possible episode`;
      const hint = "A longer episode has more chances to surprise.";
      throw new ValueError(operation, `${name}.pairs[${i}].impossible`, expected, impossible.length, hint);
    }
  }
}

/** @throws ValueError for no steps, and what is not finite */
export function requireSteps(operation: string, argument: string, steps: readonly number[]): void {
  if (steps.length === 0) throw new ValueError(operation, argument, "of at least one step", 0);
  const at = steps.findIndex((step) => !Number.isFinite(step));
  if (at >= 0) throw new ValueError(operation, argument, "finite", `${steps[at]} at ${at}`);
}
