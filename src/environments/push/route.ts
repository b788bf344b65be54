/** The agent's way round the block: straight where that is free, else over places beside the block's corners. */
import { AGENT_RADIUS, TABLE } from "./physics.js";
import {
  CORNERS,
  distance,
  distanceToBlock,
  intoBlock,
  isClearOfBlock,
  ontoTable,
  type Point,
  type Pose,
} from "./shape.js";

/** So far from the block the agent passes its corners. */
const PASSING = AGENT_RADIUS + 0.7;
/** Ways may come so near: an agent that touches the block can leave along its face. */
const CLEARANCE = AGENT_RADIUS - 0.3;

/** Beside every corner that sticks out, in the block's frame. */
const PASSAGES: readonly Point[] = CORNERS.map(({ x, y, outX, outY }) => ({
  x: x + PASSING * outX,
  y: y + PASSING * outY,
}));
const BETWEEN_PASSAGES = PASSAGES.map((from) => PASSAGES.map((to) => straightLength(from, to)));

/** How far it is to a place, and where to go first: both in the block's frame. */
export interface Way {
  readonly length: number;
  readonly first: Point;
}

/** From where the agent is to any place in the block's frame; undefined where walls leave no way. */
export type WayFinder = (to: Point) => Way | undefined;

/** Places of the block's frame at which the agent can be: those on the table. */
export function isOnTable(place: Point, pose: Pose): boolean {
  const { x, y } = ontoTable(place, pose);
  const [low, high] = [TABLE.low + AGENT_RADIUS, TABLE.high - AGENT_RADIUS];
  return x >= low && x <= high && y >= low && y <= high;
}

/** Shortest ways for an agent at a place of the table, over passages that are on the table. */
export function findWays(agent: Point, pose: Pose): WayFinder {
  const from = intoBlock(agent, pose);
  const leaving = Math.min(CLEARANCE, distanceToBlock(from) - 1e-6); // who is squeezed may still leave
  const open = PASSAGES.map((passage) => isOnTable(passage, pose));
  const lengths = PASSAGES.map((passage, i) =>
    open[i] ? straightLength(from, passage, leaving) : Number.POSITIVE_INFINITY,
  );
  const firsts = [...PASSAGES];
  // Bellman and Ford: six places need at most five rounds.
  for (let round = 1; round < PASSAGES.length; round++) {
    for (let i = 0; i < PASSAGES.length; i++) {
      for (let j = 0; j < PASSAGES.length; j++) {
        const length = lengths[i]! + BETWEEN_PASSAGES[i]![j]!;
        if (!open[j] || length >= lengths[j]!) continue;
        lengths[j] = length;
        firsts[j] = firsts[i]!;
      }
    }
  }
  return (to) => {
    const straight = straightLength(from, to, leaving);
    if (straight < Number.POSITIVE_INFINITY) return { length: straight, first: to };
    const overEach = PASSAGES.map((passage, i) => lengths[i]! + straightLength(passage, to));
    const length = Math.min(...overEach);
    return length < Number.POSITIVE_INFINITY ? { length, first: firsts[overEach.indexOf(length)]! } : undefined;
  };
}

/** Infinite where the block is in the way. */
function straightLength(from: Point, to: Point, clearance = CLEARANCE): number {
  return isClearOfBlock(from, to, clearance) ? distance(from, to) : Number.POSITIVE_INFINITY;
}
