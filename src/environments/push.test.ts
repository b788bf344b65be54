import { describe, expect, test } from "vitest";
import { resolveOptions } from "../compute/options.js";
import { keyFor, Random } from "../compute/random.js";
import type { GoalWorld } from "./environment.js";
import { pushTowards } from "./push/contact.js";
import { AGENT_RADIUS, createTable } from "./push/physics.js";
import { blockShape } from "./push/picture.js";
import { findWays } from "./push/route.js";
import {
  BAR,
  distanceToBlock,
  GYRATION,
  intoBlock,
  ontoTable,
  type Point,
  type Pose,
  STEM,
  wrapped,
} from "./push/shape.js";
import { atRest, poseDistance, pushingEffort } from "./push/task.js";
import { type PushState, push } from "./push.js";
import { isSolved, runPolicy } from "./run-policy.js";

const streamOf = (...path: readonly (string | number)[]) => new Random(keyFor(11, "push", ...path));
const worldOf = (options = {}) =>
  push.create(resolveOptions("push", push.options, options) as never) as GoalWorld<PushState>;
const upright: Pose = { x: 24, y: 24, angle: 0 };
/** The agent touches the bar from above, so far right of the middle. */
const above = (arm: number): Point => ({ x: 24 + arm, y: 24 + BAR.top - AGENT_RADIUS });

describe("the way to push", () => {
  test("round the block by hand: beside its corners, at 2.7 px", () => {
    const wayTo = findWays({ x: 24, y: 14 }, upright); // (0, −10) in the block's frame
    const beside = Math.hypot(8 + 2.7, 10 + BAR.top - 2.7);
    const [downTheEnd, alongTheNotch] = [4 + 2 * 2.7, Math.hypot(6, 12)];
    const below = wayTo({ x: 0, y: STEM.bottom + 2.43 })!;
    expect(below.length).toBeCloseTo(beside + downTheEnd + alongTheNotch + Math.hypot(2 + 2.7, 0.27), 9);
    expect(wayTo({ x: 3, y: -12 })).toEqual({ length: Math.hypot(3, 2), first: { x: 3, y: -12 } });
  });

  test("a wall closes one way round, and the other is taken", () => {
    const underside = { x: -5, y: BAR.bottom + 3 };
    const open = findWays({ x: 24, y: 14 }, upright)(underside)!;
    const closed = findWays({ x: 12, y: 14 }, { ...upright, x: 12 })(underside)!;
    expect(open.first.x).toBeLessThan(0);
    expect(closed.first.x).toBeGreaterThan(0);
    expect(closed.length).toBeGreaterThan(open.length + 15);
  });

  test("straight ahead: one push from where the agent is mends all", () => {
    const goal = { ...upright, y: 29 };
    const best = pushTowards(atRest(above(0), upright), goal)!;
    expect(best.contact.normal).toEqual({ x: 0, y: 1 });
    expect(best.stroke).toBeCloseTo(5, 9);
    expect(best.rest).toBeCloseTo(0, 6);
    expect(best.effort).toBeCloseTo(5, 5);
    expect(pushingEffort(atRest(above(0), upright), atRest(above(5), goal))).toBeCloseTo(5, 5);
  });

  test("from the other side it is the same push after the way round", () => {
    const goal = { ...upright, y: 29 };
    const best = pushTowards(atRest({ x: 24, y: 24 + STEM.bottom + 2.43 }, upright), goal)!;
    expect(best.contact.normal).toEqual({ x: 0, y: 1 });
    expect(best.way.length).toBeGreaterThan(30);
  });

  test("an arc is one push: where the block gets by going on alike in its own frame", () => {
    const [arm, stroke, numParts] = [4, 8, 10_000];
    const share = 1 / (1 + (arm / GYRATION) ** 2);
    let goal = upright;
    for (let i = 0; i < numParts; i++) {
      const turn = ((stroke / numParts) * arm * share) / GYRATION ** 2;
      const { x, y } = ontoTable({ x: 0, y: (stroke / numParts) * share }, { ...goal, angle: goal.angle + turn / 2 });
      goal = { x, y, angle: goal.angle + turn };
    }
    expect(goal.angle).toBeGreaterThan(0.6);
    const best = pushTowards(atRest(above(arm), upright), goal)!;
    expect(best.contact.stance.x).toBeCloseTo(arm, 9);
    expect(best.stroke).toBeCloseTo(stroke, 4);
    expect(best.rest).toBeCloseTo(0, 2);
  });

  test("what the formula promises of a push, the engine delivers", () => {
    const table = createTable();
    let [numPushes, mended] = [0, 0];
    for (let i = 0; i < 60; i++) {
      const { start, goal } = worldOf().drawTask(streamOf("promise", i));
      const first = pushTowards(start, goal.block)!;
      const { stance, normal } = first.contact;
      const there = atRest(ontoTable(stance, start.block), start.block);
      const [x, y] = [0.5 * normal.x, 0.5 * normal.y];
      const end = ontoTable({ x: stance.x + x, y: stance.y + y }, start.block);
      const after = table.advance(there, [end.x - there.agent.x, end.y - there.agent.y]);
      const moved = Math.hypot(after.agent.x - there.agent.x, after.agent.y - there.agent.y);
      const arm = (stance.x * normal.y - stance.y * normal.x) / GYRATION;
      const shift = Math.hypot(after.block.x - start.block.x, after.block.y - start.block.y);
      if (moved < 0.4) continue; // another face was in the way
      numPushes++;
      expect(shift / (moved / (1 + arm ** 2))).toBeGreaterThan(0.8);
      expect(shift / (moved / (1 + arm ** 2))).toBeLessThan(1.15);
      mended += pushingEffort(there, goal) - pushingEffort(after, goal);
    }
    expect(numPushes).toBeGreaterThan(40);
    expect(mended / numPushes).toBeGreaterThan(0.25); // of .5 at best, as contacts slip a little
  });
});

