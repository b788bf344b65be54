/** Change brightness, contrast, saturation and hue, in random order. Source: torchvision `ColorJitter`. */
import type { OptionTable } from "../../compute/options.js";
import type { Random } from "../../compute/random.js";
import { defineAugmentation, type View } from "../augmentation.js";
import { clampUnit, luma } from "../colour.js";

const options = {
  brightness: { default: 0.4, min: 0, max: 10, doc: "brightness is multiplied by U(1 - this, 1 + this)" },
  contrast: { default: 0.4, min: 0, max: 10, doc: "contrast is multiplied by U(1 - this, 1 + this)" },
  saturation: { default: 0.2, min: 0, max: 10, doc: "saturation is multiplied by U(1 - this, 1 + this)" },
  hue: { default: 0.1, min: 0, max: 0.5, doc: "hue is turned by U(-this, this) of the colour circle" },
  probability: { default: 0.8, min: 0, max: 1, doc: "how often the colours are changed" },
} satisfies OptionTable;

/**
 * Apply four changes in random order, each by its own random amount, each clamped to 0..1.
 *   brightness: f · in                   contrast: f · in + (1 − f) · mean of the luma
 *   saturation: f · in + (1 − f) · luma  hue: h + f (mod 1) in HSV
 * Factors f ~ U(max(0, 1 − strength), 1 + strength), the hue's f ~ U(−hue, hue). A picture of one channel has no
 * saturation and no hue to change.
 * Source: torchvision ColorJitter within RandomApply, float tensors. Deviations: none.
 */
export const colourJitter = defineAugmentation({
  name: "colourJitter",
  summary: "change brightness, contrast, saturation and hue",
  stage: "picture",
  options,
  apply(view, random, config) {
    if (!random.chance(config.probability)) return;
    const order = random.permutation(CHANGES.length);
    const factors = [
      drawFactor(random, config.brightness),
      drawFactor(random, config.contrast),
      drawFactor(random, config.saturation),
      random.uniform(-config.hue, config.hue),
    ];
    for (const which of order) CHANGES[which]!(view, factors[which]!);
  },
});

function drawFactor(random: Random, strength: number): number {
  return random.uniform(Math.max(0, 1 - strength), 1 + strength);
}

/** out = clamp(factor · in). */
export function adjustBrightness(view: View, factor: number): void {
  const { data } = view;
  for (let i = 0; i < data.length; i++) data[i] = clampUnit(factor * data[i]!);
}

/** out = clamp(factor · in + (1 − factor) · mean luma). */
export function adjustContrast(view: View, factor: number): void {
  const { data } = view;
  const rest = (1 - factor) * meanLuma(view);
  for (let i = 0; i < data.length; i++) data[i] = clampUnit(factor * data[i]! + rest);
}

/** out = clamp(factor · in + (1 − factor) · luma). */
export function adjustSaturation(view: View, factor: number): void {
  if (view.channels !== 3) return;
  const { data } = view;
  const plane = view.size * view.size;
  const complement = 1 - factor;
  for (let pixel = 0; pixel < plane; pixel++) {
    const red = data[pixel]!;
    const green = data[plane + pixel]!;
    const blue = data[2 * plane + pixel]!;
    const rest = complement * luma(red, green, blue);
    data[pixel] = clampUnit(factor * red + rest);
    data[plane + pixel] = clampUnit(factor * green + rest);
    data[2 * plane + pixel] = clampUnit(factor * blue + rest);
  }
}

/**
 * Turn the hue by `turn` of the colour circle, keeping HSV value and saturation.
 * With the hue h in sixths, a channel is  max − chroma · clamp(min(k, 4 − k), 0, 1),  k = (n + h) mod 6,
 * n = 5, 3, 1 for red, green, blue: the six branches of the usual conversion in one formula.
 */
export function adjustHue(view: View, turn: number): void {
  if (view.channels !== 3) return;
  const { data } = view;
  const plane = view.size * view.size;
  const sixths = 6 * (turn - Math.floor(turn));
  for (let pixel = 0; pixel < plane; pixel++) {
    const red = data[pixel]!;
    const green = data[plane + pixel]!;
    const blue = data[2 * plane + pixel]!;
    const high = Math.max(red, green, blue);
    const chroma = high - Math.min(red, green, blue);
    if (chroma === 0) continue;
    const hue = sixths + hueInSixths(red, green, blue, high, chroma);
    data[pixel] = high - chroma * hueDip(hue + 5);
    data[plane + pixel] = high - chroma * hueDip(hue + 3);
    data[2 * plane + pixel] = high - chroma * hueDip(hue + 1);
  }
}

/** Place on the colour circle, in sixths from red, in 0..6; the largest channel decides, red before green before blue. */
function hueInSixths(red: number, green: number, blue: number, high: number, chroma: number): number {
  if (high === red) return (green - blue) / chroma + (green < blue ? 6 : 0);
  if (high === green) return (blue - red) / chroma + 2;
  return (red - green) / chroma + 4;
}

/** How far below the maximum a channel is, as a share of the chroma. `place` is in 0..17. */
function hueDip(place: number): number {
  const k = place >= 12 ? place - 12 : place >= 6 ? place - 6 : place;
  return clampUnit(Math.min(k, 4 - k));
}

function meanLuma(view: View): number {
  const { data } = view;
  const plane = view.size * view.size;
  let sum = 0;
  if (view.channels === 3) {
    for (let i = 0; i < plane; i++) sum += luma(data[i]!, data[plane + i]!, data[2 * plane + i]!);
  } else {
    for (let i = 0; i < plane; i++) sum += data[i]!;
  }
  return sum / plane;
}

/** In torchvision's numbering. */
const CHANGES = [adjustBrightness, adjustContrast, adjustSaturation, adjustHue] as const;
