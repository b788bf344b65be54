/**
 * What never happens on the stage. After the design of IntPhys (Riochet et al. 2018, arXiv:1803.07616): each picture of an
 * impossible episode could be one of a possible episode, and endings are exchanged between pairs where they can be, so
 * that how much moves does not tell which is which. Measured with 500 pairs of 24 steps, the episode in which more moves
 * (squared differences of successive pictures, summed) is the impossible one in 50 % of the pairs for `vanish` and
 * `appear` together and for `throughWall` and `turnBack` together, in 54 % for `teleport`, 58 % for `reversedGravity`, 52 %
 * for `speedJump`. Two classes are easier than that: in `teleportInView` it is 70 %, and the largest single change tells all
 * pairs apart; in `reversedGravity` no height is impossible, but the ball is higher than it should be.
 */
import type { Random } from "../../compute/random.js";
import { advance, type Down, rollOut } from "./motion.js";
import { type Draft, MIN_BEFORE, type ViolationRecipe } from "./pairs.js";
import { drawScene, type SceneRules, SPEED } from "./scene.js";
import {
  HIGHEST,
  isHidden,
  isInView,
  isInWall,
  LOWEST,
  NUM_BALL_COLOURS,
  type OccluderState,
  RADIUS,
  SIZE,
  withoutBall,
} from "./stage.js";

const ANY_SCENE: SceneRules = { ball: "always", screens: "sometimes", walls: "sometimes" };
const SCREENED: SceneRules = { ...ANY_SCENE, screens: "always" };
const SCREENED_OPEN: SceneRules = { ...SCREENED, walls: "never" };
const SCREENED_WALL: SceneRules = { ...SCREENED, walls: "always" };

/** Steps in view before something happens: two places show a speed. */
const SEEN_BEFORE = 2;
/** Steps in view from then on, for what happens in view. */
const SEEN_AFTER = 4;
/** Length of the shortest jump: the ball's width; in view a ball and a half, beyond any step. */
const MIN_HIDDEN_JUMP = 2 * RADIUS;
const MIN_JUMP_IN_VIEW = 3 * RADIUS;
/** The faster of two speeds is at least so many times the slower. */
const MIN_SPEED_RATIO = 1.5;

/** First what happens behind the screen, then what happens in view. */
export const violationRecipes = {
  vanish: {
    doc:
      "the ball goes behind the screen and does not come out. With the same random numbers `appear` gives the other half of " +
      "a quadruplet: the four episodes have every picture twice, once possible and once not",
    draft(random, numSteps) {
      const passage = drawPassage(random, numSteps);
      return passage && { possible: passage.withBall, impossible: cut(passage.withBall, passage.empty, passage.out) };
    },
  },

  appear: {
    doc: "a ball comes out from behind the screen that never went in; the possible episode stays empty. Matched with `vanish`",
    draft(random, numSteps) {
      const passage = drawPassage(random, numSteps);
      return passage && { possible: passage.empty, impossible: cut(passage.empty, passage.withBall, passage.out) };
    },
  },

  teleport: {
    doc:
      "behind the screen the ball is moved, at least by its width, and comes out at another height, too early or too late; " +
      "ahead as often as back",
    draft: (random, numSteps) =>
      breakRules(random, numSteps, {
        scenes: SCREENED_OPEN,
        isFit: isHidden,
        change: (state) => displaced(state, MIN_HIDDEN_JUMP, random),
        isSeenEnough: (states, t) => wasSeen(states, t) && isHidden(states[t]!),
      }),
  },

  throughWall: {
    doc:
      "behind the screen the ball passes the wall, which is seen above it, and comes out on the other side. With the same " +
      "random numbers `turnBack` gives the other half of a quadruplet",
    draft(random, numSteps) {
      const ways = drawWays(random, numSteps);
      return (
        ways && { possible: ways.back, impossible: ways.through.map((state, t) => withWallOf(ways.back[t]!, state)) }
      );
    },
  },

  turnBack: {
    doc: "behind the screen the ball turns round where nothing is, and comes back. Matched with `throughWall`",
    draft(random, numSteps) {
      const ways = drawWays(random, numSteps);
      return (
        ways && { possible: ways.through, impossible: ways.back.map((state, t) => withWallOf(ways.through[t]!, state)) }
      );
    },
  },

  teleportInView: {
    doc: "in full view the ball goes on at another place, at least a ball and a half away, as fast as it was",
    draft: (random, numSteps) =>
      breakRules(random, numSteps, {
        scenes: ANY_SCENE,
        change: (state) => displaced(state, MIN_JUMP_IN_VIEW, random),
      }),
  },

  reversedGravity: {
    doc: "from some moment of its flight, in view, the ball falls up, to the ceiling, and bounces there",
    draft: (random, numSteps) =>
      breakRules(random, numSteps, {
        scenes: ANY_SCENE,
        isFit: (state) => isInView(state) && !isRolling(state),
        change: (state) => state,
        down: "ceiling",
      }),
  },

  speedJump: {
    doc:
      "in view the ball is suddenly faster along its way or, about as often, slower, by half or more of the lower speed; " +
      "both speeds are ordinary ones",
    draft(random, numSteps) {
      const speed = random.uniform(SPEED.low, SPEED.high);
      return breakRules(random, numSteps, {
        scenes: ANY_SCENE,
        suits: ({ vx }) => Math.max(speed / Math.abs(vx), Math.abs(vx) / speed) >= MIN_SPEED_RATIO,
        change: (state) => ({ ...state, vx: Math.sign(state.vx) * speed }),
      });
    },
  },

  colourChange: {
    doc: "in view the ball takes on another colour; its motion is as it should be",
    isControl: true,
    draft: (random, numSteps) =>
      breakRules(random, numSteps, {
        scenes: ANY_SCENE,
        change: (state) => ({
          ...state,
          colour: (state.colour + 1 + random.integer(NUM_BALL_COLOURS - 1)) % NUM_BALL_COLOURS,
        }),
      }),
  },
} satisfies Readonly<Record<string, ViolationRecipe>>;

