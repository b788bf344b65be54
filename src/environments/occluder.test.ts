import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../compute/random.js";
import { advance, GRAVITY, RESTITUTION, rollOut } from "./occluder/motion.js";
import { drawScene, type SceneRules } from "./occluder/scene.js";
import { BACKSTAGE, HIGHEST, isHidden, isInView, LOWEST, type OccluderState, RADIUS, SIZE } from "./occluder/stage.js";
import { occluder } from "./occluder.js";

const world = occluder.create({ screens: "sometimes", walls: "sometimes" });
const ball: OccluderState = { x: 10, y: LOWEST, vx: 1.5, vy: 0, colour: 0, screen: null, wall: null };
const scenesOf = (rules: Partial<SceneRules>, count: number) =>
  Array.from({ length: count }, (_, i) =>
    drawScene(new Random(keyFor(4, "occluder", i)), {
      ball: "always",
      screens: "sometimes",
      walls: "sometimes",
      ...rules,
    }),
  );

describe("motion, by hand", () => {
  test("what falls freely follows the parabola", () => {
    const states = rollOut({ ...ball, x: 2, y: 5, vx: 1.5 }, 12);
    states.forEach(({ x, y, vx, vy }, t) => {
      expect([x, y, vx, vy]).toEqual([2 + 1.5 * t, expect.closeTo(5 + t ** 2 / 8, 9), 1.5, expect.closeTo(t / 4, 9)]);
    });
  });

  test("a bounce at the end of a step, and one within it", () => {
    // 2 = .75 t + t²/8 at t = 2; it arrives with 1.25 and leaves with 1.
    const [, , third, fourth] = rollOut({ ...ball, y: LOWEST - 2, vy: 0.75 }, 3);
    expect([third!.y, third!.vy]).toEqual([LOWEST, -1]);
    expect([fourth!.y, fourth!.vy]).toEqual([LOWEST - 0.875, -0.75]);
    // .53125 = t + t²/8 at t = ½; it arrives with 1.125, leaves with .9, and rises for the other half.
    const { y, vy } = advance({ ...ball, y: LOWEST - 0.53125, vy: 1 });
    expect(y).toBeCloseTo(LOWEST - (0.9 / 2 - 0.25 / 8), 12);
    expect(vy).toBeCloseTo(-0.9 + 0.25 / 2, 12);
  });

  test("off the ceiling as off the floor", () => {
    // 1 = 1.125 t − t²/8 at t = 1; it arrives with .875.
    const { y, vy } = advance({ ...ball, y: HIGHEST + 1, vy: -1.125 });
    expect([y, vy]).toEqual([HIGHEST, expect.closeTo(0.7, 12)]);
  });

  test("the top after a bounce is lower by the square of the restitution", () => {
    const ys = rollOut({ ...ball, x: -10, vx: 0.01, y: LOWEST - 18 }, 24).map((state) => state.y);
    expect(Math.min(...ys.slice(13))).toBeCloseTo(LOWEST - 18 * RESTITUTION ** 2, 1);
  });

  test("a ball on the floor rolls on, and one that hardly bounces comes to roll", () => {
    expect(advance(ball)).toEqual({ ...ball, x: 11.5 });
    expect(advance({ ...ball, y: LOWEST - 0.01, vy: 0.1 })).toMatchObject({ y: LOWEST, vy: 0 });
  });

  test("off the wall it comes back as fast as it went, from where their edges meet", () => {
    const walled = { ...ball, vx: 2, wall: { x: 16 } }; // contact at 16 − 1 − 2 = 13
    expect(rollOut(walled, 3).map(({ x, vx }) => [x, vx])).toEqual([
      [10, 2],
      [12, 2],
      [12, -2],
      [10, -2],
    ]);
    expect(advance({ ...walled, x: 22, vx: -2, vy: -1 })).toMatchObject({ x: 20, vx: -2 });
    expect(advance({ ...walled, x: 20, vx: -2 })).toMatchObject({ x: 20, vx: 2 });
  });

  test("nothing is so fast that it passes wall, floor or ceiling", () => {
    const random = new Random(keyFor(5, "fast"));
    for (let i = 0; i < 500; i++) {
      const [vx, vy] = [random.uniform(0, 30), random.uniform(-80, 80)];
      const { x, y } = advance({ ...ball, y: random.uniform(HIGHEST, LOWEST), vx, vy, wall: { x: 16 } });
      expect(x).toBeLessThanOrEqual(13);
      expect(y >= HIGHEST && y <= LOWEST).toBe(true);
    }
  });

  test("who leaves the picture stops backstage, for good", () => {
    const states = rollOut({ ...ball, x: SIZE + BACKSTAGE - 4, vx: 2, y: 10 }, 5);
    expect(states.at(-1)).toMatchObject({ x: SIZE + BACKSTAGE, y: LOWEST, vx: 0, vy: 0 });
    expect(states.at(-1)).toEqual(states.at(-2));
    expect(advance({ ...ball, x: 1 - BACKSTAGE, vx: 2 }).x).toBe(3 - BACKSTAGE); // coming in, it is not held
  });

  test("energy never grows, and is kept between bounces", () => {
    const energyOf = ({ y, vx, vy }: OccluderState) => GRAVITY * (LOWEST - y) + (vx ** 2 + vy ** 2) / 2;
    for (const start of scenesOf({}, 200)) {
      const energies = rollOut(start, 60).map(energyOf);
      energies.slice(1).forEach((energy, t) => {
        expect(energy).toBeLessThanOrEqual(energies[t]! + 1e-9);
      });
      expect(energies[1]! / energies[0]!).toBeGreaterThan(0.5);
    }
  });
});

