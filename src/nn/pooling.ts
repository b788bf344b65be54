/** Pooling layers, without parameters. */
import { expectShape, type PoolOptions } from "../compute/index.js";
import type { Layer } from "./layer.js";

type NoParameters = Readonly<Record<string, never>>;

/**
 * Maximum over windows.
 * @returns layer [B, C, H, W] -> [B, C, H', W'], H' = floor((H + 2 padding − window) / stride) + 1; padding never wins
 */
export function maxPool(window: number, options: PoolOptions = {}): Layer<NoParameters> {
  return { parameters: {}, apply: (_parameters, x) => x.maxPool2d(window, options) };
}

/**
 * Mean over windows, of the places within the image.
 * @returns layer [B, C, H, W] -> [B, C, H', W'], H' = floor((H + 2 padding − window) / stride) + 1
 */
export function averagePool(window: number, options: PoolOptions = {}): Layer<NoParameters> {
  return { parameters: {}, apply: (_parameters, x) => x.averagePool2d(window, options) };
}

/** Mean over all places: layer [B, C, H, W] -> [B, C]. */
export const globalAveragePool: Layer<NoParameters> = {
  parameters: {},
  apply(_parameters, x) {
    expectShape("globalAveragePool", "x", x, ["B", "C", "H", "W"]);
    return x.mean([2, 3]);
  },
};
