import { describe, expect, test } from "vitest";
import { parseNumber, parseSetting } from "./values.js";

describe("numbers of flags", () => {
  test.each([
    ["64", { isWhole: true, min: 1 }, 64],
    ["1e-3", { above: 0 }, 0.001],
    ["0", { min: 0 }, 0],
    [" 2.5 ", {}, 2.5],
  ])("%j is a number", (text, bounds, value) => expect(parseNumber("train", "--x", bounds, text)).toBe(value));

  test.each([
    ["abc", { isWhole: true, min: 1 }, 'train: "--x" must be a whole number, at least 1, got "abc".'],
    ["", {}, 'train: "--x" must be a number, got "".'],
    ["6.5", { isWhole: true }, 'train: "--x" must be a whole number, got 6.5.'],
    ["0", { above: 0 }, 'train: "--x" must be a number above 0, got 0.'],
    ["-1", { min: 0 }, 'train: "--x" must be a number, at least 0, got -1.'],
    ["Infinity", {}, 'train: "--x" must be a number, got Infinity.'],
  ])("%j is not", (text, bounds, message) => {
    expect(() => parseNumber("train", "--x", bounds, text)).toThrow(message);
  });
});

describe("settings", () => {
  test("numbers, truth values and texts, collected in turn", () => {
    const words = ["temperature=0.2", "domain=full", "isOn=true", "isOff=false", "note=a=b", "empty="];
    const settings = words.reduce<Record<string, unknown> | undefined>(
      (earlier, word) => parseSetting("loss", "--set", word, earlier),
      undefined,
    );
    expect(settings).toEqual({ temperature: 0.2, domain: "full", isOn: true, isOff: false, note: "a=b", empty: "" });
  });

  test("the last of a key counts, and what came before is not changed", () => {
    const earlier = { a: 1 };
    expect(parseSetting("loss", "--set", "a=2", earlier)).toEqual({ a: 2 });
    expect(earlier).toEqual({ a: 1 });
  });

  test.each(["temperature", "=0.2", ""])("%j has no key and value", (text) => {
    expect(() => parseSetting("loss", "--set", text)).toThrow(/"--set" must be key=value.*--set temperature=0\.2/);
  });
});
