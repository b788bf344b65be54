import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ValueError } from "./errors.js";
import { childKey, keyFor, Random } from "./random.js";

const COUNT = 20_000;

function draws(random: Random, draw: (random: Random) => number, count = COUNT): number[] {
  return Array.from({ length: count }, () => draw(random));
}

function moments(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const central = (power: number) => values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  return { mean, variance: central(2), kurtosis: central(4) / central(2) ** 2 };
}

/** Pearson's statistic against equal counts; its mean is cells - 1 and its variance twice that. */
function chiSquared(cells: readonly number[]): number {
  const expected = cells.reduce((a, b) => a + b, 0) / cells.length;
  return cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function counts(values: readonly number[], cells: number): number[] {
  const result = new Array<number>(cells).fill(0);
  for (const value of values) result[value]!++;
  return result;
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [moments(a), moments(b)];
  const covariance = a.reduce((sum, value, i) => sum + (value - x.mean) * (b[i]! - y.mean), 0) / a.length;
  return covariance / Math.sqrt(x.variance * y.variance);
}

describe("keys", () => {
  const part = fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.string({ maxLength: 6 }));

  test("a path gives the same key every time, another path another key", () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), fc.array(part, { maxLength: 4 }), (a, b) => {
        const isSame = a.length === b.length && a.every((value, i) => value === b[i]);
        expect(String(keyFor(3, ...a).words) === String(keyFor(3, ...b).words)).toBe(isSame);
      }),
    );
  });

  test("kinds, order, grouping and nesting of a path matter; the two zeros do not", () => {
    const paths = [[1], ["1"], [1, 2], [2, 1], ["a", "bc"], ["ab", "c"], ["abc"], [], [""], [0]];
    expect(new Set(paths.map((path) => String(keyFor(0, ...path).words))).size).toBe(paths.length);
    expect(keyFor(0, -0)).toEqual(keyFor(0, 0));
    expect(childKey(keyFor(0, "a"), "b")).not.toEqual(childKey(keyFor(0, "b"), "a"));
    expect(childKey(keyFor(0, "a"), 1)).toEqual(childKey(keyFor(0, "a"), 1));
    expect(childKey(keyFor(0, "a"), 1)).not.toEqual(childKey(keyFor(0, "a"), "1"));
  });

  test.each([
    ["steps", (i: number) => keyFor(0, "crop", i)],
    ["seeds", (i: number) => keyFor(i, "crop")],
    ["children", (i: number) => childKey(keyFor(0), i)],
  ])("the first draws over neighbouring %s are uniform and do not follow one another", (_, keyAt) => {
    const first = Array.from({ length: COUNT }, (_, i) => new Random(keyAt(i)).uniform());
    const cells = counts(
      first.map((value) => Math.floor(value * 50)),
      50,
    );
    expect(chiSquared(cells)).toBeLessThan(49 + 5 * Math.sqrt(98));
    // 5 standard errors of a correlation of independent draws
    expect(Math.abs(correlation(first.slice(1), first.slice(0, -1)))).toBeLessThan(5 / Math.sqrt(COUNT));
  });

  test("one bit of the path turns half of the key's bits", () => {
    let turned = 0;
    const pairs = 2000;
    for (let i = 0; i < pairs; i++) {
      const [a, b] = [keyFor(0, 2 * i).words, keyFor(0, 2 * i + 1).words];
      for (const [lane, word] of a.entries()) {
        for (let bits = word ^ b[lane]!; bits !== 0; bits &= bits - 1) turned++;
      }
    }
    expect(turned / pairs / 128).toBeCloseTo(0.5, 2);
  });
});

describe("draws", () => {
  const random = () => new Random(keyFor(11, "draws"));

  test("uniform: within bounds, with the mean and variance of the uniform distribution", () => {
    const values = draws(random(), (r) => r.uniform(-2, 4));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThan(4);
    const { mean, variance } = moments(values);
    expect(mean).toBeCloseTo(1, 1); // standard error 0.012
    expect(variance).toBeCloseTo(3, 0); // 6² / 12
    const cells = counts(
      values.map((value) => Math.floor((value + 2) / 0.1)),
      60,
    );
    expect(chiSquared(cells)).toBeLessThan(59 + 5 * Math.sqrt(118));
  });

  test("integer: every value alike, also where 2^32 is no multiple of the bound", () => {
    expect(
      chiSquared(
        counts(
          draws(random(), (r) => r.integer(7)),
          7,
        ),
      ),
    ).toBeLessThan(6 + 5 * Math.sqrt(12));
    // Plain modulo of 32 bits would give the lower half of the values 2/3 of the time.
    const bound = 3 * 2 ** 30;
    const isLow = draws(random(), (r) => Number(r.integer(bound) < 2 ** 30));
    expect(moments(isLow).mean).toBeCloseTo(1 / 3, 1);
    expect(random().integer(1)).toBe(0);
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 33])("integer refuses the bound %d", (bound) => {
    expect(() => random().integer(bound)).toThrow(ValueError);
  });

  test("chance: never at 0, always at 1, a quarter of the time at 0.25", () => {
    expect(draws(random(), (r) => Number(r.chance(0.25))).reduce((a, b) => a + b) / COUNT).toBeCloseTo(0.25, 1);
    expect(draws(random(), (r) => Number(r.chance(0)), 100)).not.toContain(1);
    expect(draws(random(), (r) => Number(r.chance(1)), 100)).not.toContain(0);
  });

  test("normal: moments of the standard normal, and neighbours that do not follow one another", () => {
    const values = draws(random(), (r) => r.normal());
    const { mean, variance, kurtosis } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(COUNT));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / COUNT));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(5 * Math.sqrt(24 / COUNT));
    // Box-Muller makes them in pairs
    const pairs = [values.filter((_, i) => i % 2 === 0), values.filter((_, i) => i % 2 === 1)] as const;
    expect(Math.abs(correlation(...pairs))).toBeLessThan(5 / Math.sqrt(COUNT / 2));
    expect(values.filter((value) => Math.abs(value) < 1.959964).length / COUNT).toBeCloseTo(0.95, 2);
  });

  test("permutation: each number once", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 60 }), (seed, count) => {
        const order = new Random(keyFor(seed)).permutation(count);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
      }),
    );
  });

  test("permutation: all 24 orders of four are alike", () => {
    const orders = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const order = String(new Random(keyFor(5, "order", i)).permutation(4));
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    expect(chiSquared([...orders.values()])).toBeLessThan(23 + 5 * Math.sqrt(46));
  });
});
