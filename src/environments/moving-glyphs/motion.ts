/** How a glyph moves: straight on, and another way at a wall. */
import type { Random } from "../../compute/random.js";

/** Place and velocity of a glyph's box, in whole pixels and pixels a step. */
export interface Motion {
  readonly x: number;
  readonly y: number;
  readonly vx: number;
  readonly vy: number;
}

/** What happens at a wall: another velocity is drawn, or the component across it is turned round. */
export type Bounce = "stochastic" | "deterministic";

export interface MotionRules {
  readonly bounce: Bounce;
  /** Places are whole numbers from 0 to this one. */
  readonly maxOffset: number;
  /** Velocities are whole numbers from −maxSpeed to maxSpeed on each axis. */
  readonly maxSpeed: number;
}

/** Uniform over places, and over velocities that are not zero. */
export function drawMotion({ maxOffset, maxSpeed }: MotionRules, random: Random): Motion {
  const x = random.integer(maxOffset + 1);
  const y = random.integer(maxOffset + 1);
  for (;;) {
    const vx = anySpeed(maxSpeed, random);
    const vy = anySpeed(maxSpeed, random);
    if (vx !== 0 || vy !== 0) return { x, y, vx, vy };
  }
}

/**
 * One step on. Who would leave the picture stops at its edge, with the velocity of the next step: away from the wall at
 * 1 to maxSpeed and anything along it, or with the component across turned round. Only a wall uses the stream.
 */
export function move({ x, y, vx, vy }: Motion, { bounce, maxOffset, maxSpeed }: MotionRules, random: Random): Motion {
  const wallX = wallBeyond(x + vx, maxOffset);
  const wallY = wallBeyond(y + vy, maxOffset);
  const at = { x: within(x + vx, maxOffset), y: within(y + vy, maxOffset) };
  if (wallX === 0 && wallY === 0) return { ...at, vx, vy };
  if (bounce === "deterministic") return { ...at, vx: wallX === 0 ? vx : -vx, vy: wallY === 0 ? vy : -vy };
  const component = (wall: Side) => (wall === 0 ? anySpeed(maxSpeed, random) : -wall * (1 + random.integer(maxSpeed)));
  return { ...at, vx: component(wallX), vy: component(wallY) };
}

/** −1: beyond the lower end; 1: beyond the upper one. */
type Side = -1 | 0 | 1;

function wallBeyond(at: number, maxOffset: number): Side {
  if (at < 0) return -1;
  return at > maxOffset ? 1 : 0;
}

function within(at: number, maxOffset: number): number {
  return Math.min(maxOffset, Math.max(0, at));
}

function anySpeed(maxSpeed: number, random: Random): number {
  return random.integer(2 * maxSpeed + 1) - maxSpeed;
}
