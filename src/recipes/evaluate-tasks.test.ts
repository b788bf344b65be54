import { expect, test } from "vitest";
import type { LabelColumn } from "../data/index.js";
import { isMultitask, learnableColumns } from "./evaluate-tasks.js";

const NOT_KNOWN = Number.NaN;
const age: LabelColumn = { name: "age", kind: "number", names: [], values: Float64Array.of(1, 2, NOT_KNOWN, 4, 5, 6) };
const tags: LabelColumn = {
  name: "tags",
  kind: "tags",
  names: ["a", "b"],
  values: Float64Array.of(1, 0, 1, 0, 1, 0, 0, 1, NOT_KNOWN, NOT_KNOWN, 1, 1),
};

test("columns that a split leaves nothing to learn or to ask of are left out, or refused if chosen", () => {
  const table = { columns: [age, tags], leftOut: { id: "an identifier" } };
  const all = learnableColumns(table, { train: [0, 1, 2, 3], test: [3, 5] }, true);
  expect(all).toEqual(table);
  const { columns, leftOut } = learnableColumns(table, { train: [0, 1, 2], test: [4, 5] }, false);
  expect(columns).toEqual([age]);
  expect(leftOut).toEqual({ id: "an identifier", tags: "it is known for fewer than two test images" });
  const alike = learnableColumns(table, { train: [0, 2], test: [3, 5] }, false);
  expect(alike.leftOut.age).toMatch(/different training images/);
  expect(() => learnableColumns(table, { train: [0, 2], test: [3, 5] }, true)).toThrow(/"age".*different training/);
});

test("one column of classes is what probes ask about anyway; anything more is tasks", () => {
  const label: LabelColumn = { name: "label", kind: "class", names: ["x", "y"], values: Float64Array.of(0, 1) };
  expect(isMultitask({ columns: [label], leftOut: {} })).toBe(false);
  expect(isMultitask({ columns: [label, tags], leftOut: {} })).toBe(true);
  expect(isMultitask({ columns: [age], leftOut: {} })).toBe(true);
});