describe("scenes", () => {
  test("what a step gives depends on the state alone", () => {
    const never = new Random(keyFor(0));
    never.uint32 = () => {
      throw new Error("drawn");
    };
    for (const start of scenesOf({}, 50)) expect(world.step(start, [], never)).toEqual(advance(start));
  });

  test("ball, screen and wall are there as often as is said, and always or never where it is asked for", () => {
    const starts = Array.from({ length: 2000 }, (_, i) => world.reset(new Random(keyFor(6, i))));
    const shareOf = (is: (state: OccluderState) => boolean) => starts.filter(is).length / starts.length;
    expect(shareOf(({ screen }) => screen !== null)).toBeCloseTo(0.75, 1);
    expect(shareOf(({ wall }) => wall !== null)).toBeCloseTo(0.3, 1);
    expect(shareOf(({ vx }) => vx === 0)).toBeCloseTo(0.05, 1);
    expect(shareOf(({ vx }) => vx === 0)).toBeGreaterThan(0.02);
    expect(shareOf(({ vx }) => vx > 0)).toBeCloseTo(0.475, 1);
    const other = occluder.create({ screens: "always", walls: "never" });
    for (let i = 0; i < 200; i++) {
      const { screen, wall } = other.reset(new Random(keyFor(7, i)));
      expect([screen === null, wall]).toEqual([false, null]);
    }
  });

  test("who is not late has passed the screen wholly after 23 steps, and was hidden at some time if it rolled", () => {
    for (const start of scenesOf({ screens: "always", walls: "never" }, 500)) {
      if (start.x < 0 || start.x > SIZE) continue;
      const states = rollOut(start, 23);
      const { left, width } = start.screen!;
      const { x } = states.at(-1)!;
      expect(start.vx > 0 ? x - RADIUS >= left + width : x + RADIUS <= left).toBe(true);
      if (start.y === LOWEST) expect(states.some(isHidden)).toBe(true);
    }
  });

  test("at first no ball is hidden, or where a wall is", () => {
    for (const { x, screen, wall } of scenesOf({}, 500)) {
      if (screen !== null) expect(x + RADIUS < screen.left || x - RADIUS > screen.left + screen.width).toBe(true);
      if (wall !== null) expect(Math.abs(x - wall.x)).toBeGreaterThan(1 + RADIUS);
    }
  });
});

