import { describe, expect, test } from "vitest";
import { ValueError } from "../../compute/errors.js";
import { keyFor, Random } from "../../compute/random.js";
import { occluder } from "../occluder.js";
import { hasViolations, type ViolationPair, type ViolationWorld } from "../violation.js";
import { advance, GRAVITY } from "./motion.js";
import { SPEED } from "./scene.js";
import { BACKSTAGE, HIGHEST, isHidden, isInView, isInWall, LOWEST, type OccluderState, SIZE } from "./stage.js";

const world = occluder.create({ screens: "sometimes", walls: "sometimes" }) as ViolationWorld<OccluderState>;
const NUM_STEPS = 24;
const pairsOf = (name: string, count: number, { stream = name, numSteps = NUM_STEPS } = {}) =>
  Array.from({ length: count }, (_, i) =>
    world.violations[name]!.drawPair(new Random(keyFor(2, "pairs", stream, i)), numSteps),
  );

const framesOf = (states: readonly OccluderState[]) => states.map((state) => world.render(state));

/** How much moves: squared differences of successive pictures, summed. */
function movementOf(states: readonly OccluderState[]): number {
  const frames = framesOf(states);
  let sum = 0;
  for (let t = 1; t < frames.length; t++) {
    frames[t]!.forEach((value, i) => {
      sum += (value - frames[t - 1]![i]!) ** 2;
    });
  }
  return sum;
}

function shareThatMovesMore(pairs: readonly ViolationPair<OccluderState>[]): number {
  const more = pairs.filter(({ possible, impossible }) => movementOf(impossible.states) > movementOf(possible.states));
  return more.length / pairs.length;
}

test("the world says what it can violate, and which of it is a control", () => {
  expect(hasViolations(world)).toBe(true);
  expect(Object.keys(world.violations)).toEqual([
    "vanish",
    "appear",
    "teleport",
    "throughWall",
    "turnBack",
    "teleportInView",
    "reversedGravity",
    "speedJump",
    "colourChange",
  ]);
  expect(Object.entries(world.violations).flatMap(([name, { isControl }]) => (isControl ? [name] : []))).toEqual([
    "colourChange",
  ]);
});

describe.each(Object.keys(world.violations))("%s", (name) => {
  const pairs = pairsOf(name, 100);

  test("pictures are equal before the step that is named, and differ there", () => {
    for (const { possible, impossible, at } of pairs) {
      expect([possible.states.length, impossible.states.length]).toEqual([NUM_STEPS + 1, NUM_STEPS + 1]);
      expect([possible.actions, impossible.actions]).toEqual([Array(NUM_STEPS).fill([]), Array(NUM_STEPS).fill([])]);
      const [a, b] = [framesOf(possible.states), framesOf(impossible.states)];
      const areEqual = a.map((picture, t) => Buffer.compare(picture, b[t]!) === 0);
      expect(areEqual.slice(0, at + 1)).toEqual([...Array(at).fill(true), false]);
    }
  });

  test("the possible episode obeys the world's rules, the impossible one breaks them by the step that is named", () => {
    for (const { possible, impossible, at } of pairs) {
      const isLawful = (states: readonly OccluderState[], t: number) =>
        JSON.stringify(advance(states[t - 1]!)) === JSON.stringify(states[t]);
      const steps = Array.from({ length: NUM_STEPS }, (_, i) => i + 1);
      expect(steps.filter((t) => !isLawful(possible.states, t))).toEqual([]);
      const broken = steps.filter((t) => !isLawful(impossible.states, t));
      expect(broken[0]).toBeLessThanOrEqual(at);
      if (name !== "reversedGravity") expect(broken).toHaveLength(1);
    }
  });

  test("each state of an impossible episode is one that the world knows", () => {
    for (const { possible, impossible } of pairs) {
      for (const state of impossible.states) {
        expect(state.x >= -BACKSTAGE && state.x <= SIZE + BACKSTAGE).toBe(true);
        expect(state.y >= HIGHEST && state.y <= LOWEST).toBe(true);
        if (state.vx !== 0) expect(Math.abs(state.vx) >= SPEED.low && Math.abs(state.vx) <= SPEED.high).toBe(true);
        expect([0, 1, 2, 3, 4]).toContain(state.colour);
        expect(isInWall(state) && !isHidden(state)).toBe(false); // never seen in a wall
        expect(state.screen).toEqual(possible.states[0]!.screen);
        expect(state.wall).toEqual(possible.states[0]!.wall);
        expect(Object.values(world.factors(state)).every(Number.isFinite)).toBe(true);
      }
    }
  });

  test("it happens now here, now there, with something before it and after it", () => {
    const steps = pairs.map(({ at }) => at);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(4);
    expect(Math.max(...steps)).toBeLessThanOrEqual(NUM_STEPS - 2);
    const commonest = Math.max(...steps.map((step) => steps.filter((other) => other === step).length));
    expect(new Set(steps).size).toBeGreaterThanOrEqual(9);
    expect(commonest / steps.length).toBeLessThan(0.3);
  });

  // 500 take 60 to 300 ms on one busy core.
  test("500 pairs are drawn in a moment, of few steps and of many; too few are refused", () => {
    expect(pairsOf(name, 500)).toHaveLength(500);
    expect(pairsOf(name, 100, { numSteps: 20 }).every(({ at }) => at <= 18)).toBe(true);
    expect(pairsOf(name, 50, { numSteps: 60 }).every(({ possible }) => possible.states.length === 61)).toBe(true);
    expect(() => world.violations[name]!.drawPair(new Random(keyFor(1)), 19)).toThrow(ValueError);
  });

  test("the same key gives the same pair", () => {
    expect(pairsOf(name, 3)).toEqual(pairs.slice(0, 3));
  });
});

