import { expect, test } from "vitest";
import { keyFor } from "../compute/random.js";
import { createWorld, type GoalWorld } from "../environments/index.js";
import { drawTasks, referenceRows } from "./reference-rows.js";

const world = createWorld("twoRoomsMini", { layouts: "heldOut", dynamics: "evaluation" }) as GoalWorld;
const search = { numSamples: 24, numIterations: 2, numElites: 5 };
const rows = (seed: number, numTasks: number) =>
  referenceRows(world, { numTasks, key: keyFor(seed, "rows"), search, imagined: createWorld("twoRoomsMini") });

test("floors and ceilings of two rooms, on the same tasks", async () => {
  const found = await rows(1, 8);
  expect(found.map(({ name }) => name)).toEqual([
    ...["zero", "random", "straightLine", "oracle"],
    ...["simulator, euclidean", "simulator, geodesic"],
  ]);
  const byName = Object.fromEntries(found.map((row) => [row.name, row]));
  for (const row of found) {
    expect(row.numTasks).toBe(8);
    expect(Object.keys(row.solved)).toEqual(Object.keys(world.successRules));
    expect(row.planningMs === undefined).toBe(!row.name.startsWith("simulator"));
    expect(row.numStopped).toBe(0);
  }
  expect(byName.zero!.solved).toEqual({ final: 0, firstHit: 0 });
  expect(byName.oracle!.solved.final).toBe(8);
  expect(byName["simulator, geodesic"]!.solved.final).toBe(8);
  expect(byName["simulator, euclidean"]!.solved.final).toBeLessThan(8);
  expect(byName.straightLine!.solved.final).toBeGreaterThan(0);
  expect(byName.straightLine!.solved.final).toBeLessThan(8);
});

test("the same key gives the same rows", async () => {
  const counts = async (seed: number) => (await rows(seed, 3)).map(({ planningMs: _, ...row }) => row);
  expect(await counts(4)).toEqual(await counts(4));
});

test("tasks that are solved where they start are drawn again", () => {
  const easy: GoalWorld<number> = {
    ...(createWorld("twoRoomsMini") as unknown as GoalWorld<number>),
    drawTask: (random) => ({ start: random.integer(3), goal: 0 }),
    successRules: { near: { doc: "within 1", when: "end", isMet: (state, goal) => Math.abs(state - goal) <= 1 } },
  };
  expect(drawTasks(easy, 20, keyFor(1)).every(({ start }) => start === 2)).toBe(true);
  const solved = { ...easy, drawTask: () => ({ start: 0, goal: 0 }) };
  expect(() => drawTasks(solved, 1, keyFor(1))).toThrow(/1000 tasks in a row were solved where they start/);
  expect(() => drawTasks(easy, 0, keyFor(1))).toThrow(/"numTasks" must be a whole number, at least 1/);
});
