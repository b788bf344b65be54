/** The walks that training data is made of: wandering, and some of them through the door on purpose. */
import type { Random } from "../../compute/random.js";
import { truncatedNormal, vonMises } from "../draws.js";
import { BORDER, DOOR_HALF, type Layout, type Point, WALL_HALF } from "./layout.js";
import { move } from "./motion.js";

/** Positions, one more than there are actions, under the rule of the training data. */
export interface Walk {
  readonly positions: readonly Point[];
  readonly actions: readonly (readonly [number, number])[];
}

/** How directions follow each other. */
const CONCENTRATION = 5;
const STEP_LENGTH = { mean: 1, std: 0.4, low: 0.2, high: 1.8 } as const;
/** Share of walks that are made to pass a point in the door. */
const DOOR_SHARE = 0.35;
const DOOR_STD = 1.4;
/** A start inside the wall is moved to a side, so far from the wall's middle. */
const BESIDE_WALL = WALL_HALF + 1;

/** A walk of so many steps: with probability .35 one through the door. */
export function drawWalk(layout: Layout, numSteps: number, random: Random): Walk {
  if (random.chance(DOOR_SHARE)) return walkThroughDoor(layout, numSteps, random);
  return wander(drawStart(layout, random), random.uniform(0, 2 * Math.PI), { layout, numSteps, random });
}

/** Anywhere within the borders but inside the wall. */
export function drawStart({ wallX }: Layout, random: Random): Point {
  const x = random.uniform(BORDER.low, BORDER.high);
  const y = random.uniform(BORDER.low, BORDER.high);
  if (Math.abs(x - wallX) > WALL_HALF) return { x, y };
  return { x: wallX + (random.chance(0.5) ? BESIDE_WALL : -BESIDE_WALL), y };
}

/**
 * Passes a point in the door at a random step, from left to right or, half of the time, from right to left: two walks
 * away from that point, the first of them run backwards.
 */
function walkThroughDoor(layout: Layout, numSteps: number, random: Random): Walk {
  const { wallX, doorY } = layout;
  const door = {
    x: random.uniform(wallX - WALL_HALF, wallX + WALL_HALF),
    y: truncatedNormal(random, { mean: doorY, std: DOOR_STD, low: doorY - DOOR_HALF, high: doorY + DOOR_HALF }),
  };
  const passing = random.integer(numSteps + 1);
  const sideAngle = () => random.uniform(-Math.PI / 4, Math.PI / 4);
  const toLeft = wander(door, Math.PI + sideAngle(), { layout, numSteps: passing, random });
  const toRight = wander(door, sideAngle(), { layout, numSteps: numSteps - passing, random });
  const [before, after] = random.chance(0.5) ? [toLeft, toRight] : [toRight, toLeft];
  // The halves are as long as they were drawn: with the sides exchanged the door is passed at the other step.
  const reversed = backwards(before);
  return {
    positions: [...reversed.positions, ...after.positions.slice(1)],
    actions: [...reversed.actions, ...after.actions],
  };
}

interface WanderOptions {
  readonly layout: Layout;
  readonly numSteps: number;
  readonly random: Random;
}

/** Each direction is the one before, turned by a von Mises angle; blocked moves leave the dot where it is. */
function wander(start: Point, firstAngle: number, { layout, numSteps, random }: WanderOptions): Walk {
  const positions: Point[] = [start];
  const actions: [number, number][] = [];
  let angle = firstAngle;
  for (let i = 0; i < numSteps; i++) {
    const length = truncatedNormal(random, STEP_LENGTH);
    const action: [number, number] = [length * Math.cos(angle), length * Math.sin(angle)];
    actions.push(action);
    positions.push(move(positions[i]!, action, layout, { dynamics: "training", random }));
    angle += vonMises(random, CONCENTRATION);
  }
  return { positions, actions };
}

/** The same walk from its end to its start: moves that were made are turned round, blocked ones stay blocked. */
function backwards({ positions, actions }: Walk): Walk {
  const turned = actions.map(([x, y], i): [number, number] => (positions[i] === positions[i + 1] ? [x, y] : [-x, -y]));
  return { positions: positions.toReversed(), actions: turned.toReversed() };
}
