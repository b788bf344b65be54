import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../compute/random.js";
import type { GoalWorld } from "./environment.js";
import { isSolved, runPolicy } from "./run-policy.js";
import { drawLayout, geodesic, isClear, isHeldOut, type Layout } from "./two-rooms/layout.js";
import { move } from "./two-rooms/motion.js";
import type { TwoRoomsState } from "./two-rooms/world.js";
import { twoRooms } from "./two-rooms.js";
import { twoRoomsMini } from "./two-rooms-mini.js";

const layout: Layout = { wallX: 32, doorY: 18 };
const random = () => new Random(keyFor(3, "two rooms"));
const worldOf = (options = {}, environment = twoRooms) =>
  environment.create({ layouts: "all", dynamics: "evaluation", ...options }) as GoalWorld<TwoRoomsState>;

describe("the floor plan", () => {
  test("the wall stops a way, the door lets it through", () => {
    expect(isClear({ x: 20, y: 40 }, { x: 44, y: 40 }, layout)).toBe(false);
    expect(isClear({ x: 20, y: 18 }, { x: 44, y: 18 }, layout)).toBe(true);
    expect(isClear({ x: 20, y: 22 }, { x: 44, y: 22 }, layout)).toBe(true); // along the jamb
    expect(isClear({ x: 20, y: 22.1 }, { x: 44, y: 22.1 }, layout)).toBe(false);
    expect(isClear({ x: 20, y: 40 }, { x: 30.9, y: 10 }, layout)).toBe(true); // beside it
    expect(isClear({ x: 32, y: 18 }, { x: 32, y: 23 }, layout)).toBe(false); // into the jamb
  });

  test("the shortest way by hand: over one corner, over two, or straight", () => {
    const left = { x: 20, y: 40 };
    // To (33, 22) beyond the door: over the near corner (31, 22).
    expect(geodesic(left, { x: 33, y: 22 }, layout)).toBeCloseTo(Math.hypot(11, 18) + 2, 9);
    expect(geodesic(left, { x: 44, y: 40 }, layout)).toBeCloseTo(2 * Math.hypot(11, 18) + 2, 9);
    expect(geodesic(left, { x: 10, y: 8 }, layout)).toBeCloseTo(Math.hypot(10, 32), 9);
  });

  test("it is the same both ways, and obeys the triangle", () => {
    const stream = random();
    const point = () => ({ x: stream.uniform(5, 59), y: stream.uniform(5, 59) });
    for (let i = 0; i < 300; i++) {
      const [a, b, c] = [point(), point(), point()];
      if ([a, b, c].some(({ x }) => Math.abs(x - layout.wallX) <= 1)) continue;
      expect(geodesic(a, b, layout)).toBeCloseTo(geodesic(b, a, layout), 9);
      expect(geodesic(a, c, layout)).toBeLessThanOrEqual(geodesic(a, b, layout) + geodesic(b, c, layout) + 1e-9);
    }
  });

  test("a fifth of the layouts is held out, and no split meets the other", () => {
    const stream = random();
    for (const [split, expected] of [
      ["training", false],
      ["heldOut", true],
    ] as const) {
      for (let i = 0; i < 200; i++) expect(isHeldOut(drawLayout(split, stream))).toBe(expected);
    }
    const all = Array.from({ length: 25 * 45 }, (_, i) => ({ wallX: 20 + (i % 25), doorY: 10 + Math.floor(i / 25) }));
    expect(all.filter(isHeldOut).length / all.length).toBeCloseTo(0.2, 1);
  });
});

describe("motion", () => {
  const step = (
    from: { x: number; y: number },
    action: number[],
    dynamics: "training" | "evaluation",
    stream = random(),
  ) => move(from, action, layout, { dynamics, random: stream });

  test("in training a blocked move is not made at all", () => {
    const from = { x: 30, y: 40 };
    expect(step(from, [2, 0], "training")).toBe(from);
    expect(step({ x: 59, y: 40 }, [2, 0], "training")).toEqual({ x: 59, y: 40 });
    expect(step({ x: 32, y: 20 }, [0, 3], "training")).toEqual({ x: 32, y: 20 });
    expect(step({ x: 30, y: 18 }, [2, 0.5], "training")).toEqual({ x: 32, y: 18.5 });
  });

  test("in evaluation it ends at the wall, thrown back, and never beyond it", () => {
    const stream = random();
    const xs = Array.from({ length: 2000 }, () => step({ x: 29, y: 40 }, [2.45, 0], "evaluation", stream).x);
    // The wall's face is at 31; half normals of deviation .5 lie .4 away in the mean, and none nearer than .3.
    expect(Math.max(...xs)).toBeLessThanOrEqual(30.7);
    expect(xs.reduce((a, b) => a + b) / xs.length).toBeCloseTo(31 - 0.5 * Math.sqrt(2 / Math.PI) - 0.06, 1);
  });

  test("wherever it is pushed it stays in the open, on its side unless it passes the door", () => {
    const stream = random();
    for (let i = 0; i < 3000; i++) {
      const from = { x: stream.uniform(4.5, 59.5), y: stream.uniform(4.5, 59.5) };
      if (Math.abs(from.x - 32) <= 1.3) continue;
      const to = step(from, [stream.uniform(-9, 9), stream.uniform(-9, 9)], "evaluation", stream);
      for (const at of [to.x, to.y]) expect(at > 4 && at < 60).toBe(true);
      expect(Math.abs(to.x - 32) > 1 || Math.abs(to.y - 18) <= 4).toBe(true);
      if (Math.sign(to.x - 32) !== Math.sign(from.x - 32)) expect(Math.abs(to.y - 18)).toBeLessThan(9);
    }
  });

  test("a step along the wall meets what lies across it (upstream divides by zero here)", () => {
    const { x, y } = step({ x: 20, y: 58 }, [0, 5], "evaluation");
    expect(Number.isFinite(x) && y < 60).toBe(true);
    const inDoor = step({ x: 32, y: 20 }, [0, 5], "evaluation");
    expect(inDoor.y).toBeLessThanOrEqual(22 - 0.3 + 1e-9);
  });
});

