import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../../compute/random.js";
import { AGENT_RADIUS, createTable, type PushState, TABLE } from "./physics.js";
import { BAR, CORNERS, distanceToBlock, GYRATION, intoBlock, ontoTable, type Point, type Pose, STEM } from "./shape.js";
import { drawStrokes, drawWithin } from "./strokes.js";
import { atRest, drawState } from "./task.js";

const upright: Pose = { x: 24, y: 24, angle: 0 };
/** The agent touches the bar from above, so far right of the middle. */
const above = (arm: number): Point => ({ x: 24 + arm, y: 24 + BAR.top - AGENT_RADIUS });

describe("physics", () => {
  const table = createTable();

  test("away from everything the agent goes where it wants, 4 px at most, and stops there", () => {
    const start = atRest({ x: 10, y: 10 }, { x: 30, y: 30, angle: 0.3 });
    const there = table.advance(start, [3, -2]);
    expect([there.agent.x, there.agent.y]).toEqual([expect.closeTo(13, 6), expect.closeTo(8, 6)]);
    for (const [name, value] of Object.entries(start.block)) {
      expect(there.block[name as keyof PushState["block"]]).toBeCloseTo(value, 12);
    }
    const far = table.advance(start, [30, 40]);
    expect([far.agent.x, far.agent.y]).toEqual([expect.closeTo(12.4, 6), expect.closeTo(13.2, 6)]);
    const { agent } = table.advance(there, [0, 0]);
    expect([agent.x, agent.y]).toEqual([expect.closeTo(13, 1), expect.closeTo(8, 1)]);
    expect(Math.hypot(agent.vx, agent.vy)).toBeLessThan(0.5);
  });

  test("pushed towards its centre of mass the block goes straight, and rests when the agent does", () => {
    let state = atRest(above(0), upright);
    for (let i = 0; i < 3; i++) state = table.advance(state, [0, 3]);
    expect(state.block.y - upright.y).toBeGreaterThan(5);
    expect([state.block.x, state.block.angle]).toEqual([expect.closeTo(24, 6), expect.closeTo(0, 6)]);
    expect(state.block.y + BAR.top - state.agent.y).toBeCloseTo(AGENT_RADIUS, 0); // still touching
    const stopped = table.advance(table.advance(state, [0, 0]), [0, 0]);
    expect(stopped.block.y - state.block.y).toBeLessThan(0.3);
    expect(Math.abs(stopped.block.vy)).toBeLessThan(1e-3);
  });

  test("pushed beside it the block turns too, by arm / ρ² for each pixel it goes", () => {
    for (const arm of [-6, -3, 4]) {
      const { block } = table.advance(atRest(above(arm), upright), [0, 0.25]);
      expect(block.angle / (block.y - upright.y) / (arm / GYRATION ** 2)).toBeCloseTo(1, 1);
    }
  });

  test("walls stop the block, and a block at a wall stops the agent, however long it pushes", () => {
    let state = atRest({ x: 24, y: 34 + BAR.top - AGENT_RADIUS }, { ...upright, y: 34 });
    for (let i = 0; i < 40; i++) state = table.advance(state, [0, 4]);
    expect(state.block.y + STEM.bottom).toBeCloseTo(TABLE.high, 0);
    expect(state.block.y + BAR.top - state.agent.y).toBeCloseTo(AGENT_RADIUS, 0);
    expect(Math.abs(state.agent.vy)).toBeLessThan(0.1);
  });

  test("nothing leaves the table or sinks into another, whatever the agent does", () => {
    const random = new Random(keyFor(11, "anything"));
    let [deepest, farthest] = [0, 0];
    for (let i = 0; i < 25; i++) {
      let state = drawState(random);
      for (let t = 0; t < 40; t++) {
        const { x, y } = random.chance(0.7) ? towardsBlock(state) : drawWithin(6, random);
        state = table.advance(state, [x, y]);
        deepest = Math.max(deepest, AGENT_RADIUS - distanceToBlock(intoBlock(state.agent, state.block)));
        const corners = CORNERS.map((corner) => ontoTable(corner, state.block));
        for (const at of corners.flatMap((corner) => [corner.x, corner.y])) {
          farthest = Math.max(farthest, TABLE.low - at, at - TABLE.high);
        }
        for (const at of [state.agent.x, state.agent.y]) {
          farthest = Math.max(farthest, TABLE.low + AGENT_RADIUS - at, at + AGENT_RADIUS - TABLE.high);
        }
      }
    }
    expect(deepest).toBeLessThan(0.7); // pushed with full strength into a corner
    expect(farthest).toBeLessThan(0.5);
  });

  test("a step depends on state and action alone, to the last bit: another table, another past, a copy of the state", () => {
    const { states, actions } = drawStrokes(table, 150, new Random(keyFor(11, "pure")));
    const used = createTable();
    for (let i = 0; i < 150; i++) {
      const other = (i * 77) % 150;
      used.advance(states[other]!, actions[i]!); // something else before
      const copy = JSON.parse(JSON.stringify(states[i]));
      expect(used.advance(copy, actions[i]!)).toStrictEqual(states[i + 1]);
      if (i % 10 === 0) expect(createTable().advance(states[i]!, actions[i]!)).toStrictEqual(states[i + 1]);
    }
  });
});

function towardsBlock({ agent, block }: PushState): Point {
  return { x: 4 * Math.sign(block.x - agent.x), y: 4 * Math.sign(block.y - agent.y) };
}