describe("goals", () => {
  test("the distance of two poses is what a loop over the block's points finds", () => {
    const random = streamOf("points");
    const poses = Array.from({ length: 20 }, () => worldOf().reset(random));
    const points: Point[] = [];
    for (const { left, right, top, bottom } of [BAR, STEM]) {
      for (let x = left + 0.125; x < right; x += 0.25)
        for (let y = top + 0.125; y < bottom; y += 0.25) points.push({ x, y });
    }
    for (const [i, a] of poses.entries()) {
      const b = poses[(i + 1) % poses.length]!;
      const squares = points.map((point) => {
        const [p, q] = [ontoTable(point, a.block), ontoTable(point, b.block)];
        return (p.x - q.x) ** 2 + (p.y - q.y) ** 2;
      });
      const expected = Math.sqrt(squares.reduce((sum, square) => sum + square) / squares.length);
      expect(Math.abs(poseDistance(a, b) / expected - 1)).toBeLessThan(2e-3);
    }
  });

  test("by hand: shifts alone, half a turn alone", () => {
    const from = atRest({ x: 5, y: 5 }, upright);
    expect(poseDistance(from, atRest({ x: 40, y: 5 }, { ...upright, x: 27, y: 28 }))).toBeCloseTo(5, 9);
    expect(poseDistance(from, atRest({ x: 40, y: 5 }, { ...upright, angle: Math.PI }))).toBeCloseTo(2 * GYRATION, 9);
  });

  test("tasks keep to their range, and agents outside the block", () => {
    const world = worldOf({ maxShift: 8, maxTurn: 0.2 });
    for (let i = 0; i < 100; i++) {
      const { start, goal } = world.drawTask(streamOf("range", i));
      const shift = Math.hypot(start.block.x - goal.block.x, start.block.y - goal.block.y);
      expect(shift >= 4 && shift <= 8).toBe(true);
      expect(Math.abs(wrapped(start.block.angle - goal.block.angle))).toBeLessThanOrEqual(0.2);
      for (const { agent, block } of [start, goal]) {
        expect(distanceToBlock(intoBlock(agent, block))).toBeGreaterThan(AGENT_RADIUS - 1e-9);
      }
    }
  });

  test("the rule is a place and an angle, across the cut of the circle too", () => {
    const { isMet } = worldOf().successRules.final!;
    const goal = atRest({ x: 5, y: 5 }, { ...upright, angle: Math.PI - 0.1 });
    const at = (x: number, angle: number) => isMet(atRest({ x: 40, y: 40 }, { ...upright, x, angle }), goal);
    expect(at(25.9, -Math.PI + 0.2)).toBe(true);
    expect(at(26.1, Math.PI - 0.1)).toBe(false);
    expect(at(24, -Math.PI + 0.3)).toBe(false);
  });

  test("floors: with 200 tasks the script solved 100 %, the straight way 2.5 %, chance none", () => {
    const world = worldOf();
    const shareOf = (policy: keyof typeof world.policies, n: number) => {
      const solved = Array.from({ length: n }, (_, i) => {
        const task = world.drawTask(streamOf("floor", i));
        const episode = runPolicy(world, world.policies[policy], task, streamOf("floor", i, "episode"));
        return isSolved(world.successRules.final!, episode, task.goal);
      });
      return solved.filter(Boolean).length / n;
    };
    expect(shareOf("oracle", 60)).toBeGreaterThan(0.95);
    expect(shareOf("straightLine", 60)).toBeLessThan(0.2);
    expect(shareOf("random", 40)).toBeLessThan(0.05);
  });
});

