/**
 * Numbers the generator gave when it was written. They prove nothing about randomness: a change of them means that
 * saved runs no longer resume to the same parameters, so it must be a decision.
 */
import { expect, test } from "vitest";
import { childKey, keyFor, Random } from "./random.js";

test("keys", () => {
  expect(keyFor(0).words).toEqual([-976686542, -1199398446, -36262190, 1140231544]);
  expect(keyFor(-1.5, "").words).toEqual([-1411751216, -756494691, -910373625, 2085938819]);
  expect(keyFor(1, "1", 1, "é").words).toEqual([-1101096199, 693355108, -860149319, 1804059565]);
  const step = keyFor(7, "step", 41_000);
  expect(step.words).toEqual([-194185978, -962872102, -428609796, 1640028576]);
  expect(childKey(step, "slices", 1).words).toEqual([-226828050, 967308390, 427300432, 399998798]);
});

test("draws", () => {
  const random = new Random(keyFor(7, "step", 41_000));
  expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([2954439920, 2830127275, 3320485839]);
  expect(random.uniform()).toBe(0.7088418755908362);
  // Math.log, sin and cos may differ in the last digit between JavaScript engines.
  expect(random.normal()).toBeCloseTo(0.7799173414377005, 12);
  expect(random.normal()).toBeCloseTo(0.4370652132699065, 12);
  expect(random.integer(10)).toBe(6);
  expect([...random.permutation(8)]).toEqual([2, 3, 6, 5, 7, 1, 4, 0]);
});
