/** What agents do that know the true state. */
import type { Policy } from "../environment.js";
import { pushTowards } from "./contact.js";
import { AGENT_RADIUS, MAX_STRIDE, type PushState } from "./physics.js";
import { distance, distanceToBlock, intoBlock, ontoTable, type Point } from "./shape.js";
import { isInPlace } from "./task.js";

/** The oracle rests when the block is so well in its place, as a share of what success allows. */
const DONE = 0.5;
/** Nearer than this the agent is at its contact. */
const ARRIVED = 0.5;
/** Of the straight pusher: it touches the block, or nearly so. */
const TOUCHING = AGENT_RADIUS + 0.5;

export const policies: Readonly<Record<"zero" | "random" | "straightLine" | "oracle", Policy<PushState>>> = {
  zero: () => [0, 0],
  random(_state, _task, random) {
    const angle = random.uniform(-Math.PI, Math.PI);
    const length = MAX_STRIDE * Math.sqrt(random.uniform()); // uniform over the disc
    return [length * Math.cos(angle), length * Math.sin(angle)];
  },
  /** Straight at the block, and where it touches it on in the direction of the goal: it never goes round. */
  straightLine({ agent, block }, { goal }) {
    if (distance(block, goal.block) < 0.5) return [0, 0];
    const isTouching = distanceToBlock(intoBlock(agent, block)) < TOUCHING;
    return isTouching ? towards(block, goal.block) : towards(agent, block);
  },
  /** Round the block to the contact whose push mends most, through it as far as it helps, and on to the next. */
  oracle(state, { goal }) {
    if (isInPlace(state, goal, DONE)) return [0, 0];
    const { agent, block } = state;
    const push = pushTowards(state, goal.block);
    if (push === undefined) return towards(block, agent); // no way: back off
    const { contact, way, stroke } = push;
    if (way.length > ARRIVED) return towards(agent, ontoTable(way.first, block));
    const end = { x: contact.stance.x + stroke * contact.normal.x, y: contact.stance.y + stroke * contact.normal.y };
    return towards(agent, ontoTable(end, block));
  },
};

/** One step of a straight way. */
export function towards(from: Point, to: Point): readonly number[] {
  const length = distance(from, to);
  const stride = Math.min(MAX_STRIDE, length);
  return length === 0 ? [0, 0] : [((to.x - from.x) * stride) / length, ((to.y - from.y) * stride) / length];
}
