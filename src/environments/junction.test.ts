import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../compute/random.js";
import type { BranchingWorld } from "./environment.js";
import { drawPlace, isHeldOut } from "./junction/road.js";
import { type JunctionState, junction } from "./junction.js";

const worldOf = (options = {}) =>
  junction.create({
    places: "all",
    corridorShare: 0,
    rightProbability: -1,
    ...options,
  }) as BranchingWorld<JunctionState>;
const start: JunctionState = {
  ...{ kind: "junction", junctionX: 15, junctionY: 12, rightProbability: 0.8 },
  ...{ x: 15, y: 14.5, heading: "up", speed: 1.5 },
};
const stream = (...path: readonly (string | number)[]) => new Random(keyFor(4, "junction", ...path));

describe("the dot", () => {
  test("keeps its speed along the road, round the corner too", () => {
    const world = worldOf();
    const states = [start];
    for (let i = 0; i < 3; i++) states.push(world.step(states[i]!, [1], stream()));
    expect(states.map(({ x, y }) => [x, y])).toEqual([
      [15, 14.5],
      [15, 13],
      [15.5, 12], // 1 px to the junction, .5 px along the arm
      [17, 12],
    ]);
  });

  test("stops at the end of its road", () => {
    const world = worldOf();
    let state: JunctionState = { ...start, x: 28.9, y: 12, heading: "right" };
    for (let i = 0; i < 4; i++) state = world.step(state, [0], stream());
    expect(state.x).toBe(30);
    let straight: JunctionState = { ...start, kind: "corridor", y: 3 };
    for (let i = 0; i < 4; i++) straight = world.step(straight, [0], stream());
    expect([straight.x, straight.y]).toEqual([15, 1]);
  });

  test("turns right as often as the sign says, and always as it is steered", () => {
    const world = worldOf();
    const turning: JunctionState = { ...start, y: 12.5 };
    const rights = (steering: number, n: number) =>
      Array.from({ length: n }, (_, i) => world.step(turning, [steering], stream("turn", i))).filter(
        ({ heading }) => heading === "right",
      ).length / n;
    expect(rights(0, 4000)).toBeCloseTo(0.8, 1);
    expect(rights(0.4, 4000)).toBe(rights(0, 4000));
    expect([rights(0.5, 50), rights(-0.5, 50)]).toEqual([1, 0]);
  });
});

describe("futures", () => {
  const still = (n: number) => Array.from({ length: n }, () => [0]);

  test("both arms with their chances, likeliest first, and they are what happens", () => {
    const world = worldOf();
    const futures = world.futures(start, still(5));
    expect(futures.map(({ probability }) => probability)).toEqual([0.8, expect.closeTo(0.2, 12)]);
    for (let i = 0; i < 20; i++) {
      const states = [start];
      for (let t = 0; t < 5; t++) states.push(world.step(states[t]!, [0], stream("happens", i)));
      const last = states.at(-1)!;
      expect(futures.map((future) => future.states.at(-1))).toContainEqual(last);
    }
  });

  test("one where nothing is left to chance: before the junction, steered, in a corridor, or surely right", () => {
    const world = worldOf();
    expect(world.futures(start, still(1))).toHaveLength(1);
    expect(
      world
        .futures(
          start,
          Array.from({ length: 5 }, () => [-1]),
        )
        .map(({ states }) => states.at(-1)!.heading),
    ).toEqual(["left"]);
    expect(world.futures({ ...start, kind: "corridor" }, still(9))).toHaveLength(1);
    expect(world.futures({ ...start, rightProbability: 1 }, still(5))).toEqual([
      expect.objectContaining({ probability: 1 }),
    ]);
  });
});

test("places are split: none of those held out is ever trained on", () => {
  const random = stream("places");
  const drawn = (split: "training" | "heldOut") => Array.from({ length: 300 }, () => drawPlace(split, random));
  expect(drawn("training").some(({ junctionX, junctionY }) => isHeldOut(junctionX, junctionY))).toBe(false);
  expect(drawn("heldOut").every(({ junctionX, junctionY }) => isHeldOut(junctionX, junctionY))).toBe(true);
  expect(new Set(drawn("heldOut").map(({ junctionX, junctionY }) => `${junctionX},${junctionY}`)).size).toBeGreaterThan(
    5,
  );
});

test("the sign shows the chance, and a corridor has none", () => {
  const signOf = (state: JunctionState) =>
    Math.max(
      ...worldOf()
        .render(state)
        .filter((_, i) => i % 3 === 2),
    );
  expect(signOf(start)).toBe(204);
  expect(signOf({ ...start, kind: "corridor" })).toBe(0);
});

test("logged episodes are steered half of the time, and three signs are equally frequent", () => {
  const world = worldOf();
  const episodes = Array.from({ length: 600 }, (_, i) => world.behave!(stream("log", i), 2));
  const shareOf = (isSo: (episode: (typeof episodes)[number]) => boolean) =>
    episodes.filter(isSo).length / episodes.length;
  expect(shareOf(({ actions }) => actions[0]![0] !== 0)).toBeCloseTo(0.5, 1);
  for (const chance of [0.2, 0.5, 0.8]) {
    expect(shareOf(({ states }) => states[0]!.rightProbability === chance)).toBeCloseTo(1 / 3, 1);
  }
});
