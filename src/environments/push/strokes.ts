/** The episodes that models learn from: an agent that moves in straight strokes, most of them at the block. */
import type { Random } from "../../compute/random.js";
import type { Episode } from "../environment.js";
import { AGENT_RADIUS, MAX_STRIDE, type PushState, SIZE, TABLE, type Table } from "./physics.js";
import { ontoTable, type Point } from "./shape.js";
import { drawState } from "./task.js";

/** Share of strokes that aim at the block; the others go anywhere. */
const AT_BLOCK = 0.75;
/** Aims at the block lie within this distance of its centre of mass: on its bar, its stem, or just beside them. */
const AIM_RADIUS = 8;
const STRIDE = { low: 1, high: MAX_STRIDE } as const;
/** Steps of a stroke: from 3 to 10. */
const STROKE_STEPS = { least: 3, spread: 8 } as const;
/** Deviation of an action's direction, in radians. */
const WOBBLE = 0.2;

/** An episode from anywhere: strokes one after another, each with a speed of its own, towards where its aim was. */
export function drawStrokes(table: Table, numSteps: number, random: Random): Episode<PushState> {
  const states = [drawState(random)];
  const actions: (readonly number[])[] = [];
  while (actions.length < numSteps) {
    const { agent, block } = states.at(-1)!;
    const aim = random.chance(AT_BLOCK) ? ontoTable(drawWithin(AIM_RADIUS, random), block) : drawPlace(random);
    const heading = Math.atan2(aim.y - agent.y, aim.x - agent.x);
    const stride = random.uniform(STRIDE.low, STRIDE.high);
    const count = STROKE_STEPS.least + random.integer(STROKE_STEPS.spread);
    for (let i = 0; i < count && actions.length < numSteps; i++) {
      const angle = heading + WOBBLE * random.normal();
      actions.push([stride * Math.cos(angle), stride * Math.sin(angle)]);
      states.push(table.advance(states.at(-1)!, actions.at(-1)!));
    }
  }
  return { states, actions };
}

/** Uniform over a disc. */
export function drawWithin(radius: number, random: Random): Point {
  const angle = random.uniform(-Math.PI, Math.PI);
  const length = radius * Math.sqrt(random.uniform());
  return { x: length * Math.cos(angle), y: length * Math.sin(angle) };
}

function drawPlace(random: Random): Point {
  const [low, high] = [TABLE.low + AGENT_RADIUS, SIZE - TABLE.low - AGENT_RADIUS];
  return { x: random.uniform(low, high), y: random.uniform(low, high) };
}
