import { describe, expect, expectTypeOf, test } from "vitest";
import { UnknownNameError, ValueError } from "./errors.js";
import { type ConfigOf, type OptionTable, resolveOptions } from "./options.js";

const table = {
  temperature: { default: 0.2, min: 0.01, max: 10, doc: "" },
  depth: { default: 6, min: 1, integer: true, doc: "" },
  shift: { default: 0, doc: "" },
  pooling: { default: "mean", choices: ["mean", "class-token"], doc: "" },
  useBias: { default: true, doc: "" },
} as const satisfies OptionTable;

test("defaults fill in what is not given", () => {
  const defaults = { temperature: 0.2, depth: 6, shift: 0, pooling: "mean", useBias: true };
  expect(resolveOptions("op", table)).toEqual(defaults);
  expect(resolveOptions("op", table, { depth: 2, useBias: false, shift: undefined })).toEqual({
    ...defaults,
    depth: 2,
    useBias: false,
  });
});

test("the config is typed by the table", () => {
  expectTypeOf<ConfigOf<typeof table>["pooling"]>().toEqualTypeOf<"mean" | "class-token">();
  expectTypeOf<ConfigOf<typeof table>["depth"]>().toEqualTypeOf<number>();
  expectTypeOf<ConfigOf<typeof table>["useBias"]>().toEqualTypeOf<boolean>();
});

test("bounds are allowed themselves", () => {
  expect(resolveOptions("op", table, { temperature: 0.01 }).temperature).toBe(0.01);
  expect(resolveOptions("op", table, { temperature: 10 }).temperature).toBe(10);
});

describe("what does not fit", () => {
  test.each([
    ["temperature", 0, "a finite number, at least 0.01 and at most 10, got 0."],
    ["temperature", 11, "a finite number, at least 0.01 and at most 10, got 11."],
    ["temperature", Number.NaN, "a finite number, at least 0.01 and at most 10, got NaN."],
    ["depth", 1.5, "a whole number, at least 1, got 1.5."],
    ["shift", Number.POSITIVE_INFINITY, "a finite number, got Infinity."],
    ["depth", "6", 'a number, got "6".'],
    ["depth", null, "a number, got null."],
    ["pooling", "max", 'one of mean, class-token, got "max".'],
    ["useBias", 1, "a boolean, got 1."],
  ])("%s = %s", (name, value, message) => {
    const resolve = () => resolveOptions("vit", table, { [name]: value });
    expect(resolve).toThrow(ValueError);
    expect(resolve).toThrow(`vit: "${name}" must be ${message}`);
  });

  test("an unknown name, also one that every object has", () => {
    expect(() => resolveOptions("vit", table, { dept: 3 })).toThrow('unknown option "dept". Did you mean "depth"?');
    expect(() => resolveOptions("vit", table, { constructor: 3 })).toThrow(UnknownNameError);
  });
});
