import { expect, test } from "vitest";
import { float32, runOnce, ShapeError, ValueError } from "../../compute/index.js";
import { checkHeadTask, type HeadTask, headLoss, headScore, isKnown, scaleOf, trivialScore } from "./head-task.js";

const species: HeadTask = {
  name: "species",
  kind: "class",
  width: 3,
  targets: Float64Array.of(0, 1, 1, 2, Number.NaN),
};
const age: HeadTask = { name: "age", kind: "number", width: 1, targets: Float64Array.of(2, 4, 6, Number.NaN, 100) };
const tags: HeadTask = {
  name: "tags",
  kind: "tags",
  width: 2,
  targets: Float64Array.of(1, 0, 1, 0, 0, 1, 0, 1, Number.NaN, Number.NaN),
};

test("the scale of a task, by hand: entropy, mean and deviation, entropy of tags", () => {
  const classes = scaleOf("test", species, [0, 1, 2, 3, 4]);
  expect(classes.trivialLoss).toBeCloseTo(0.5 * Math.log(4) + 0.5 * Math.log(2), 12);
  expect(scaleOf("test", age, [0, 1, 2, 3])).toEqual({ mean: 4, std: Math.sqrt(8 / 3), trivialLoss: 1 });
  expect(scaleOf("test", tags, [0, 1, 2, 3, 4]).trivialLoss).toBeCloseTo(Math.log(2), 12);
  expect(isKnown(tags, 4)).toBe(false);
});

test("what cannot be learnt is said by name", () => {
  expect(() => scaleOf("test", age, [3])).toThrow(/"age".*known for some training image/);
  expect(() => scaleOf("test", species, [1, 2])).toThrow(/"species".*different between training images/);
  expect(() => checkHeadTask("test", { ...species, width: 2 }, 5)).toThrow(ValueError);
  expect(() => checkHeadTask("test", tags, 4)).toThrow(ShapeError);
});

test("scores by hand: accuracy, R², mean average precision; floors beside them", () => {
  const outputs = Float64Array.of(9, 0, 0, 0, 9, 0, 9, 0, 0, 0, 0, 9);
  expect(headScore(species, outputs, [0, 1, 2, 3])).toBe(0.75);
  expect(headScore(age, Float64Array.of(2, 4, 9), [0, 1, 2])).toBeCloseTo(1 - 9 / 8, 12);
  // tag 0 is right for rows 0 and 1, ranked 1st and 3rd; tag 1 for rows 2 and 3, ranked 1st and 2nd
  const scores = Float64Array.of(4, 1, 2, 2, 3, 4, 1, 3);
  expect(headScore(tags, scores, [0, 1, 2, 3])).toBeCloseTo(((1 + 2 / 3) / 2 + 1) / 2, 12);
  expect(trivialScore(species, [0, 1, 2, 4], [0, 1, 2, 3])).toBe(0.5);
  expect(trivialScore(age, [0, 1], [2])).toBe(0);
  expect(trivialScore(tags, [0], [0, 1, 2, 3])).toBeCloseTo(0.5, 12);
});

test("losses agree with loops, and rows that are not known do not count", async () => {
  const outputs = [2, -1, 0.5, 0, 3, -2, 100, -100, 7];
  const known = [1, 1, 0];
  const given = (columns: number, targets: number[]) => ({
    outputs: float32(outputs.slice(0, 3 * columns), [3, columns]),
    targets: float32(targets, [3, targets.length / 3]),
    known: float32(known, [3, 1]),
  });
  const lossOf = async (kind: HeadTask["kind"], width: number, targets: number[]) => {
    const { loss } = await runOnce(given(width, targets), (t) => ({
      loss: headLoss({ kind, width }, t.outputs, t.targets, t.known),
    }));
    return loss.data[0]!;
  };
  const crossEntropy = (row: number[], label: number) =>
    Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[label]!;
  const classes = (crossEntropy([2, -1, 0.5], 2) + crossEntropy([0, 3, -2], 1)) / 2;
  expect(await lossOf("class", 3, [2, 1, 0])).toBeCloseTo(classes, 5);
  expect(await lossOf("number", 1, [1, 1, 50])).toBeCloseTo((1 + 4) / 2, 5);
  const binary = (x: number, y: number) =>
    -(y * Math.log(1 / (1 + Math.exp(-x))) + (1 - y) * Math.log(1 / (1 + Math.exp(x))));
  const tagged = (binary(2, 1) + binary(-1, 0) + binary(0.5, 0) + binary(0, 1)) / 4;
  expect(await lossOf("tags", 2, [1, 0, 0, 1, 0, 0])).toBeCloseTo(tagged, 5);
});
