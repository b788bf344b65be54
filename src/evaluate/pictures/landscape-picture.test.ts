import { describe, expect, test } from "vitest";
import { euclideanOnGrid, falseMinima, type GridMap, geodesicOnGrid } from "../landscape/index.js";
import { viridis } from "./colour-scale.js";
import { drawLandscapes } from "./landscape-picture.js";
import { levelLine } from "./level-lines.js";

test("the colour scale gets lighter in even steps", () => {
  const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const lightness = Array.from({ length: 19 }, (_, i) => {
    const [r, g, b] = viridis(i / 18).map((c) => linear(c / 255)) as [number, number, number];
    return 116 * Math.cbrt(0.2126 * r + 0.7152 * g + 0.0722 * b) - 16; // CIE L*
  });
  const steps = lightness.slice(1).map((value, i) => value - lightness[i]!);
  for (const step of steps) expect(Math.abs(step - 75 / 18)).toBeLessThan(1.6);
  expect(viridis(-1)).toEqual(viridis(0));
  expect(viridis(7)).toEqual(viridis(1));
});

describe("level lines", () => {
  test("cross a ramp where it is at the level, between the rows of the grid", () => {
    const ramp = Float64Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2);
    expect(levelLine(ramp, 3, 0.5)).toEqual([
      [0.5, 0, 0.5, 1],
      [0.5, 1, 0.5, 2],
    ]);
    expect(levelLine(ramp, 3, 5)).toEqual([]);
    expect(levelLine(Float64Array.of(0, 1, Number.NaN, 1), 2, 0.5)).toEqual([]);
  });

  test("of a peak all lines close around it", () => {
    const peak = new Float64Array(25);
    peak[12] = 1;
    const ends = levelLine(peak, 5, 0.5).flatMap(([a, b, c, d]) => [`${a},${b}`, `${c},${d}`]);
    expect(ends).toHaveLength(8);
    expect([...new Set(ends)].sort()).toEqual(["1.5,2", "2,1.5", "2,2.5", "2.5,2"]);
  });

  test("a saddle keeps the high corners apart, whichever they are", () => {
    expect(levelLine(Float64Array.of(1, 0, 0, 1), 2, 0.5)).toEqual([
      [0, 0.5, 0.5, 0],
      [1, 0.5, 0.5, 1],
    ]);
    expect(levelLine(Float64Array.of(0, 1, 1, 0), 2, 0.5)).toEqual([
      [0.5, 0, 1, 0.5],
      [0.5, 1, 0, 0.5],
    ]);
  });
});

describe("the picture", () => {
  const isOpen = Uint8Array.from({ length: 400 }, (_, i) => Number(i % 20 !== 9 || Math.abs(i / 20 - 4) < 2));
  const map: GridMap = { width: 20, height: 20, isOpen };
  const goal = 15 * 20 + 15;
  const panels = [euclideanOnGrid(map, goal), geodesicOnGrid(map, goal)].map((distances, i) => ({
    title: ["Straight", "Around the wall"][i]!,
    ...{ unit: "pixels", distances, notes: ["note"], falseMinima: falseMinima(map, distances, goal) },
  }));
  const draw = (count: number) =>
    drawLandscapes({ title: "Landscapes", subtitle: "small", map, goal, panels: panels.slice(0, count) });
  const pixelAt = (sheet: ReturnType<typeof draw>, x: number, y: number) =>
    [...sheet.context.getImageData(2 * x, 2 * y, 1, 1).data].slice(0, 3);

  test("one panel beside the other, walls dark, the farthest place yellow, the trap crossed", () => {
    const sheet = draw(2);
    expect(sheet.width - draw(1).width).toBeGreaterThan(100);
    const [left, top, pixel] = [32, 84 + 24, 300 / 20];
    const centre = (column: number, row: number) => [left + (column + 0.5) * pixel, top + (row + 0.5) * pixel] as const;
    expect(pixelAt(sheet, ...centre(9, 12))).toEqual([52, 56, 66]);
    expect(pixelAt(sheet, ...centre(0, 0))).toEqual([253, 231, 37]);
    expect(panels.map(({ falseMinima: traps }) => traps.length)).toEqual([1, 0]);
    expect(pixelAt(sheet, ...centre(8, 15))).toEqual([192, 57, 43]); // beside the wall, level with the goal
  });

  test("distances that are all alike, or below 0, are drawn; of another size they are refused", () => {
    const flat = { title: "flat", unit: "", distances: new Float64Array(400) };
    const below = { ...flat, distances: Float64Array.from({ length: 400 }, (_, i) => -i) };
    const drawn = (panel: typeof flat) => drawLandscapes({ title: "", subtitle: "", map, goal, panels: [panel] });
    expect(drawn(flat).toPng().length).toBeGreaterThan(0);
    expect(drawn(below).toPng().length).toBeGreaterThan(0);
    expect(() => drawn({ ...flat, distances: new Float64Array(3) })).toThrow(/"flat" must have shape \[20, 20\]/);
  });
});
