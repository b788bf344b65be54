import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../../../compute/random.js";
import { drawBackground } from "./background.js";
import { coverageOf } from "./coverage.js";
import { drawShape, OBJECT_KINDS, type ObjectShape, type Point } from "./outlines.js";

const square: ObjectShape = [
  {
    points: [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ],
    isHole: false,
  },
];
const sum = (values: Float32Array) => values.reduce((a, b) => a + b, 0);

describe("coverage", () => {
  test("of a square on pixel borders is 1 inside and 0 outside", () => {
    const coverage = coverageOf(square, { x: 3, y: 4, radius: 2, angle: 0 }, 8);
    coverage.forEach((share, i) => {
      const [row, column] = [Math.floor(i / 8), i % 8];
      expect(share).toBeCloseTo(row >= 2 && row < 6 && column >= 1 && column < 5 ? 1 : 0, 6);
    });
  });

  test("of pixels cut in half is one half", () => {
    const coverage = coverageOf(square, { x: 2.5, y: 2.5, radius: 1, angle: 0 }, 5);
    expect([...coverage.subarray(10, 15)]).toEqual([0, 0.5, 1, 0.5, 0]);
    expect(coverage[6]).toBe(0.25);
  });

  test.each([0, 0.3, 1, 2.5])("adds up to the area, turned by %d", (angle) => {
    const coverage = coverageOf(square, { x: 16.3, y: 15.8, radius: 6, angle }, 32);
    expect(sum(coverage)).toBeCloseTo(144, 0);
  });

  test("leaves holes out, and what lies outside the picture", () => {
    const hole = { points: square[0]!.points.map(([x, y]): Point => [x / 2, y / 2]), isHole: true };
    expect(sum(coverageOf([...square, hole], { x: 8, y: 8, radius: 4, angle: 0 }, 16))).toBeCloseTo(48, 4);
    expect(sum(coverageOf(square, { x: 0, y: 0, radius: 4, angle: 0 }, 16))).toBeCloseTo(16, 4);
  });

  test("turns clockwise: what points up points right after a quarter", () => {
    const tip: ObjectShape = [
      {
        points: [
          [0, -1],
          [0.2, 0],
          [-0.2, 0],
        ],
        isHole: false,
      },
    ];
    const coverage = coverageOf(tip, { x: 16, y: 16, radius: 12, angle: Math.PI / 2 }, 32);
    const columns = Array.from({ length: 32 }, (_, x) =>
      sum(Float32Array.from({ length: 32 }, (_, y) => coverage[y * 32 + x]!)),
    );
    expect(sum(Float32Array.from(columns.slice(0, 16)))).toBeCloseTo(0, 4);
    expect(columns[17]).toBeGreaterThan(columns[26]!);
  });
});

describe.each(OBJECT_KINDS)("a drawn %s", (kind) => {
  const shapes = Array.from({ length: 20 }, (_, i) => drawShape(kind, new Random(keyFor(i, kind))));
  const pointsOf = (shape: ObjectShape) => shape.filter(({ isHole }) => !isHole).flatMap(({ points }) => points);

  test("fills the unit circle, its bounding box centred", () => {
    for (const shape of shapes) {
      const points = pointsOf(shape);
      const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
      expect(Math.max(...points.map(([x, y]) => Math.hypot(x, y)))).toBeCloseTo(1, 9);
      expect(Math.max(...xs) + Math.min(...xs)).toBeCloseTo(0, 9);
      expect(Math.max(...ys) + Math.min(...ys)).toBeCloseTo(0, 9);
    }
  });

  test("has proportions of its own, and looks different from all sides", () => {
    const [first, second] = shapes.map(pointsOf);
    expect(first).not.toEqual(second);
    const at = (angle: number) => coverageOf(shapes[0]!, { x: 16, y: 16, radius: 15, angle }, 32);
    const upright = at(0);
    for (const angle of [Math.PI / 3, Math.PI / 2, Math.PI, 1.5 * Math.PI]) {
      const turned = at(angle);
      const different = sum(upright.map((share, i) => Math.abs(share - turned[i]!)));
      expect(different / sum(upright)).toBeGreaterThan(0.2);
    }
  });
});

test("a background stays in 0..1, has little colour and some texture", () => {
  for (let seed = 0; seed < 20; seed++) {
    const picture = drawBackground(32, new Random(keyFor(seed)));
    let [low, high, largestTint] = [1, 0, 0];
    for (let i = 0; i < picture.length; i += 3) {
      const [red, green, blue] = picture.subarray(i, i + 3) as unknown as [number, number, number];
      largestTint = Math.max(largestTint, Math.abs(red - green), Math.abs(green - blue), Math.abs(red - blue));
      [low, high] = [Math.min(low, green), Math.max(high, green)];
    }
    expect(low).toBeGreaterThanOrEqual(0);
    expect(high).toBeLessThanOrEqual(1);
    expect(high - low).toBeGreaterThan(0.02);
    expect(largestTint).toBeLessThan(0.121);
  }
});
