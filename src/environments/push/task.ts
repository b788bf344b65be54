/** From where to where the block is to be pushed, when that is done, and how far it is. */
import type { Random } from "../../compute/random.js";
import type { SuccessRule, Task, TrueCost } from "../environment.js";
import { pushTowards } from "./contact.js";
import { AGENT_RADIUS, type PushState, SIZE, TABLE } from "./physics.js";
import { isOnTable } from "./route.js";
import {
  CORNERS,
  distance,
  distanceToBlock,
  GYRATION,
  intoBlock,
  ontoTable,
  type Point,
  type Pose,
  wrapped,
} from "./shape.js";

/** Push-T asks for 20 where the block's side is 120, and counts the agent's place too; this is an eighth of the side. */
const MAX_DISTANCE = 2;
const MAX_TURN = Math.PI / 9;
/** Centres of mass of a task: so far in that the agent fits between block and wall. */
const TASK_PLACES = [15, SIZE - 15] as const;
const MIN_SHIFT = 4;
/** Free space around an agent that is put somewhere. */
const GAP = 0.5;

/** Block and agent anywhere on the table, at rest. */
export function drawState(random: Random): PushState {
  const { low, high } = TABLE;
  for (;;) {
    const block = drawPose(random, [low, high]);
    const isInside = ({ x, y }: Point) => x > low && x < high && y > low && y < high;
    if (CORNERS.every((corner) => isInside(ontoTable(corner, block)))) return atRest(drawAgent(block, random), block);
  }
}

/** How far from its goal a block may start. */
export interface TaskRange {
  /** Pixels; at least 4 they always are. */
  readonly maxShift: number;
  readonly maxTurn: number;
}

/**
 * Two poses of the block, both away from the walls, so far from each other as the range allows. At the goal the agent
 * stands where the first push from the start would have left it.
 */
export function drawTask({ maxShift, maxTurn }: TaskRange, random: Random): Task<PushState> {
  for (;;) {
    const from = drawPose(random, TASK_PLACES);
    const to = { ...drawPose(random, TASK_PLACES), angle: wrapped(from.angle + random.uniform(-maxTurn, maxTurn)) };
    const shift = distance(from, to);
    if (shift < MIN_SHIFT || shift > maxShift) continue;
    const start = atRest(drawAgent(from, random), from);
    const push = pushTowards(start, to);
    if (push === undefined || !isOnTable(push.contact.stance, to)) continue;
    return { start, goal: atRest(ontoTable(push.contact.stance, to), to) };
  }
}

function drawPose(random: Random, [low, high]: readonly [number, number]): Pose {
  return {
    x: random.uniform(low, high),
    y: random.uniform(low, high),
    angle: random.uniform(-Math.PI, Math.PI),
  };
}

function drawAgent(block: Pose, random: Random): Point {
  const [low, high] = [TABLE.low + AGENT_RADIUS + GAP, TABLE.high - AGENT_RADIUS - GAP];
  for (;;) {
    const agent = { x: random.uniform(low, high), y: random.uniform(low, high) };
    if (distanceToBlock(intoBlock(agent, block)) > AGENT_RADIUS + GAP) return agent;
  }
}

export function atRest(agent: Point, block: Pose): PushState {
  return { agent: { ...agent, vx: 0, vy: 0 }, block: { ...block, vx: 0, vy: 0, omega: 0 } };
}

/**
 * How far the block's points are from where they should be, root mean square over the block:
 *   √(|shift|² + 2 ρ² (1 − cos turn)), ρ the radius of gyration
 */
export const poseDistance: TrueCost<PushState> = ({ block }, goal) => {
  const shift = distance(block, goal.block);
  return Math.hypot(shift, 2 * GYRATION * Math.sin((goal.block.angle - block.angle) / 2));
};

/** Where no contact that helps can be reached, it is as far as twice across the table. */
const OUT_OF_REACH = 2 * SIZE;

/** What is left to do for block and agent: see `pushTowards`. Never less than the block's own distance. */
export const pushingEffort: TrueCost<PushState> = (state, goal) => {
  const own = poseDistance(state, goal);
  return own === 0 ? 0 : (pushTowards(state, goal.block)?.effort ?? own + OUT_OF_REACH);
};

/** Whether the block is in its place, by a share of what is allowed. */
export function isInPlace({ block }: PushState, goal: PushState, share = 1): boolean {
  const turn = Math.abs(wrapped(goal.block.angle - block.angle));
  return distance(block, goal.block) < share * MAX_DISTANCE && turn < share * MAX_TURN;
}

export const successRules: Readonly<Record<"final" | "ever", SuccessRule<PushState>>> = {
  final: {
    doc: `final position of the block within ${MAX_DISTANCE} px and its angle within π/9`,
    when: "end",
    isMet: isInPlace,
  },
  ever: {
    doc: `position of the block within ${MAX_DISTANCE} px and its angle within π/9 at any step`,
    when: "ever",
    isMet: isInPlace,
  },
};
