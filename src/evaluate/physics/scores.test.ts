import { describe, expect, test } from "vitest";
import { keyFor, Random, UnknownNameError, ValueError } from "../../compute/index.js";
import { type PhysicsReport, physicsReport } from "./physics-report.js";
import { renderPhysics, renderPhysicsComparison } from "./physics-table.js";
import { isAtChance, surpriseThreshold } from "./scores.js";
import type { PairSurprise, ViolationSurprise } from "./surprise.js";

const key = keyFor(0);
const classOf = (name: string, pairs: readonly PairSurprise[], isControl = false): ViolationSurprise => ({
  ...{ name, isControl, pairs },
});
const rowOf = ({ rows }: PhysicsReport, name: string) => rows.find((row) => row.name === name)!;

/** Surprise of one step an episode: normal, and higher by `excess` where something impossible happens. */
function normalPairs(count: number, excess: number, stream: string): PairSurprise[] {
  const random = new Random(keyFor(1, "surprise", stream));
  return Array.from({ length: count }, () => ({ possible: [random.normal()], impossible: [random.normal() + excess] }));
}

describe("by hand", () => {
  test("by the mean 1 wins, 1 is equal, 1 loses; by the maximum 2 win and 1 is equal", () => {
    const pairs = [
      { possible: [1, 1], impossible: [1, 2] },
      { possible: [2, 0], impossible: [0, 2] },
      { possible: [3, 3], impossible: [4, 0] },
    ];
    const { scores, numPairs } = rowOf(physicsReport([classOf("a", pairs)], { key }), "a");
    expect(numPairs).toBe(3);
    expect(scores.mean.pairwise).toMatchObject({ mean: 0.5, n: 3 });
    expect(scores.max.pairwise.mean).toBeCloseTo(2.5 / 3, 12);
    // Means: possible 1, 1, 3; impossible 1.5 (wins twice), 1 (equal twice), 2 (wins twice).
    expect(scores.mean.auroc.mean).toBeCloseTo((2 + 1 + 2) / 9, 12);
    // Maxima: possible 1, 2, 3; impossible 2, 2, 4.
    expect(scores.max.auroc.mean).toBeCloseTo((1.5 + 1.5 + 3) / 9, 12);
    expect(scores.mean.absolute).toBeUndefined();
  });

  test("the threshold is the 90th percentile: of 0 to 10 it is 9, of 0 to 9 it is 8.1, of one it is that one", () => {
    const upTo = (n: number) => Array.from({ length: n + 1 }, (_, i) => n - i);
    expect(surpriseThreshold(upTo(10))).toBe(9);
    expect(surpriseThreshold(upTo(9))).toBeCloseTo(8.1, 12);
    expect(surpriseThreshold([7])).toBe(7);
  });

  test("absolute accuracy: above the threshold is impossible, on it is not", () => {
    const heldOut = Array.from({ length: 11 }, (_, i) => [i]); // threshold 9
    const pairs = [
      { possible: [9], impossible: [9.5] }, // both right
      { possible: [10], impossible: [11] }, // a false alarm
      { possible: [1], impossible: [9] }, // missed
      { possible: [10], impossible: [2] }, // both wrong
    ];
    const { scores } = rowOf(physicsReport([classOf("a", pairs)], { key, heldOut }), "a");
    expect(scores.max.absolute!.mean).toBe((1 + 0.5 + 0.5 + 0) / 4);
    expect(scores.mean.absolute!.mean).toBe(scores.max.absolute!.mean);
  });

  test("a couple averages its halves: always surprised by a ball is worth nothing", () => {
    const gone = Array.from({ length: 20 }, (_, i) => ({ possible: [5 + i], impossible: [1] }));
    const come = Array.from({ length: 20 }, (_, i) => ({ possible: [1], impossible: [5 + i] }));
    const report = physicsReport([classOf("vanish", gone), classOf("appear", come)], {
      key,
      couples: [["vanish", "appear"]],
    });
    expect(report.rows.map(({ name, kind, numPairs }) => [name, kind, numPairs])).toEqual([
      ["vanish", "class", 20],
      ["appear", "class", 20],
      ["vanish + appear", "couple", 40],
      ["all violations", "all", 40],
    ]);
    const accuracyOf = (name: string) => rowOf(report, name).scores.mean.pairwise;
    expect([accuracyOf("vanish").mean, accuracyOf("appear").mean]).toEqual([0, 1]);
    expect(accuracyOf("vanish + appear")).toMatchObject({ mean: 0.5, n: 20 });
    expect(rowOf(report, "vanish + appear").scores.mean.auroc.mean).toBe(0.5);
  });
});

