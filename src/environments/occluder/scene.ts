/** The scenes there are: what stands on the stage, and how the ball comes in. */
import type { Random } from "../../compute/random.js";
import {
  HIGHEST,
  LOWEST,
  NUM_BALL_COLOURS,
  NUM_SCREEN_COLOURS,
  type OccluderState,
  type Screen,
  SIZE,
  type Wall,
  withoutBall,
} from "./stage.js";

/** Whether scenes have something: now and then, all of them, or none. */
export type Presence = "sometimes" | "always" | "never";

/** What a scene must have, or must not have. */
export interface SceneRules {
  readonly ball: Presence;
  readonly screens: Presence;
  readonly walls: Presence;
}

const BALL_SHARE = 0.95;
const SCREEN_SHARE = 0.75;
const WALL_SHARE = 0.3;
/** Of balls that fly; the others roll. */
const FLIGHT_SHARE = 0.5;
/** Of balls that come into the picture later. */
const LATE_SHARE = 0.3;

/** Pixels a step along x. */
export const SPEED = { low: 1.2, high: 2.4 } as const;
/** Distance from the side of the picture that the ball comes from; below 0 it is outside. */
const START = { low: 0, high: 4 } as const;
const LATE_START = { low: -12, high: 0 } as const;
/** A ball in flight begins anywhere between the ceiling and so much above the floor, thrown up or down. */
const FLIGHT_ABOVE_FLOOR = 4;
const MAX_THROW = 2.5;

/** Whole numbers, both ends included. */
interface Span {
  readonly low: number;
  readonly high: number;
}
const SCREEN_WIDTH: Span = { low: 8, high: 14 };
const SCREEN_MIDDLE: Span = { low: 14, high: 18 };
/** Screens before flying balls are higher. */
const SCREEN_TOP: Readonly<Record<"flight" | "roll", Span>> = {
  flight: { low: 5, high: 11 },
  roll: { low: 5, high: 20 },
};
const WALL_X: Span = { low: 12, high: 20 };
/** A wall behind a screen is at least so far from the screen's sides. */
const WALL_IN_SCREEN = 4;

/** A first state. */
export function drawScene(random: Random, { ball, screens, walls }: SceneRules): OccluderState {
  const motion = random.chance(FLIGHT_SHARE) ? "flight" : "roll";
  const screen = isPresent(screens, SCREEN_SHARE, random) ? drawScreen(motion, random) : null;
  const wall = isPresent(walls, WALL_SHARE, random) ? drawWall(screen, random) : null;
  const scene = { ...drawBall(motion, random), colour: random.integer(NUM_BALL_COLOURS), screen, wall };
  return isPresent(ball, BALL_SHARE, random) ? scene : withoutBall(scene);
}

function isPresent(presence: Presence, share: number, random: Random): boolean {
  return presence === "always" || (presence === "sometimes" && random.chance(share));
}

function drawScreen(motion: "flight" | "roll", random: Random): Screen {
  const width = drawWhole(SCREEN_WIDTH, random);
  const left = drawWhole(SCREEN_MIDDLE, random) - Math.floor(width / 2);
  return { left, width, top: drawWhole(SCREEN_TOP[motion], random), colour: random.integer(NUM_SCREEN_COLOURS) };
}

/** Behind the screen if there is one, so that its upper part alone is seen. */
function drawWall(screen: Screen | null, random: Random): Wall {
  if (screen === null) return { x: drawWhole(WALL_X, random) };
  const [low, high] = [screen.left + WALL_IN_SCREEN, screen.left + screen.width - WALL_IN_SCREEN];
  return { x: drawWhole({ low, high }, random) };
}

function drawBall(motion: "flight" | "roll", random: Random): Pick<OccluderState, "x" | "y" | "vx" | "vy"> {
  const { low, high } = random.chance(LATE_SHARE) ? LATE_START : START;
  const start = random.uniform(low, high);
  const speed = random.uniform(SPEED.low, SPEED.high);
  const [x, vx] = random.chance(0.5) ? [start, speed] : [SIZE - start, -speed];
  if (motion === "roll") return { x, y: LOWEST, vx, vy: 0 };
  const y = random.uniform(HIGHEST, LOWEST - FLIGHT_ABOVE_FLOOR);
  return { x, y, vx, vy: random.uniform(-MAX_THROW, MAX_THROW) };
}

function drawWhole({ low, high }: Span, random: Random): number {
  return low + random.integer(high - low + 1);
}