describe("pictures", () => {
  const screen = { left: 10, width: 10, top: 8, colour: 0 };
  const emptyOf = (state: OccluderState) => world.render({ ...state, x: -BACKSTAGE, y: LOWEST });
  const massOf = (state: OccluderState) => {
    const [picture, empty] = [world.render(state), emptyOf(state)];
    return picture.reduce((sum, value, i) => sum + Math.abs(value - empty[i]!), 0);
  };

  test("the ball is hidden exactly when the screen covers it", () => {
    for (let i = -40; i <= 360; i++) {
      const state = { ...ball, x: i / 10, screen };
      const isCovered = i >= 120 && i <= 180; // 10 + 2 to 20 − 2
      expect(isHidden(state)).toBe(isCovered);
      expect(isInView(state)).toBe(i >= 20 && i <= 300 && (i <= 80 || i >= 220));
      const isOutside = i <= -20 || i >= 340;
      if (isCovered || isOutside) expect(massOf(state)).toBe(0);
      else if (i > -17 && i < 337 && (i < 117 || i > 183)) expect(massOf(state)).toBeGreaterThan(0);
    }
    expect(isHidden({ ...ball, x: 15, y: 10, screen })).toBe(true);
    expect(isHidden({ ...ball, x: 15, y: 9.9, screen })).toBe(false);
    expect(massOf({ ...ball, x: 15, y: 8, screen })).toBeGreaterThan(0);
  });

  test("the ball is where its factors say, as large as it should be, and moves by parts of a pixel", () => {
    const random = new Random(keyFor(9, "centre"));
    for (let i = 0; i < 50; i++) {
      const state = { ...ball, colour: i % 5, x: random.uniform(3, 29), y: random.uniform(HIGHEST, LOWEST) };
      const [picture, empty] = [world.render(state), emptyOf(state)];
      let [mass, x, y] = [0, 0, 0];
      let full = 0;
      for (let p = 0; p < SIZE ** 2; p++) {
        const change = [0, 1, 2].reduce((sum, c) => sum + Math.abs(picture[3 * p + c]! - empty[3 * p + c]!), 0);
        mass += change;
        x += change * ((p % SIZE) + 0.5);
        y += change * (Math.floor(p / SIZE) + 0.5);
        full = Math.max(full, change);
      }
      expect(Math.abs(x / mass - world.factors(state).x!)).toBeLessThan(0.03);
      expect(Math.abs(y / mass - world.factors(state).y!)).toBeLessThan(0.03);
      expect(mass / full).toBeCloseTo(Math.PI * RADIUS ** 2, 0);
    }
  });

  test("the wall is seen above the screen, and the ball before the wall's foot is not", () => {
    const walled = { ...ball, x: 15, screen, wall: { x: 15 } };
    const at = (row: number, column: number) => [
      ...world
        .render(walled)
        .subarray(3 * (SIZE * row + column))
        .slice(0, 3),
    ];
    expect(at(5, 14)).not.toEqual(at(5, 11));
    expect(at(20, 14)).toEqual(at(20, 11));
    expect(massOf(walled)).toBe(0);
  });

  test("factors say what stands there, and 0 for what does not", () => {
    expect(world.factors({ ...ball, screen })).toMatchObject({
      hasScreen: 1,
      screenX: 15,
      screenWidth: 10,
      hasWall: 0,
      wallX: 0,
    });
    expect(world.factors({ ...ball, x: 15, screen, wall: { x: 16 } })).toMatchObject({
      isHidden: 1,
      hasWall: 1,
      wallX: 16,
    });
    expect(world.factors(ball)).toMatchObject({ isHidden: 0, hasScreen: 0, screenX: 0, screenWidth: 0, screenTop: 0 });
  });
});
