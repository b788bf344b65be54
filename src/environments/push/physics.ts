/** The table's physics, in planck: a disc that pushes, a block that is pushed, and walls. */
import { Circle, Edge, World as Engine, Polygon, Vec2 } from "planck";
import type { Box } from "../raster.js";
import { BAR, type Point, type Pose, STEM, wrapped } from "./shape.js";

/** What moves on the table: places in pixels, angles in radians, velocities per step. */
export interface PushState {
  readonly agent: Point & { readonly vx: number; readonly vy: number };
  readonly block: Pose & { readonly vx: number; readonly vy: number; readonly omega: number };
}

/** Side of the picture. */
export const SIZE = 48;
/** The walls, one pixel thick, reach so far in; the table lies between them. */
export const TABLE = { low: 1, high: SIZE - 1 } as const;
/** Push-T: 15 where the block's side is 120. */
export const AGENT_RADIUS = 2;
/** Pixels a step; longer actions are shortened to it. */
export const MAX_STRIDE = 4;

/** Pixels in the engine's unit: its tolerances are made for bodies of about one unit. */
const UNIT = 8;
const SUBSTEPS = 10;
const DT = 1 / SUBSTEPS;
const VELOCITY_ITERATIONS = 10;
const POSITION_ITERATIONS = 4;
/** Friction of the table, 1 / step: what nothing pushes comes to rest within a tenth of a step. */
const DAMPING = 30;
/** Between bodies there is none: a push goes along the normal of a face. */
const CONTACT_FRICTION = 0;
const BLOCK_DENSITY = 1;
/** The agent is as heavy as the block: much heavier, it would squeeze the block through the walls. */
const AGENT_DENSITY = 9;
/** By how much the motor changes the velocity in a substep, pixels a step: enough to push, at three quarters of the speed. */
const MAX_VELOCITY_CHANGE = 2.5;
/** Fastest that the motor drives at, to catch up with what a push has cost. */
const MAX_SPEED = 1.5 * MAX_STRIDE;

export interface Table {
  /** The state a step after an action: how far the agent wants to go, in pixels. */
  advance(state: PushState, action: ArrayLike<number>): PushState;
}

/**
 * A table whose every step depends on state and action alone, to the last bit. The engine is used again from step to step
 * (three times as fast as a new one), so what it remembers is removed first: bodies are taken out and put back in order,
 * which empties its contacts and its search tree, and impulses of earlier steps are not used as first guesses.
 */
export function createTable(): Table {
  const engine = new Engine({ allowSleep: false, warmStarting: false, continuousPhysics: false });
  const walls = engine.createBody();
  const { low, high } = TABLE;
  const corners = [vector(low, low), vector(high, low), vector(high, high), vector(low, high)];
  corners.forEach((corner, i) => {
    walls.createFixture(new Edge(corner, corners[(i + 1) % 4]!), { friction: CONTACT_FRICTION });
  });
  const block = engine.createBody({ type: "dynamic", linearDamping: DAMPING, angularDamping: DAMPING });
  for (const box of [BAR, STEM]) {
    block.createFixture(polygonOf(box), { density: BLOCK_DENSITY, friction: CONTACT_FRICTION });
  }
  const agent = engine.createBody({ type: "dynamic", fixedRotation: true });
  const disc = new Circle(AGENT_RADIUS / UNIT);
  agent.createFixture(disc, { density: AGENT_DENSITY, friction: CONTACT_FRICTION });
  const bodies = [walls, block, agent];

  function place(state: PushState): void {
    for (const body of bodies) body.setActive(false);
    agent.setTransform(vector(state.agent.x, state.agent.y), 0);
    agent.setLinearVelocity(vector(state.agent.vx, state.agent.vy));
    block.setTransform(vector(state.block.x, state.block.y), state.block.angle);
    block.setLinearVelocity(vector(state.block.vx, state.block.vy));
    block.setAngularVelocity(state.block.omega);
    for (const body of bodies) body.setActive(true);
  }

  /** The motor: towards the velocity with which the agent arrives in time, as far as its strength goes. */
  function drive(target: Vec2, timeLeft: number): void {
    const missing = Vec2.sub(target, agent.getPosition());
    const wanted = shortened(missing.mul(1 / timeLeft), MAX_SPEED / UNIT);
    const change = shortened(Vec2.sub(wanted, agent.getLinearVelocity()), MAX_VELOCITY_CHANGE / UNIT);
    agent.setLinearVelocity(Vec2.add(agent.getLinearVelocity(), change));
  }

  return {
    advance(state, action) {
      place(state);
      const stride = shortened(vector(action[0]!, action[1]!), MAX_STRIDE / UNIT);
      const target = Vec2.add(agent.getPosition(), stride);
      for (let i = 0; i < SUBSTEPS; i++) {
        drive(target, (SUBSTEPS - i) * DT);
        engine.step(DT, VELOCITY_ITERATIONS, POSITION_ITERATIONS);
      }
      return {
        agent: { ...inPixels(agent.getPosition()), ...velocityOf(agent.getLinearVelocity()) },
        block: {
          ...inPixels(block.getPosition()),
          angle: withoutSign(wrapped(block.getAngle())),
          ...velocityOf(block.getLinearVelocity()),
          omega: withoutSign(block.getAngularVelocity()),
        },
      };
    },
  };
}

function polygonOf({ left, right, top, bottom }: Box): Polygon {
  return new Polygon([vector(left, top), vector(right, top), vector(right, bottom), vector(left, bottom)]);
}

/** Changed in place: only for vectors that were made here. */
function shortened(vector: Vec2, longest: number): Vec2 {
  vector.clamp(longest);
  return vector;
}

function vector(x: number, y: number): Vec2 {
  return new Vec2(x / UNIT, y / UNIT);
}

function inPixels({ x, y }: Vec2): Point {
  return { x: withoutSign(UNIT * x), y: withoutSign(UNIT * y) };
}

function velocityOf(velocity: Vec2): { readonly vx: number; readonly vy: number } {
  return { vx: withoutSign(UNIT * velocity.x), vy: withoutSign(UNIT * velocity.y) };
}

/** No negative zero: JSON would lose it, and a copy would not be the same state. */
function withoutSign(value: number): number {
  return value + 0;
}