describe("pictures", () => {
  test("walls, ground, block and agent in their colours", () => {
    const picture = worldOf().render(atRest({ x: 12.5, y: 30.5 }, upright));
    const at = (column: number, row: number) => [
      ...picture.subarray(3 * (48 * row + column), 3 * (48 * row + column) + 3),
    ];
    expect([at(0, 20), at(47, 20), at(20, 0), at(20, 47)]).toEqual(Array(4).fill([92, 88, 84]));
    expect([at(1, 1), at(46, 46)]).toEqual(Array(2).fill([236, 232, 222]));
    expect([at(16, 20), at(31, 20), at(22, 30), at(25, 33)]).toEqual(Array(4).fill([58, 110, 165]));
    expect([at(15, 20), at(32, 20), at(21, 30), at(26, 33)]).toEqual(Array(4).fill([236, 232, 222]));
    expect(at(12, 30)).toEqual([220, 76, 48]);
  });

  test("the block covers of each pixel what many small samples say, and its area in all", () => {
    const random = streamOf("coverage");
    for (let i = 0; i < 6; i++) {
      const pose = { x: 24 + random.uniform(), y: 24 + random.uniform(), angle: random.uniform(-3, 3) };
      const { coverage } = blockShape(pose);
      let area = 0;
      for (let row = 10; row < 40; row++) {
        for (let column = 10; column < 40; column++) {
          const share = coverage(column, row);
          area += share;
          let inside = 0;
          for (let k = 0; k < 64; k++) {
            const sample = { x: column + ((k % 8) + 0.5) / 8, y: row + (Math.floor(k / 8) + 0.5) / 8 };
            if (distanceToBlock(intoBlock(sample, pose)) <= 0) inside++;
          }
          expect(Math.abs(share - inside / 64)).toBeLessThan(0.12); // .06, and what the samples miss
        }
      }
      expect(Math.abs(area - 112)).toBeLessThan(1);
    }
  });
});

test("the data pushes: the block moves in a good part of the steps, and turns both ways", () => {
  const world = worldOf();
  let [numMoved, numSteps, clockwise, counter] = [0, 0, 0, 0];
  for (let i = 0; i < 40; i++) {
    const { states } = world.behave!(streamOf("data", i), 30);
    for (const [t, { block }] of states.slice(1).entries()) {
      const before = states[t]!.block;
      const turn = wrapped(block.angle - before.angle);
      numSteps++;
      if (Math.hypot(block.x - before.x, block.y - before.y) + Math.abs(turn) > 0.1) numMoved++;
      if (turn > 0.01) clockwise++;
      if (turn < -0.01) counter++;
    }
  }
  expect(numMoved / numSteps).toBeGreaterThan(0.3);
  expect(numMoved / numSteps).toBeLessThan(0.7);
  expect(Math.min(clockwise, counter) / Math.max(clockwise, counter)).toBeGreaterThan(0.6);
});
