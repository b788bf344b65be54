import { describe, expect, test } from "vitest";
import { keyFor, Random } from "../compute/random.js";
import { boxShape, discShape, type Picture, paint, type Shape } from "./raster.js";

const SIZE = 12;
const blank = (channels = 1): Picture => ({ size: SIZE, channels, bytes: new Uint8Array(SIZE * SIZE * channels) });

function areaOf(shape: Shape): number {
  let area = 0;
  for (let row = 0; row < SIZE; row++)
    for (let column = 0; column < SIZE; column++) area += shape.coverage(column, row);
  return area;
}

describe("coverage", () => {
  test("of a box, by hand", () => {
    const shape = boxShape({ left: 2.25, top: 3, right: 4.5, bottom: 5.5 });
    expect([1, 2, 3, 4, 5].map((column) => shape.coverage(column, 3))).toEqual([0, 0.75, 1, 0.5, 0]);
    expect(shape.coverage(4, 5)).toBe(0.25);
  });

  test("of a disc, by hand: quarters of one around a corner, a half, and the whole", () => {
    const around = discShape({ x: 5, y: 5, radius: 1 });
    for (const [column, row] of [
      [4, 4],
      [5, 4],
      [4, 5],
      [5, 5],
    ] as const) {
      expect(around.coverage(column, row)).toBeCloseTo(Math.PI / 4, 12);
    }
    expect(discShape({ x: 5, y: 5.5, radius: 0.5 }).coverage(5, 5)).toBeCloseTo(Math.PI / 8, 12);
    expect(discShape({ x: 5.5, y: 5.5, radius: 0.5 }).coverage(5, 5)).toBeCloseTo(Math.PI / 4, 12);
    expect(discShape({ x: 5.5, y: 5.5, radius: 2 }).coverage(5, 5)).toBeCloseTo(1, 12);
    expect(discShape({ x: 5.5, y: 5.5, radius: 2 }).coverage(8, 5)).toBe(0);
  });

  test("of a disc agrees with points thrown into each pixel, wherever the disc is", () => {
    const random = new Random(keyFor(1, "raster"));
    for (let i = 0; i < 20; i++) {
      const disc = { x: random.uniform(3, 9), y: random.uniform(3, 9), radius: random.uniform(0.3, 3) };
      const shape = discShape(disc);
      const [column, row] = [Math.floor(disc.x + random.uniform(-3, 3)), Math.floor(disc.y + random.uniform(-3, 3))];
      const numAcross = 200;
      let inside = 0;
      for (let k = 0; k < numAcross ** 2; k++) {
        const x = column + ((k % numAcross) + 0.5) / numAcross;
        const y = row + (Math.floor(k / numAcross) + 0.5) / numAcross;
        if (Math.hypot(x - disc.x, y - disc.y) <= disc.radius) inside++;
      }
      expect(shape.coverage(column, row)).toBeCloseTo(inside / numAcross ** 2, 2);
    }
  });

  test("sums up to the area of the shape", () => {
    const random = new Random(keyFor(2, "raster"));
    for (let i = 0; i < 50; i++) {
      const [x, y, radius] = [random.uniform(4, 8), random.uniform(4, 8), random.uniform(0.2, 4)];
      expect(areaOf(discShape({ x, y, radius }))).toBeCloseTo(Math.PI * radius ** 2, 9);
      const box = { left: x - radius, top: y - 1, right: x + 2, bottom: y + 3 };
      expect(areaOf(boxShape(box))).toBeCloseTo((radius + 2) * 4, 9);
    }
  });
});

describe("paint", () => {
  test("mixes by coverage, in every channel, over what is there", () => {
    const picture = blank(2);
    paint(picture, boxShape({ left: 0, top: 0, right: SIZE, bottom: SIZE }), [100, 200]);
    paint(picture, boxShape({ left: 3.5, top: 4, right: 4.5, bottom: 5 }), [200, 0]);
    const at = (row: number, column: number) => [...picture.bytes.subarray(2 * (SIZE * row + column)).slice(0, 2)];
    expect([at(4, 2), at(4, 3), at(4, 4), at(4, 5)]).toEqual([
      [100, 200],
      [150, 100],
      [150, 100],
      [100, 200],
    ]);
  });

  test("cuts off what lies outside", () => {
    const picture = blank();
    paint(picture, discShape({ x: 0, y: SIZE, radius: 2 }), [255]);
    const painted = picture.bytes.reduce((sum, value) => sum + value, 0) / 255;
    expect(painted).toBeCloseTo(Math.PI, 1); // a quarter of 4π
    paint(picture, discShape({ x: -5, y: 40, radius: 3 }), [255]);
    expect(picture.bytes.reduce((sum, value) => sum + value, 0) / 255).toBeCloseTo(painted, 12);
  });
});
