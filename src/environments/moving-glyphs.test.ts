import { describe, expect, test } from "vitest";
import { resolveOptions } from "../compute/options.js";
import { keyFor, Random } from "../compute/random.js";
import { drawAppearance, drawGlyph, NUM_CLASSES } from "./moving-glyphs/glyph.js";
import { drawMotion, type Motion, type MotionRules, move } from "./moving-glyphs/motion.js";
import { type MovingGlyphsState, movingGlyphs } from "./moving-glyphs.js";

const streamOf = (...path: readonly (string | number)[]) => new Random(keyFor(7, "moving glyphs", ...path));
const worldOf = (options = {}) =>
  movingGlyphs.create(resolveOptions("movingGlyphs", movingGlyphs.options, options) as never);

/** A stream that nobody may use. */
const forbidden = new Proxy(streamOf(), {
  get: (_, name) => () => {
    throw new Error(`random.${String(name)} was used`);
  },
});

describe("motion", () => {
  const rules: MotionRules = { bounce: "stochastic", maxOffset: 31, maxSpeed: 4 };
  const moved = (motion: Motion, changed: Partial<MotionRules> = {}, random: Random = forbidden) =>
    move(motion, { ...rules, ...changed }, random);

  test("away from walls it is straight on, and nothing is drawn", () => {
    expect(moved({ x: 5, y: 20, vx: 3, vy: -4 })).toEqual({ x: 8, y: 16, vx: 3, vy: -4 });
    expect(moved({ x: 28, y: 4, vx: 3, vy: -4 })).toEqual({ x: 31, y: 0, vx: 3, vy: -4 }); // touching is not leaving
  });

  test("deterministic: it stops at the wall, and the component across is turned round", () => {
    const bounced = (motion: Motion) => moved(motion, { bounce: "deterministic" });
    expect(bounced({ x: 30, y: 9, vx: 3, vy: 2 })).toEqual({ x: 31, y: 11, vx: -3, vy: 2 });
    expect(bounced({ x: 12, y: 1, vx: 3, vy: -2 })).toEqual({ x: 15, y: 0, vx: 3, vy: 2 });
    expect(bounced({ x: 1, y: 30, vx: -4, vy: 4 })).toEqual({ x: 0, y: 31, vx: 4, vy: -4 });
  });

  test("stochastic: every velocity away from the wall, equally often", () => {
    const random = streamOf("wall");
    const counts = new Map<string, number>();
    const n = 36_000;
    for (let i = 0; i < n; i++) {
      const { x, y, vx, vy } = moved({ x: 30, y: 9, vx: 2, vy: 1 }, {}, random);
      expect([x, y]).toEqual([31, 10]);
      counts.set(`${vx} ${vy}`, (counts.get(`${vx} ${vy}`) ?? 0) + 1);
    }
    const possible = [-1, -2, -3, -4].flatMap((vx) => [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((vy) => `${vx} ${vy}`));
    expect([...counts.keys()].sort()).toEqual(possible.sort());
    // 1,000 expected for each of the 36, deviation 31.
    for (const count of counts.values()) expect(Math.abs(count - n / 36)).toBeLessThan(150);
  });

  test("stochastic: out of a corner both components lead away", () => {
    const random = streamOf("corner");
    for (let i = 0; i < 500; i++) {
      const { x, y, vx, vy } = moved({ x: 1, y: 30, vx: -2, vy: 4 }, {}, random);
      expect([x, y]).toEqual([0, 31]);
      expect(vx >= 1 && vx <= 4 && vy <= -1 && vy >= -4).toBe(true);
    }
  });

  test("starts are uniform over the 32 × 32 places and the 80 velocities that are not zero", () => {
    const random = streamOf("starts");
    const starts = Array.from({ length: 40_000 }, () => drawMotion(rules, random));
    const countBy = (keyOf: (motion: Motion) => string) => {
      const counts = new Map<string, number>();
      for (const start of starts) counts.set(keyOf(start), (counts.get(keyOf(start)) ?? 0) + 1);
      return [...counts.values()];
    };
    const velocities = countBy(({ vx, vy }) => `${vx} ${vy}`);
    expect(velocities).toHaveLength(80);
    expect(starts.some(({ vx, vy }) => vx === 0 && vy === 0)).toBe(false);
    for (const count of velocities) expect(Math.abs(count - 500)).toBeLessThan(120); // deviation 22
    for (const axis of ["x", "y"] as const) {
      const places = countBy((motion) => String(motion[axis]));
      expect(places).toHaveLength(32);
      for (const count of places) expect(Math.abs(count - 1250)).toBeLessThan(180); // deviation 35
    }
  });
});

describe.each([64, 32])("episodes at %i pixels", (size) => {
  test("boxes stay in the picture at whole places, and speeds below their limit", () => {
    const world = worldOf({ size, numGlyphs: 4 });
    const random = streamOf("stay", size);
    for (let i = 0; i < 30; i++) {
      let state = world.reset(random) as MovingGlyphsState;
      for (let t = 0; t < 40; t++) {
        for (const { x, y, vx, vy } of state.glyphs) {
          for (const at of [x, y]) expect(Number.isInteger(at) && at >= 0 && at <= size / 2 - 1).toBe(true);
          for (const speed of [vx, vy]) expect(Number.isInteger(speed) && Math.abs(speed) <= size / 16).toBe(true);
        }
        state = world.step(state, [], random) as MovingGlyphsState;
      }
    }
  });

  test("all the ink of a glyph lies within its box", () => {
    const side = size / 2;
    const random = streamOf("ink", size);
    for (let i = 0; i < 500; i++) {
      const glyph = drawGlyph(drawAppearance(random), side);
      const isEdge = (at: number) => [0, side - 1].includes(at % side) || [0, side - 1].includes(Math.floor(at / side));
      expect(glyph.every((ink, at) => ink === 0 || !isEdge(at))).toBe(true);
      const brightest = Math.max(...glyph);
      expect(brightest).toBeGreaterThan(200);
    }
  });

  test("classes look different: the nearest of the ten mean glyphs names an unseen one", () => {
    const side = size / 2;
    const random = streamOf("classes", size);
    const drawOf = (of: number) => drawGlyph({ ...drawAppearance(random), class: of }, side);
    const means = Array.from({ length: NUM_CLASSES }, (_, of) => {
      const mean = new Float64Array(side * side);
      for (let i = 0; i < 100; i++) {
        for (const [at, ink] of drawOf(of).entries()) mean[at] = mean[at]! + ink / 100;
      }
      return mean;
    });
    const nearest = (glyph: Uint8Array) => {
      const distances = means.map((mean) => mean.reduce((sum, value, at) => sum + (value - glyph[at]!) ** 2, 0));
      return distances.indexOf(Math.min(...distances));
    };
    let numRight = 0;
    for (let i = 0; i < 500; i++) if (nearest(drawOf(i % NUM_CLASSES)) === i % NUM_CLASSES) numRight++;
    expect(numRight / 500).toBeGreaterThan(0.9); // chance: .1
  });
});

describe("pictures", () => {
  const world = worldOf();
  const stateOf = (...places: readonly (readonly [x: number, y: number])[]): MovingGlyphsState => {
    const [glyph] = (world.reset(streamOf("picture")) as MovingGlyphsState).glyphs;
    return { glyphs: places.map(([x, y]) => ({ ...glyph!, x, y })) };
  };
  const alone = world.render(stateOf([0, 0]));

  test("a glyph is its drawing at its place", () => {
    const { appearance } = stateOf([0, 0]).glyphs[0]!;
    const glyph = drawGlyph(appearance, 32);
    const picture = world.render(stateOf([31, 7]));
    for (let row = 0; row < 64; row++) {
      for (let column = 0; column < 64; column++) {
        const isInside = column >= 31 && column < 63 && row >= 7 && row < 39;
        const expected = isInside ? glyph[(row - 7) * 32 + column - 31]! : 0;
        if (picture[row * 64 + column] !== expected) throw new Error(`pixel ${column}, ${row}`);
      }
    }
  });

  test("overlapping glyphs add up, to 255 at most", () => {
    const shifted = world.render(stateOf([3, 2]));
    const both = world.render(stateOf([0, 0], [3, 2]));
    const sums = alone.map((value, at) => Math.min(255, value + shifted[at]!));
    expect(both).toEqual(sums);
    const numSaturated = alone.filter((value, at) => value + shifted[at]! > 255).length;
    expect(numSaturated).toBeGreaterThan(10);
  });

  test("a line by hand: full within half its width, fading over one pixel", () => {
    const upright = { class: 1, scale: 0.3, aspect: 1, slant: 0, width: 0.1 };
    const glyph = drawGlyph(upright, 32);
    // The stem of the 1 is at x = 16 + .05 · 9.6 = 16.48; ink is ½ + 1.6 − d for pixel centres at 14.5 to 18.5.
    const expected = [14.5, 15.5, 16.5, 17.5, 18.5].map((x) =>
      Math.round(255 * Math.min(1, 2.1 - Math.abs(x - 16.48))),
    );
    expect([14, 15, 16, 17, 18].map((column) => glyph[18 * 32 + column])).toEqual(expected);
    expect(expected).toEqual([31, 255, 255, 255, 20]);
  });
});

test("the stream is used at walls alone", () => {
  const world = worldOf({ numGlyphs: 1 });
  const { appearance } = (world.reset(streamOf("walls")) as MovingGlyphsState).glyphs[0]!;
  const before = { x: 20, y: 10, vx: 4, vy: -3, appearance };
  const inTheOpen = world.step({ glyphs: [before] }, [], forbidden) as MovingGlyphsState;
  expect(inTheOpen.glyphs[0]).toEqual({ ...before, x: 24, y: 7 });
  expect(() => world.step({ glyphs: [{ ...before, x: 28 }] }, [], forbidden)).toThrow("random.integer was used");
});

test("two futures of one state part where a wall is met, unless the bounce is deterministic", () => {
  const futureOf = (bounce: string, key: number) => {
    const world = worldOf({ bounce });
    let state = world.reset(streamOf("start"));
    for (let t = 0; t < 40; t++) state = world.step(state, [], streamOf("future", key, t));
    return world.factors(state);
  };
  expect(futureOf("deterministic", 1)).toEqual(futureOf("deterministic", 2));
  expect(futureOf("stochastic", 1)).not.toEqual(futureOf("stochastic", 2));
});

test("factors name every glyph's place, velocity and class", () => {
  const world = worldOf({ numGlyphs: 3 });
  const state = world.reset(streamOf("factors")) as MovingGlyphsState;
  const factors = world.factors(state);
  expect(Object.keys(factors)).toEqual(
    [0, 1, 2].flatMap((i) => ["x", "y", "vx", "vy", "class"].map((name) => name + i)),
  );
  expect(factors.vy1).toBe(state.glyphs[1]!.vy);
  expect(factors.class2).toBe(state.glyphs[2]!.appearance.class);
});

test("a size between the two is refused", () => {
  expect(() => worldOf({ size: 48 })).toThrow(/"size" must be 64 or 32, got 48/);
});
