import { expect, test } from "vitest";
import type { Picture } from "../augment/index.js";
import { keyFor, Random } from "../compute/index.js";
import { whatIsLeft } from "./what-is-left.js";

const black: Picture = { size: 32, channels: 3, pixels: new Uint8Array(32 * 32 * 3) };
const leave = (objective: string, objectiveOptions = {}) =>
  whatIsLeft({ objective, objectiveOptions })!(black, new Random(keyFor(0)));

/** Pixels by colour. */
function coloursOf({ pixels }: Picture): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < pixels.length; i += 3) {
    const colour = String(pixels.subarray(i, i + 3));
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  return counts;
}

test("hidden patches are blank, the share that was asked for", () => {
  expect(Object.fromEntries(coloursOf(leave("mae")))).toEqual({ "0,0,0": 256, "226,224,219": 768 });
  expect(coloursOf(leave("mae", { maskRatio: 0.5 })).get("0,0,0")).toBe(512);
});

test("blocks to predict have colours of their own", () => {
  const counts = coloursOf(leave("iJepa"));
  expect(counts.size).toBe(6); // visible, blank, four blocks
  for (const count of counts.values()) expect(count % 16, "whole patches").toBe(0);
  expect(counts.get("184,135,190")).toBe(12 * 16); // the last block lies on top of the others
});

test("noise is that of the encoder's input, within what a picture can show", () => {
  const { pixels } = leave("denoisingAutoencoder", { noiseStd: 1 });
  const darker = pixels.filter((value) => value === 0).length / pixels.length;
  expect(darker).toBeCloseTo(0.5, 1);
  const positive = Array.from(pixels.filter((value) => value > 0));
  const rootMeanSquare = Math.sqrt(positive.reduce((sum, x) => sum + x * x, 0) / positive.length);
  expect(Math.abs(rootMeanSquare / (255 * 0.25) - 1)).toBeLessThan(0.05);
});

test("an objective that hides nothing leaves everything", () => {
  expect(whatIsLeft({ objective: "vicreg" })).toBeUndefined();
  expect(whatIsLeft({})).toBeUndefined();
});
