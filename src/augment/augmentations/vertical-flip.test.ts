import { expect, test } from "vitest";
import { anyRandom, viewOf } from "../testing/pictures.js";
import { verticalFlip } from "./vertical-flip.js";

test("exchanges the rows of every channel from the ends to the middle", () => {
  const view = viewOf([1, 2, 3, 4, 5, 6, 7, 8, 9], [11, 12, 13, 14, 15, 16, 17, 18, 19]);
  verticalFlip.apply(view, anyRandom(), { probability: 1 });
  expect([...view.data]).toEqual([7, 8, 9, 4, 5, 6, 1, 2, 3, 17, 18, 19, 14, 15, 16, 11, 12, 13]);
});

test("twice is never, and it happens as often as asked", () => {
  const flips = Array.from({ length: 2000 }, (_, seed) => {
    const view = viewOf([0, 1, 2, 3]);
    verticalFlip.apply(view, anyRandom(seed), { probability: 0.3 });
    const isFlipped = view.data[0] === 2;
    if (isFlipped) verticalFlip.apply(view, anyRandom(seed), { probability: 1 });
    expect([...view.data]).toEqual([0, 1, 2, 3]);
    return isFlipped;
  });
  const share = flips.filter(Boolean).length / flips.length;
  expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / flips.length));
});