interface Breaking {
  readonly scenes: SceneRules;
  /** Whether the first state will do. */
  readonly suits?: (start: OccluderState) => boolean;
  /** Where the ball must be at the last step by the rules, and at the next one in both episodes. In view by default. */
  readonly isFit?: (state: OccluderState) => boolean;
  /** What happens to the state between two steps; undefined where it cannot. */
  change(state: OccluderState): OccluderState | undefined;
  /** Which way things fall from then on. */
  readonly down?: Down;
  /** Whether enough is seen around the step at which it has happened; asked about both episodes. In view by default. */
  readonly isSeenEnough?: (states: readonly OccluderState[], t: number) => boolean;
}

/** An episode by the rules, and the same one with something else in it from a step on, drawn among those that fit. */
function breakRules(random: Random, numSteps: number, breaking: Breaking): Draft | undefined {
  const { scenes, suits, isFit = isInView, change, down = "floor", isSeenEnough = isWatched } = breaking;
  const start = drawScene(random, scenes);
  if (suits?.(start) === false) return undefined;
  const possible = rollOut(start, numSteps);
  const steps = possible.flatMap((state, t) => {
    const isBetween = t >= MIN_BEFORE && isFit(possible[t - 1]!) && isFit(state);
    return isBetween && isSeenEnough(possible, t) ? [t] : [];
  });
  if (steps.length === 0) return undefined;
  const t = steps[random.integer(steps.length)]!;
  const changed = change(possible[t - 1]!);
  if (changed === undefined) return undefined;
  const impossible = [...possible.slice(0, t), ...rollOut(advance(changed, down), numSteps - t, down)];
  return isFit(impossible[t]!) && isSeenEnough(impossible, t) ? { possible, impossible } : undefined;
}

/** In view before the step, and for some time after it. */
function isWatched(states: readonly OccluderState[], t: number): boolean {
  return states.length >= t + SEEN_AFTER && states.slice(t - SEEN_BEFORE, t + SEEN_AFTER).every(isInView);
}

/** In view at some time before the step. */
function wasSeen(states: readonly OccluderState[], t: number): boolean {
  return states.slice(0, t).filter(isInView).length >= SEEN_BEFORE;
}

/**
 * At another place, as hidden or as much in view as before, not in a wall; uniform over the places there are. What rolls
 * stays on the floor. Undefined if the place that was drawn is none.
 */
function displaced(state: OccluderState, minLength: number, random: Random): OccluderState | undefined {
  const { screen } = state;
  const isBehind = isHidden(state) && screen !== null;
  const [left, right] = isBehind ? [screen.left, screen.left + screen.width] : [0, SIZE];
  const highest = isBehind ? Math.max(HIGHEST, screen.top + RADIUS) : HIGHEST;
  const x = random.uniform(left + RADIUS, right - RADIUS);
  const y = isRolling(state) ? LOWEST : random.uniform(highest, LOWEST);
  const moved = { ...state, x, y };
  const isFar = Math.hypot(x - state.x, y - state.y) >= minLength;
  const isAsVisible = isBehind || isInView(moved);
  return isFar && isAsVisible && !isInWall(moved) ? moved : undefined;
}

function isRolling({ y, vy }: OccluderState): boolean {
  return y === LOWEST && vy === 0;
}

interface Passage {
  readonly withBall: readonly OccluderState[];
  readonly empty: readonly OccluderState[];
  /** First step at which the ball is no longer hidden. */
  readonly out: number;
}

/** A ball that is seen, hidden and seen again, and the same scene without it. */
function drawPassage(random: Random, numSteps: number): Passage | undefined {
  const start = drawScene(random, SCREENED);
  const withBall = rollOut(start, numSteps);
  const entry = withBall.findIndex(isHidden);
  if (entry === -1 || !wasSeen(withBall, entry)) return undefined;
  const out = withBall.findIndex((state, t) => t > entry && !isHidden(state));
  return out === -1 ? undefined : { withBall, empty: rollOut(withoutBall(start), numSteps), out };
}

function cut(first: readonly OccluderState[], second: readonly OccluderState[], at: number): OccluderState[] {
  return [...first.slice(0, at), ...second.slice(at)];
}

interface Ways {
  /** With the wall. */
  readonly back: readonly OccluderState[];
  /** Without it. */
  readonly through: readonly OccluderState[];
}

/** The same throw with and without a wall, which the ball meets behind the screen, where it is hidden all the while. */
function drawWays(random: Random, numSteps: number): Ways | undefined {
  const start = drawScene(random, SCREENED_WALL);
  const back = rollOut(start, numSteps);
  const through = rollOut({ ...start, wall: null }, numSteps);
  const turned = back.findIndex(({ vx }) => Math.sign(vx) === -Math.sign(start.vx));
  const isSecret = through.every((state) => isHidden(state) || !isInWall(withWallOf(start, state)));
  if (turned === -1 || !isSecret) return undefined;
  return wasSeen(back, turned) && isHidden(back[turned]!) && isHidden(through[turned]!) ? { back, through } : undefined;
}

function withWallOf({ wall }: OccluderState, state: OccluderState): OccluderState {
  return { ...state, wall };
}
