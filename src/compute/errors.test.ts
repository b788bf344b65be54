import { describe, expect, test } from "vitest";
import { DarkmatterError, lookUp, nearestName, ShapeError, UnknownNameError, ValueError } from "./errors.js";

describe("messages name operation, argument, expected, got and fix", () => {
  test("ShapeError, with sizes and with words", () => {
    const error = new ShapeError("simclr", "zB", ["B", 128], [256, 384], "Did you pass features?");
    expect(error.message).toBe('simclr: "zB" must have shape [B, 128], got [256, 384]. Did you pass features?');
    expect(new ShapeError("reshape", "tensor", "12 elements", []).message).toBe(
      'reshape: "tensor" must have 12 elements, got [].',
    );
  });

  test.each([
    ["text", '"text"'],
    [0.5, "0.5"],
    [Number.NaN, "NaN"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [undefined, "undefined"],
    [null, "null"],
    [10n, "10"],
    [[1, "a"], '[1,"a"]'],
    ["x".repeat(200), `"${"x".repeat(116)}...`],
  ])("ValueError shows %s", (got, shown) => {
    expect(new ValueError("adamw", "beta1", "below 1", got).message).toBe(
      `adamw: "beta1" must be below 1, got ${shown}.`,
    );
  });

  test("UnknownNameError lists what is known, and the nearest if it is near", () => {
    expect(new UnknownNameError("train", "encoder", "vti", ["convnet", "vit"]).message).toBe(
      'train: unknown encoder "vti". Did you mean "vit"? Known: convnet, vit.',
    );
    expect(new UnknownNameError("train", "encoder", "transformer", ["convnet", "vit"]).message).toBe(
      'train: unknown encoder "transformer". Known: convnet, vit.',
    );
  });

  test("all are DarkmatterErrors, each with its own name and its parts", () => {
    const errors = [
      new ShapeError("a", "b", [1], [2]),
      new ValueError("a", "b", "c", 1),
      new UnknownNameError("a", "b", "c", []),
    ];
    expect(errors.map(({ name }) => name)).toEqual(["ShapeError", "ValueError", "UnknownNameError"]);
    expect(errors.every((error) => error instanceof DarkmatterError)).toBe(true);
    expect(errors[0]).toMatchObject({ operation: "a", argument: "b", expected: [1], got: [2] });
  });
});

test("lookUp finds own entries only", () => {
  const catalog = { vit: 1 };
  expect(lookUp("train", "encoder", catalog, "vit")).toBe(1);
  expect(() => lookUp("train", "encoder", catalog, "toString")).toThrow(UnknownNameError);
});

test.each([
  ["simcrl", "simclr"], // two letters changed places: distance 2
  ["VicReg", "vicreg"], // case does not count
  ["lejepa2", "lejepa"], // one more
  ["byol", undefined],
])("the nearest to %s is %s", (name, nearest) => {
  expect(nearestName(name, ["simclr", "vicreg", "lejepa"])).toBe(nearest);
});

test("nothing is near in an empty catalogue, and the closer of two wins", () => {
  expect(nearestName("vit", [])).toBeUndefined();
  expect(nearestName("convnet2", ["convnext1", "convnet"])).toBe("convnet");
});
