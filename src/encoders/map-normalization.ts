/** The norms of convolutional encoders, by name: one option table for all of them. */
import type { OptionTable } from "../compute/index.js";
import { batchNorm, groupNorm, type Initialiser, type Layer, ones } from "../nn/index.js";

export const mapNormalizationOptions = {
  normalization: {
    default: "batch",
    choices: ["batch", "group"],
    doc: "BatchNorm couples the images of a chunk; GroupNorm keeps chunked training exact",
  },
} as const satisfies OptionTable;

export type MapNormalization = "batch" | "group";

/** Whether images normalised so depend on the others of their batch in training. */
export function couplesBatch(normalization: MapNormalization): boolean {
  return normalization === "batch";
}

/** A norm for maps [B, C, H, W]. GroupNorm has the 32 groups of its paper, or as many of them as divide the channels. */
export function mapNorm(normalization: MapNormalization, channels: number, gainInit: Initialiser = ones): Layer {
  if (normalization === "batch") return batchNorm(channels, { gainInit }) as Layer;
  return groupNorm(channels, greatestCommonDivisor(channels, 32), { gainInit }) as Layer;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