test("walks obey the rule of the data, also those that were made backwards; two in five cross the wall", () => {
  const world = worldOf({ dynamics: "training" });
  let crossings = 0;
  for (let i = 0; i < 300; i++) {
    const { states, actions } = world.behave!(new Random(keyFor(8, i)), 90);
    actions.forEach((action, t) => {
      const { x, y } = world.step(states[t]!, action, random());
      expect([x, y]).toEqual([expect.closeTo(states[t + 1]!.x, 9), expect.closeTo(states[t + 1]!.y, 9)]);
    });
    const side = ({ x, wallX }: TwoRoomsState) => Math.sign(x - wallX);
    if (states.some((state, t) => t > 0 && side(state) !== side(states[t - 1]!))) crossings++;
  }
  expect(crossings / 300).toBeGreaterThan(0.33);
  expect(crossings / 300).toBeLessThan(0.47);
});

describe("pictures", () => {
  const state: TwoRoomsState = { ...layout, x: 20, y: 40 };

  test("at 65 pixels: the published Gaussian, lines at 4 and 60, a wall three pixels thick with a door of nine", () => {
    const picture = worldOf().render(state);
    const at = (row: number, column: number, channel: number) => picture[2 * (65 * row + column) + channel]!;
    expect(at(40, 20, 0)).toBe(255);
    expect(at(40, 21, 0)).toBe(Math.floor(255 * Math.exp(-1 / 3.38)));
    expect(at(43, 22, 0)).toBe(Math.floor(255 * Math.exp(-13 / 3.38)));
    expect([3, 4, 5].map((column) => at(40, column, 1))).toEqual([0, 255, 0]);
    expect([59, 60, 61].map((row) => at(row, 10, 1))).toEqual([0, 255, 0]);
    expect([30, 31, 32, 33, 34].map((column) => at(40, column, 1))).toEqual([0, 255, 255, 255, 0]);
    const open = Array.from({ length: 65 }, (_, row) => at(row, 32, 1)).flatMap((value, row) =>
      value === 0 ? [row] : [],
    );
    expect(open.filter((row) => row > 4 && row < 60)).toEqual([14, 15, 16, 17, 18, 19, 20, 21, 22]);
  });

  test("at 28 pixels: as much of everything, and the dot where it should be", () => {
    const [large, small] = [worldOf().render(state), worldOf({}, twoRoomsMini).render(state)];
    const massOf = (picture: Uint8Array, channel: number) =>
      picture.filter((_, i) => i % 2 === channel).reduce((sum, value) => sum + value, 0);
    expect(massOf(small, 1) / 28 ** 2).toBeCloseTo(massOf(large, 1) / 65 ** 2, 0);
    let [mass, x, y] = [0, 0, 0];
    small.forEach((value, i) => {
      if (i % 2 === 1) return;
      mass += value;
      x += value * ((i >> 1) % 28);
      y += value * Math.floor((i >> 1) / 28);
    });
    expect(x / mass).toBeCloseTo(((20 + 0.5) * 28) / 65 - 0.5, 1);
    expect(y / mass).toBeCloseTo(((40 + 0.5) * 28) / 65 - 0.5, 1);
  });
});

test("floors: an independent port measured 0, 0.2 and 43.1 % [40.1, 46.2] with 1,000 tasks, and 100 % by script", () => {
  const world = worldOf();
  const percentOf = (policy: keyof typeof world.policies, n: number) => {
    let solved = 0;
    for (let i = 0; i < n; i++) {
      const task = world.drawTask(new Random(keyFor(1, "task", i)));
      const episode = runPolicy(world, world.policies[policy], task, new Random(keyFor(1, "episode", i)));
      if (isSolved(world.successRules.final!, episode, task.goal)) solved++;
    }
    return (100 * solved) / n;
  };
  expect(percentOf("random", 300)).toBeLessThan(2);
  expect(percentOf("oracle", 300)).toBe(100);
  const straight = percentOf("straightLine", 1000);
  expect(straight).toBeGreaterThan(37);
  expect(straight).toBeLessThan(48);
});