describe("simulated surprise", () => {
  test("normal, a standard deviation apart: pairwise and AUROC Φ(1/√2) = .760, absolute (.9 + Φ(1 − 1.2816)) / 2 = .645", () => {
    const heldOut = normalPairs(4000, 0, "held out").map(({ possible }) => possible);
    const report = physicsReport([classOf("a", normalPairs(2000, 1, "a"))], { key, heldOut });
    const { pairwise, absolute, auroc } = rowOf(report, "a").scores.max;
    for (const estimate of [pairwise, auroc]) {
      expect(estimate.low).toBeLessThan(0.7602);
      expect(estimate.high).toBeGreaterThan(0.7602);
    }
    expect(Math.abs(absolute!.mean - 0.6446)).toBeLessThan(0.025);
  });

  test("controls stand apart: nothing there is at chance, and not among all violations", () => {
    const classes = [classOf("a", normalPairs(300, 3, "a")), classOf("colour", normalPairs(300, 0, "colour"), true)];
    const report = physicsReport(classes, { key });
    expect(report.rows.map(({ name, kind }) => [name, kind])).toEqual([
      ["a", "class"],
      ["all violations", "all"],
      ["colour", "control"],
    ]);
    expect(rowOf(report, "all violations").scores.mean.pairwise).toEqual(rowOf(report, "a").scores.mean.pairwise);
    expect(isAtChance(rowOf(report, "colour").scores.mean.pairwise)).toBe(true);
    expect(isAtChance(rowOf(report, "a").scores.mean.pairwise)).toBe(false);
  });
});

describe("tables", () => {
  const classes = [
    classOf("vanish", normalPairs(60, 2, "vanish")),
    classOf("appear", normalPairs(60, 2, "appear")),
    classOf("colourChange", normalPairs(60, 3, "colourChange"), true),
  ];
  const heldOut = normalPairs(100, 0, "held out").map(({ possible }) => possible);
  const report = physicsReport(classes, { key, heldOut, couples: [["vanish", "appear"]] });

  test("classes, couples, all, controls with a verdict; at most 100 columns", () => {
    const text = renderPhysics(report);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    expect(text).toMatch(/90th percentile of 100 held-out possible episodes/);
    expect(text).toMatch(/^vanish \+ appear +120 +9\d\.\d \(\d\d\.\d–\d\d\.\d\)/m);
    expect(text).toMatch(/^control: colourChange +60/m);
    expect(text).toMatch(
      /^control colourChange: surprising by the mean surprise, surprising by the highest surprise$/m,
    );
    expect(renderPhysics(physicsReport(classes, { key }))).toMatch(/absolute: left out/);
  });

  test("subjects side by side", () => {
    const pixels = physicsReport(
      classes.map((one) => ({ ...one, pairs: normalPairs(60, 0, one.name) })),
      { key },
    );
    const text = renderPhysicsComparison({ model: report, pixels }, { score: "auroc", reduction: "max" });
    expect(text.split("\n")[0]).toMatch(/^auroc by highest surprise, % +pairs +model +pixels$/);
    // Only rows of the first subject; what another lacks stays empty.
    expect(text).toMatch(/^vanish \+ appear +120 +\d\d\.\d \(.*\) +–$/m);
  });
});

describe("what cannot be scored is refused", () => {
  const pair = { possible: [1, 2], impossible: [1, 2] };
  test.each([
    ["no pairs", [], /a\.pairs.*at least one pair/],
    ["no steps", [{ possible: [], impossible: [] }], /a\.pairs\[0\]\.possible.*at least one step/],
    ["other lengths", [pair, { possible: [1], impossible: [1, 2] }], /a\.pairs\[1\]\.impossible.*of 1 steps, .*got 2/],
    ["NaN", [{ possible: [1, Number.NaN], impossible: [1, 2] }], /finite, got "NaN at 1"/],
  ])("%s", (_what, pairs, message) => {
    expect(() => physicsReport([classOf("a", pairs)], { key })).toThrow(message);
  });

  test("unknown and unequal halves, one name twice, only controls", () => {
    const [one, two] = [classOf("vanish", [pair]), classOf("appear", [pair, pair])];
    expect(() => physicsReport([one, two], { key, couples: [["vanish", "apear"]] })).toThrow(UnknownNameError);
    expect(() => physicsReport([one, two], { key, couples: [["vanish", "appear"]] })).toThrow(
      /as many as of vanish, 1/,
    );
    expect(() => physicsReport([one, one], { key })).toThrow(/different names/);
    expect(() => physicsReport([classOf("colour", [pair], true)], { key })).toThrow(ValueError);
  });
});
