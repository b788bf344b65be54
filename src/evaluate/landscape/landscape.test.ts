import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../../compute/index.js";
import { createWorld, type GoalWorld } from "../../environments/index.js";
import { euclideanOnGrid, falseMinima, type GridMap, geodesicOnGrid, landscapeQuality } from "./index.js";

/** Rows of "." (open) and "#" (wall). */
function mapOf(...rows: string[]): GridMap {
  const isOpen = Uint8Array.from([...rows.join("")].map((cell) => Number(cell === ".")));
  return { width: rows[0]!.length, height: rows.length, isOpen };
}
const NaN_ = Number.NaN;
const D = Math.SQRT2;
const near = (values: number[]) => values.map((value) => (Number.isNaN(value) ? NaN_ : expect.closeTo(value, 12)));

describe("distances on a grid, by hand", () => {
  test("straight and diagonal steps, round a wall, without cutting its corner", () => {
    const map = mapOf(
      "....", //
      "##..",
      "....",
    );
    expect([...geodesicOnGrid(map, 8)]).toEqual(
      near([...[2 + 2 + 2, 2 + 2 + 1, 4, 3 + D], ...[NaN_, NaN_, 3, 2 + D], ...[0, 1, 2, 3]]),
    );
    expect([...euclideanOnGrid(map, 8)]).toEqual(
      near([2, Math.sqrt(5), Math.sqrt(8), Math.sqrt(13), NaN_, NaN_, Math.sqrt(5), Math.sqrt(10), 0, 1, 2, 3]),
    );
  });

  test("nobody slips between two walls, and what is cut off has no distance", () => {
    const map = mapOf(
      ".#", //
      "#.",
    );
    expect([...geodesicOnGrid(map, 0)]).toEqual([0, NaN_, NaN_, NaN_]);
  });

  test("on open ground it is the distance of a king whose diagonal steps are longer", () => {
    const map = { width: 30, height: 20, isOpen: new Uint8Array(600).fill(1) };
    const goal = 7 * 30 + 11;
    const expected = [...map.isOpen.keys()].map((i) => {
      const [dx, dy] = [Math.abs((i % 30) - 11), Math.abs(Math.floor(i / 30) - 7)];
      return Math.max(dx, dy) + (D - 1) * Math.min(dx, dy);
    });
    expect([...geodesicOnGrid(map, goal)]).toEqual(expected.map((value) => expect.closeTo(value, 9)));
  });

  test("a goal in a wall or off the map is refused", () => {
    expect(() => geodesicOnGrid(mapOf(".#"), 1)).toThrow(/"goal" must be an open place of the map, got 1/);
    expect(() => geodesicOnGrid(mapOf(".#"), 7)).toThrow(/an open place/);
    expect(() => geodesicOnGrid({ ...mapOf(".#"), width: 3 }, 0)).toThrow(/"isOpen" must have shape/);
  });
});

describe("false minima, by hand", () => {
  const along = (...values: number[]) => ({ map: mapOf(".".repeat(values.length)), values: Float64Array.from(values) });
  const depths = (values: number[], goal: number, minDepth?: number) => {
    const line = along(...values);
    return falseMinima(line.map, line.values, goal, minDepth).map(({ place, depth }) => [place, depth]);
  };

  test("downhill all the way: none", () => {
    expect(depths([0, 1, 2, 3], 0)).toEqual([]);
  });

  test("each with how far one must climb out of it, deepest first", () => {
    // From 1 one climbs to 5 and gets to 0; from 2 to 3, and gets to 1.
    expect(depths([0, 5, 1, 3, 2, 9], 0)).toEqual([
      [2, 4],
      [4, 1],
    ]);
    expect(depths([0, 5, 1, 3, 2, 9], 0, 1)).toEqual([[2, 4]]);
  });

  test("a plateau counts once, and none where it leads on down", () => {
    expect(depths([0, 4, 2, 2, 2, 7], 0)).toEqual([[expect.any(Number), 2]]);
    expect(depths([0, 2, 2, 2, 7], 0)).toEqual([]);
    expect(depths([1, 1, 1, 1], 2)).toEqual([]); // all alike: nothing leads anywhere, but nothing leads astray
  });

  test("lower than the goal itself is false too", () => {
    expect(depths([3, 5, 1], 0)).toEqual([[2, 4]]);
    expect(depths([3, 2, 1], 0)).toEqual([[2, 2]]);
  });

  test("what no way leads out of is endlessly deep; walls part, diagonals join", () => {
    const parted = mapOf(".#.");
    expect(falseMinima(parted, Float64Array.of(0, NaN_, 1), 0)).toEqual([
      { place: 2, depth: Number.POSITIVE_INFINITY },
    ]);
    const square = mapOf("..", "..");
    expect(falseMinima(square, Float64Array.of(0, 9, 9, 1), 0)).toEqual([]);
    expect(() => falseMinima(square, Float64Array.of(0, 9, NaN_, 1), 0)).toThrow(/NaN at 2/);
  });

  test("without a least depth, as many as a search of all neighbours finds", () => {
    const random = new Random(keyFor(3));
    for (let trial = 0; trial < 20; trial++) {
      const map = { width: 12, height: 9, isOpen: new Uint8Array(108).fill(1) };
      const values = Float64Array.from({ length: 108 }, () => random.uniform());
      const goal = random.integer(108);
      const isLowest = (i: number) =>
        [...map.isOpen.keys()].every((j) => {
          const isNear = Math.abs((i % 12) - (j % 12)) <= 1 && Math.abs(Math.floor(i / 12) - Math.floor(j / 12)) <= 1;
          return !isNear || i === j || values[j]! > values[i]!;
        });
      const expected = [...map.isOpen.keys()].filter((i) => i !== goal && isLowest(i));
      const found = falseMinima(map, values, goal).map(({ place }) => place);
      expect(found.sort((a, b) => a - b)).toEqual(expected);
    }
  });
});

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly wallX: number;
  readonly doorY: number;
}

