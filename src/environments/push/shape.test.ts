import { describe, expect, test } from "vitest";
import {
  BAR,
  distanceToBlock,
  GYRATION,
  intoBlock,
  isClearOfBlock,
  ontoTable,
  type Point,
  STEM,
  wrapped,
} from "./shape.js";

describe("the block", () => {
  test("its centre of mass and radius of gyration by hand", () => {
    // Bar 16 × 4 with its middle 2 below the top, stem 4 × 12 with its middle 10 below: (64 · 2 + 48 · 10) / 112 = 38/7.
    expect(BAR.top).toBeCloseTo(-38 / 7, 12);
    expect(STEM.bottom).toBeCloseTo(16 - 38 / 7, 12);
    const bar = (16 ** 2 + 4 ** 2) / 12 + (24 / 7) ** 2;
    const stem = (4 ** 2 + 12 ** 2) / 12 + (32 / 7) ** 2;
    expect(GYRATION ** 2).toBeCloseTo((64 * bar + 48 * stem) / 112, 10);
  });

  test("distances from its surface, without a seam between bar and stem", () => {
    expect(distanceToBlock({ x: 3, y: BAR.top - 3 })).toBeCloseTo(3, 12);
    expect(distanceToBlock({ x: 5, y: STEM.bottom })).toBeCloseTo(3, 12);
    expect(distanceToBlock({ x: -8 - 3, y: BAR.top - 4 })).toBeCloseTo(5, 12);
    expect(distanceToBlock({ x: 6, y: BAR.bottom + 1 })).toBeCloseTo(1, 12); // in the notch
    expect(distanceToBlock({ x: 0, y: BAR.bottom })).toBeLessThan(-1.9);
  });

  test("a way beside it, and ways through it", () => {
    const isClear = (from: Point, to: Point) => isClearOfBlock(from, to, 2);
    expect(isClear({ x: -12, y: BAR.top - 2.1 }, { x: 12, y: BAR.top - 2.1 })).toBe(true);
    expect(isClear({ x: -12, y: BAR.top - 1.9 }, { x: 12, y: BAR.top - 1.9 })).toBe(false);
    expect(isClear({ x: 0, y: -20 }, { x: 0, y: 20 })).toBe(false);
    expect(isClear({ x: -20, y: 8 }, { x: 20, y: 8 })).toBe(false);
    expect(isClear({ x: 12, y: BAR.top }, { x: 12, y: 20 })).toBe(true);
  });

  test("turned on the table and back", () => {
    const { x, y } = ontoTable({ x: 1, y: 0 }, { x: 10, y: 20, angle: Math.PI / 2 });
    expect([x, y]).toEqual([expect.closeTo(10, 12), expect.closeTo(21, 12)]); // clockwise, as y points down
    const pose = { x: 13, y: 31, angle: 2.5 };
    const back = intoBlock(ontoTable({ x: 3, y: -4 }, pose), pose);
    expect([back.x, back.y]).toEqual([expect.closeTo(3, 12), expect.closeTo(-4, 12)]);
    expect(wrapped(Math.PI + 0.1)).toBeCloseTo(-Math.PI + 0.1, 12);
  });
});
