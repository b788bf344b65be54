/** How matched pairs are found: drafts are drawn until one fits. */
import { DarkmatterError, ValueError } from "../../compute/errors.js";
import type { Random } from "../../compute/random.js";
import type { Episode } from "../environment.js";
import type { Violation } from "../violation.js";
import type { OccluderState } from "./stage.js";

/** Steps that a pair needs at least: enough to come in, be hidden, and come out again. */
export const MIN_STEPS = 20;
/** Steps that both episodes go on with at least, after the first that differs. */
const MIN_AFTER = 2;
/** Equal pictures before it at least, so that a model has seen how the ball moves. */
export const MIN_BEFORE = 4;
/** A draft in ten fits in the worst of the classes. */
const MAX_DRAFTS = 2000;

/** States of both episodes, before anybody has asked whether the pictures are fit to be a pair. */
export interface Draft {
  readonly possible: readonly OccluderState[];
  readonly impossible: readonly OccluderState[];
}

export interface ViolationRecipe {
  readonly doc: string;
  readonly isControl?: boolean;
  /** Undefined where the scene that was drawn does not lend itself to it. */
  draft(random: Random, numSteps: number): Draft | undefined;
}

export function violationFrom(
  name: string,
  { doc, isControl = false, draft }: ViolationRecipe,
  render: (state: OccluderState) => Uint8Array,
): Violation<OccluderState> {
  return {
    doc,
    isControl,
    drawPair(random, numSteps) {
      if (!(Number.isInteger(numSteps) && numSteps >= MIN_STEPS)) {
        throw new ValueError("drawPair", "numSteps", `a whole number of at least ${MIN_STEPS}`, numSteps);
      }
      for (let i = 0; i < MAX_DRAFTS; i++) {
        const found = draft(random, numSteps);
        if (found === undefined) continue;
        const at = firstDifference(found, render);
        if (at === undefined || at < MIN_BEFORE || at > numSteps - MIN_AFTER) continue;
        return { possible: episodeOf(found.possible), impossible: episodeOf(found.impossible), at };
      }
      throw new DarkmatterError(`drawPair: no scene of ${MAX_DRAFTS} lends itself to "${name}" in ${numSteps} steps.`);
    },
  };
}

/** First step whose pictures differ. */
function firstDifference(
  { possible, impossible }: Draft,
  render: (state: OccluderState) => Uint8Array,
): number | undefined {
  const step = possible.findIndex((state, t) => {
    const other = impossible[t]!;
    if (isSame(state, other)) return false;
    const [a, b] = [render(state), render(other)];
    return a.some((value, i) => value !== b[i]);
  });
  return step === -1 ? undefined : step;
}

/** Equal pictures that need not be drawn. */
function isSame(a: OccluderState, b: OccluderState): boolean {
  return a.x === b.x && a.y === b.y && a.colour === b.colour && a.screen === b.screen && a.wall === b.wall;
}

function episodeOf(states: readonly OccluderState[]): Episode<OccluderState> {
  return { states, actions: states.slice(1).map(() => []) };
}