describe("two rooms", () => {
  const world = createWorld("twoRooms", { layouts: "all" }) as GoalWorld<Dot>;
  const SIZE = 65;
  const cases = Array.from({ length: 6 }, (_, i) => {
    const { goal } = world.drawTask(new Random(keyFor(2, i)));
    const rounded = { ...goal, x: Math.round(goal.x), y: Math.round(goal.y) };
    const picture = world.render(rounded);
    const isOpen = Uint8Array.from({ length: SIZE ** 2 }, (_, at) => Number(picture[2 * at + 1] === 0));
    const map: GridMap = { width: SIZE, height: SIZE, isOpen };
    const place = rounded.y * SIZE + rounded.x;
    const geodesic = geodesicOnGrid(map, place);
    const states = [...geodesic.keys()].map((at) => ({ ...rounded, x: at % SIZE, y: Math.floor(at / SIZE) }));
    const truth = Float64Array.from(geodesic, (way, at) =>
      Number.isNaN(way) ? NaN_ : world.costs.geodesic(states[at]!, rounded),
    );
    const isAcross = Uint8Array.from(states, ({ x }) => Number(x < rounded.wallX !== rounded.x < rounded.wallX));
    return { question: { map, goal: place, geodesic: truth, isAcross }, geodesic };
  });

  test("the true way against itself: ρ is 1 and nothing leads astray; so does the grid's way, nearly", () => {
    for (const { question, geodesic } of cases) {
      const own = landscapeQuality({ ...question, distances: question.geodesic });
      expect(own.rho).toBeCloseTo(1, 12);
      expect(own.rhoAcross).toBeCloseTo(1, 12);
      expect(own.falseMinima).toEqual([]);
      expect(own.numAcross).toBeGreaterThan(500);
      const grid = landscapeQuality({ ...question, distances: geodesic });
      expect(grid.rhoAcross).toBeGreaterThan(0.98);
      expect(grid.falseMinima).toEqual([]);
    }
  });

  test("the straight distance leads to the wall: one trap each, and it tells less across the wall", () => {
    const found = cases.map(({ question }) => {
      const distances = euclideanOnGrid(question.map, question.goal);
      return landscapeQuality({ ...question, distances });
    });
    for (const { rho, rhoAcross } of found) {
      expect(rho).toBeLessThan(0.995);
      expect(rhoAcross!).toBeLessThan(rho);
    }
    // Where the door is straight ahead the wall traps nobody; elsewhere the place nearest to the goal does.
    expect(found.every(({ falseMinima: traps }) => traps.length <= 1)).toBe(true);
    expect(found.filter(({ falseMinima: traps }) => traps.length === 1).length).toBeGreaterThanOrEqual(4);
  });

  test("a distance that tells nothing has no ρ; one that is not as large as the map is refused", () => {
    const { question } = cases[0]!;
    const flat = landscapeQuality({ ...question, distances: new Float64Array(SIZE ** 2).fill(1) });
    expect(flat.rho).toBeNaN();
    expect(flat.falseMinima).toEqual([]);
    expect(() => landscapeQuality({ ...question, distances: new Float64Array(9) })).toThrow(
      /"distances" must have shape/,
    );
    expect(() => landscapeQuality({ ...question, distances: new Float64Array(SIZE ** 2).fill(NaN_) })).toThrow(/NaN/);
  });
});