describe("what happens", () => {
  test("vanish: it is seen, hidden, and gone", () => {
    for (const { impossible, at } of pairsOf("vanish", 50)) {
      expect(impossible.states.slice(0, at).filter(isInView).length).toBeGreaterThanOrEqual(2);
      expect(isHidden(impossible.states[at - 1]!)).toBe(true);
      const after = framesOf(impossible.states.slice(at - 1)).map(String);
      expect(new Set(after).size).toBe(1);
    }
  });

  test("teleport: as fast as before, at another place; behind the screen, or in view", () => {
    for (const [name, isThere, length] of [
      ["teleport", isHidden, 4],
      ["teleportInView", isInView, 6],
    ] as const) {
      for (const { possible, impossible } of pairsOf(name, 50)) {
        const t = impossible.states.findIndex((state, i) => state.x !== possible.states[i]!.x);
        const [last, next, now] = [possible.states[t - 1]!, possible.states[t]!, impossible.states[t]!];
        expect([last, next, now].map(isThere)).toEqual([true, true, true]);
        expect(now.vx).toBe(next.vx);
        expect(Math.hypot(now.x - next.x, now.y - next.y)).toBeGreaterThan(length - 3); // a bounce of one may lie between
      }
    }
  });

  test("throughWall and turnBack: on the other side of the wall, and back from nothing", () => {
    for (const { possible, impossible } of pairsOf("throughWall", 50)) {
      const sideOf = ({ x, wall }: OccluderState) => Math.sign(x - wall!.x);
      const [first, last] = [impossible.states[0]!, impossible.states.at(-1)!];
      expect(sideOf(last)).toBe(-sideOf(first));
      expect(sideOf(possible.states.at(-1)!)).toBe(sideOf(first));
    }
    for (const { impossible } of pairsOf("turnBack", 50)) {
      expect(impossible.states.map(({ wall }) => wall)).toEqual(Array(NUM_STEPS + 1).fill(null));
      const turns = impossible.states.flatMap((state, t) => {
        const before = impossible.states[t - 1];
        return before !== undefined && state.vx * before.vx < 0 ? [t] : [];
      });
      expect(turns).toHaveLength(1);
      expect(isHidden(impossible.states[turns[0]!]!)).toBe(true);
    }
  });

  test("reversedGravity: in the air, speed along y changes by gravity, upwards", () => {
    for (const { impossible, at } of pairsOf("reversedGravity", 50)) {
      impossible.states.slice(at).forEach(({ y, vy }, i, after) => {
        const next = after[i + 1];
        const isFree = next !== undefined && vy <= 0 && next.vy < 0 && next.y > HIGHEST && y < LOWEST - 3;
        if (isFree) expect(next.vy - vy).toBeCloseTo(-GRAVITY, 9);
      });
    }
  });

  test("speedJump: faster or slower by half at least, about as often", () => {
    const ratios = pairsOf("speedJump", 300).map(({ possible, impossible, at }) =>
      Math.abs(impossible.states[at]!.vx / possible.states[at]!.vx),
    );
    for (const ratio of ratios) expect(Math.max(ratio, 1 / ratio)).toBeGreaterThanOrEqual(1.5);
    expect(ratios.filter((ratio) => ratio > 1).length / ratios.length).toBeCloseTo(0.46, 1);
  });

  test("colourChange: nothing else", () => {
    for (const { possible, impossible, at } of pairsOf("colourChange", 50)) {
      impossible.states.forEach((state, t) => {
        expect({ ...state, colour: 0 }).toEqual({ ...possible.states[t]!, colour: 0 });
        expect(state.colour !== possible.states[t]!.colour).toBe(t >= at);
      });
    }
  });
});

describe("what does not tell them apart", () => {
  test("vanish and appear are quadruplets: every picture twice, and as much movement", () => {
    const stream = "quadruplet";
    const [gone, come] = [pairsOf("vanish", 50, { stream }), pairsOf("appear", 50, { stream })];
    gone.forEach((vanish, i) => {
      const appear = come[i]!;
      expect(appear.at).toBe(vanish.at);
      const [a, b] = [vanish, appear].map(({ possible }) => possible.states) as [OccluderState[], OccluderState[]];
      const [c, d] = [vanish, appear].map(({ impossible }) => impossible.states) as [OccluderState[], OccluderState[]];
      expect([...framesOf(c), ...framesOf(d)].map(String).sort()).toEqual(
        [...framesOf(a), ...framesOf(b)].map(String).sort(),
      );
      expect(movementOf(c) + movementOf(d)).toBe(movementOf(a) + movementOf(b));
    });
  });

  test("throughWall and turnBack are quadruplets: the same two ways, once with the wall and once without", () => {
    const stream = "quadruplet";
    const [through, back] = [pairsOf("throughWall", 50, { stream }), pairsOf("turnBack", 50, { stream })];
    through.forEach(({ possible, impossible, at }, i) => {
      const open = ({ states }: { states: readonly OccluderState[] }) =>
        states.map((state) => ({ ...state, wall: null }));
      expect(open(impossible)).toEqual(back[i]!.possible.states);
      expect(open(possible)).toEqual(back[i]!.impossible.states);
      expect(back[i]!.at).toBe(at);
    });
  });

  test.each(["teleport", "reversedGravity", "speedJump"])("%s: how much moves is near chance", (name) => {
    const share = shareThatMovesMore(pairsOf(name, 200));
    expect(share).toBeGreaterThan(0.38);
    expect(share).toBeLessThan(0.68);
  });
});
