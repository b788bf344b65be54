import { describe, expect, test } from "vitest";
import { countOf, formatBytes, formatLarge, formatNumber, formatSeconds } from "./units.js";

test.each([
  [0, "0.0 s"],
  [8.25, "8.3 s"],
  [9.96, "10 s"],
  [59.4, "59 s"],
  [59.6, "1 min"],
  [200, "3 min 20 s"],
  [3599.7, "1 h"],
  [7500, "2 h 5 min"],
  [7199, "2 h"],
  [90_000, "25 h"],
  [Number.POSITIVE_INFINITY, "unknown time"],
])("%d seconds are %s", (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

test.each([
  [999, "999 bytes"],
  [1000, "1.0 kB"],
  [9_949_999, "9.9 MB"],
  [9_950_000, "10 MB"],
  [999_600, "1.0 MB"],
  [1.44e9, "1.4 GB"],
  [5e15, "5000 TB"],
])("%d bytes are %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));

describe("numbers", () => {
  test("counts agree with their noun", () => {
    expect(countOf(1, "image")).toBe("1 image");
    expect(countOf(1204, "image")).toBe("1,204 images");
    expect(countOf(2, "search", "searches")).toBe("2 searches");
  });

  test("parameters are rounded to three digits, others to four", () => {
    expect([940, 3100, 999_499, 999_500, 1_404_000].map(formatLarge)).toEqual([
      "940",
      "3.10 k",
      "999 k",
      "1.00 M",
      "1.40 M",
    ]);
    expect([4.85191, 0.00031, 1.23456e-7, 120_000, Number.NaN].map((value) => formatNumber(value))).toEqual([
      "4.852",
      "0.00031",
      "1.235e-7",
      "120000",
      "NaN",
    ]);
  });
});
