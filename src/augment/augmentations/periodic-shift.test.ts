import { expect, test } from "vitest";
import { anyRandom, viewOf } from "../testing/pictures.js";
import { periodicShift } from "./periodic-shift.js";

const SIZE = 3;
const PICTURE = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** in[(y + dy) mod 3, (x + dx) mod 3] */
const shifted = (picture: readonly number[], across: number, down: number) =>
  picture.map((_, at) => {
    const [row, column] = [Math.floor(at / SIZE), at % SIZE];
    return picture[((row + down) % SIZE) * SIZE + ((column + across) % SIZE)]!;
  });

test("every one of the nine shifts occurs, all channels together, and nothing else", () => {
  const known = new Map<string, number>();
  for (let across = 0; across < SIZE; across++) {
    for (let down = 0; down < SIZE; down++) known.set(shifted(PICTURE, across, down).join(), 0);
  }
  const second = PICTURE.map((value) => value + 10);
  for (let seed = 0; seed < 900; seed++) {
    const view = viewOf(PICTURE, second);
    periodicShift.apply(view, anyRandom(seed), { probability: 1 });
    const [first, other] = [[...view.data.subarray(0, 9)], [...view.data.subarray(9)]];
    expect(known.has(first.join())).toBe(true);
    expect(other).toEqual(first.map((value) => value + 10));
    known.set(first.join(), known.get(first.join())! + 1);
  }
  // uniform: each about 100 times
  for (const count of known.values()) expect(Math.abs(count - 100)).toBeLessThan(45);
});
