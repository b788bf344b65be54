import { expect, test } from "vitest";
import { anyRandom, viewOf } from "../testing/pictures.js";
import { horizontalFlip } from "./horizontal-flip.js";

test("mirrors every row of every channel", () => {
  const view = viewOf([1, 2, 3, 4, 5, 6, 7, 8, 9], [11, 12, 13, 14, 15, 16, 17, 18, 19]);
  horizontalFlip.apply(view, anyRandom(), { probability: 1 });
  expect([...view.data]).toEqual([3, 2, 1, 6, 5, 4, 9, 8, 7, 13, 12, 11, 16, 15, 14, 19, 18, 17]);
});

test("happens as often as asked", () => {
  const flips = Array.from({ length: 2000 }, (_, seed) => {
    const view = viewOf([0, 1, 2, 3]);
    horizontalFlip.apply(view, anyRandom(seed), { probability: 0.3 });
    return view.data[0] === 1;
  });
  const share = flips.filter(Boolean).length / flips.length;
  expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / flips.length));
});
