/** Where to push: what a push at each place of the block's surface would mend, and how far the agent is from there. */
import { AGENT_RADIUS, type PushState } from "./physics.js";
import { findWays, isOnTable, type Way } from "./route.js";
import { BAR, distance, GYRATION, intoBlock, type Point, type Pose, STEM, wrapped } from "./shape.js";

/** A place for the agent, touching a face of the block, in the block's frame. */
export interface Contact {
  /** Of the agent's centre. */
  readonly stance: Point;
  /** Into the block: where a push goes. */
  readonly normal: Point;
}

interface Face {
  readonly from: Point;
  readonly to: Point;
  readonly normal: Point;
}

/** Keeps the agent's place on a face off its ends, and out of the notch between bar and stem. */
const END = 1;
const NOTCH = AGENT_RADIUS + 0.2;
const FACES: readonly Face[] = [
  { from: { x: BAR.left + END, y: BAR.top }, to: { x: BAR.right - END, y: BAR.top }, normal: { x: 0, y: 1 } },
  ...[-1, 1].flatMap((side): Face[] => [
    {
      from: { x: side * BAR.right, y: BAR.top + END },
      to: { x: side * BAR.right, y: BAR.bottom - END },
      normal: { x: -side, y: 0 },
    },
    {
      from: { x: side * (STEM.right + NOTCH), y: BAR.bottom },
      to: { x: side * (BAR.right - END), y: BAR.bottom },
      normal: { x: 0, y: -1 },
    },
    {
      from: { x: side * STEM.right, y: STEM.top + NOTCH },
      to: { x: side * STEM.right, y: STEM.bottom - END },
      normal: { x: -side, y: 0 },
    },
  ]),
  {
    from: { x: STEM.left + END, y: STEM.bottom },
    to: { x: STEM.right - END, y: STEM.bottom },
    normal: { x: 0, y: -1 },
  },
];

/** About so far from each other are the contacts that are considered. */
const SPACING = 2.5;
const CONTACTS: readonly Contact[] = FACES.flatMap((face) => {
  const count = Math.max(1, Math.round(distance(face.from, face.to) / SPACING)) + 1;
  return Array.from({ length: count }, (_, i) => contactAt(face, i / (count - 1)));
});

function contactAt({ from, to, normal }: Face, share: number): Contact {
  return {
    stance: {
      x: from.x + share * (to.x - from.x) - AGENT_RADIUS * normal.x,
      y: from.y + share * (to.y - from.y) - AGENT_RADIUS * normal.y,
    },
    normal,
  };
}

/** An agent that touches a face, or nearly so, can also push where it is. */
const TOUCHING = 0.7;

/** The contact at which an agent stands already, for a place in the block's frame. */
function contactHere({ x, y }: Point): Contact | undefined {
  for (const face of FACES) {
    const { from, to, normal } = face;
    const gap = (from.x - x) * normal.x + (from.y - y) * normal.y - AGENT_RADIUS;
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const share = ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy);
    if (Math.abs(gap) < TOUCHING && share >= 0 && share <= 1) return contactAt(face, share);
  }
  return undefined;
}

/** What one push is worth; lengths in pixels. */
export interface Push {
  readonly contact: Contact;
  /** To the contact. */
  readonly way: Way;
  /** How far to push. */
  readonly stroke: number;
  /** What the push leaves of the block's distance from its goal. */
  readonly rest: number;
  /** What is left to do: see `pushTowards`. */
  readonly effort: number;
}

/** What a push leaves takes others, from other contacts: a pixel of it counts like so many of way. */
const REST_WEIGHT = 10;
/** With the block so near to its goal the way to a contact begins to count less, so that effort ends at 0. */
const NEAR = 2;

/**
 * The push that leaves least to do: the way to its contact, its stroke, and what it leaves to other pushes.
 *   effort = min(1, |e| / 2 px) way + stroke + 10 rest
 * On a table with uniform viscous friction a push of s px at lever arm a from the centre of mass, along the face's normal
 * n, moves the block by s (n, a/ρ) / (1 + a²/ρ²) in (x, y, ρ · angle), ρ the radius of gyration, all in a frame that turns
 * with the block. So e is the constant motion in that frame that leads to the goal: what of it lies along (n, a/ρ) is
 * mended, and what lies across is left.
 * @returns undefined where walls keep the agent from every contact that helps
 */
export function pushTowards(state: PushState, goal: Pose): Push | undefined {
  const { agent, block } = state;
  const { shift, turn } = motionTowards(block, goal);
  const error = Math.hypot(shift.x, shift.y, turn);
  const wayWeight = Math.min(1, error / NEAR);
  const wayTo = findWays(agent, block);
  const here = contactHere(intoBlock(agent, block));
  let best: Push | undefined;
  for (const contact of here === undefined ? CONTACTS : [here, ...CONTACTS]) {
    const { stance, normal } = contact;
    const arm = (stance.x * normal.y - stance.y * normal.x) / GYRATION;
    const stroke = shift.x * normal.x + shift.y * normal.y + arm * turn;
    const rest = Math.sqrt(Math.max(0, error ** 2 - stroke ** 2 / (1 + arm ** 2)));
    const least = stroke + REST_WEIGHT * rest;
    if (stroke <= 0 || (best !== undefined && least >= best.effort) || !isOnTable(stance, block)) continue;
    const way = wayTo(stance);
    if (way === undefined) continue;
    const effort = least + wayWeight * way.length;
    if (best === undefined || effort < best.effort) best = { contact, way, stroke, rest, effort };
  }
  return best;
}

/** A motion that goes on alike in the frame of what moves: along an arc of a circle, if it turns. */
interface Motion {
  readonly shift: Point;
  /** Angle times radius of gyration. */
  readonly turn: number;
}

/**
 * The motion that leads from one pose to another: the logarithm of the pose between them. Its length is never less than
 * the root mean square way of the block's points.
 */
function motionTowards(from: Pose, to: Pose): Motion {
  const { x, y } = intoBlock(to, from);
  const half = wrapped(to.angle - from.angle) / 2;
  const straight = half === 0 ? 1 : half / Math.tan(half);
  return { shift: { x: straight * x + half * y, y: straight * y - half * x }, turn: GYRATION * 2 * half };
}
