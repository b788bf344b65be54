/** How the ball moves: exact parabolas between exact times of contact, so that it passes through nothing. */
import {
  BACKSTAGE,
  HIGHEST,
  LOWEST,
  type OccluderState,
  RADIUS,
  SIZE,
  WALL_HALF,
  type Wall,
  withoutBall,
} from "./stage.js";

/** Pixels a step, a step. */
export const GRAVITY = 0.25;
/** Speed after a bounce off floor or ceiling, as a share of that before; off the wall nothing is lost. */
export const RESTITUTION = 0.8;
/** A ball that leaves the floor slower than this rolls on instead: it would rise by less than a tenth of a pixel. */
const ROLLING_SPEED = 0.2;
/** How far the ball can rise. */
const ROOM = LOWEST - HIGHEST;

/** Which way things fall; "up" is for impossible episodes. */
export type Down = "floor" | "ceiling";

/** The state a step later. A ball that gets backstage stops there. */
export function advance(state: OccluderState, down: Down = "floor"): OccluderState {
  let { x, vx } = state;
  let flight = flightOf(state, down);
  let remaining = 1;
  while (remaining > 0) {
    const toSurface = timeToSurface(flight);
    const toWall = timeToWall(x, vx, state.wall);
    const time = Math.min(remaining, toSurface, toWall);
    x += vx * time;
    flight = fly(flight, time);
    if (time === toWall) {
      x = state.wall!.x - Math.sign(vx) * (WALL_HALF + RADIUS);
      vx = -vx;
    }
    if (time === toSurface) flight = bounce(flight);
    remaining -= time;
  }
  const { height, climb } = flight;
  // 0 − climb, not −climb: plain data has one zero
  const moved =
    down === "floor"
      ? { ...state, x, vx, y: LOWEST - height, vy: 0 - climb }
      : { ...state, x, vx, y: HIGHEST + height, vy: climb };
  const isBackstage = (x <= -BACKSTAGE && vx < 0) || (x >= SIZE + BACKSTAGE && vx > 0);
  return isBackstage ? withoutBall(moved) : moved;
}

/** The states of so many steps, the first one included. */
export function rollOut(start: OccluderState, numSteps: number, down: Down = "floor"): OccluderState[] {
  const states = [start];
  for (let i = 0; i < numSteps; i++) states.push(advance(states[i]!, down));
  return states;
}

/** Motion along y, measured against the way things fall. */
interface Flight {
  /** Of the ball above where it would lie. */
  readonly height: number;
  readonly climb: number;
}

function flightOf({ y, vy }: OccluderState, down: Down): Flight {
  return down === "floor" ? { height: LOWEST - y, climb: -vy } : { height: y - HIGHEST, climb: vy };
}

function isRolling({ height, climb }: Flight): boolean {
  return height === 0 && climb === 0;
}

function fly(flight: Flight, time: number): Flight {
  if (isRolling(flight)) return flight;
  const height = flight.height + flight.climb * time - (GRAVITY / 2) * time ** 2;
  return { height: Math.min(ROOM, Math.max(0, height)), climb: flight.climb - GRAVITY * time };
}

/** Until the ball meets what it falls on or, if it is thrown high enough, what is opposite. */
function timeToSurface(flight: Flight): number {
  if (isRolling(flight)) return Number.POSITIVE_INFINITY;
  const { height, climb } = flight;
  const squaredAtTop = climb ** 2 - 2 * GRAVITY * (ROOM - height);
  if (climb > 0 && squaredAtTop >= 0) return Math.max(0, (climb - Math.sqrt(squaredAtTop)) / GRAVITY);
  return Math.max(0, (climb + Math.sqrt(climb ** 2 + 2 * GRAVITY * height)) / GRAVITY);
}

/** Off the nearer surface; a slow ball stays on what it fell on. */
function bounce({ height, climb }: Flight): Flight {
  const speed = RESTITUTION * Math.abs(climb);
  if (height > ROOM / 2) return { height: ROOM, climb: -speed };
  return { height: 0, climb: speed < ROLLING_SPEED ? 0 : speed };
}

/** Until the ball touches the wall from outside. */
function timeToWall(x: number, vx: number, wall: Wall | null): number {
  if (wall === null || vx === 0) return Number.POSITIVE_INFINITY;
  const contact = wall.x - Math.sign(vx) * (WALL_HALF + RADIUS);
  const time = (contact - x) / vx;
  return time >= 0 ? time : Number.POSITIVE_INFINITY;
}
