/** Random places. Source: He et al. 2022, arXiv:2111.06377. */
import { int32 } from "../../compute/host-array.js";
import type { ConfigOf, OptionTable } from "../../compute/options.js";
import { checkGridSize, type Mask } from "./mask.js";

export const randomMaskOptions = {
  maskRatio: { default: 0.75, min: 0.05, max: 0.95, doc: "share of the places that is hidden" },
} satisfies OptionTable;
export type RandomMaskConfig = ConfigOf<typeof randomMaskOptions>;

/**
 * Each image keeps ⌊N (1 − maskRatio)⌋ places, at least one, drawn without replacement; all others are hidden, as one
 * group. Both lists ascend: the order of tokens means nothing to an encoder with positions.
 * Source: MAE (He et al. 2022, arXiv:2111.06377), which sorts noise; a permutation is the same draw.
 */
export const randomMask: Mask<typeof randomMaskOptions> = {
  name: "randomMask",
  summary: "a share of the places, each image its own",
  source: "arXiv:2111.06377",
  options: randomMaskOptions,

  counts(gridSize, { maskRatio }) {
    checkGridSize("randomMask", gridSize, 2);
    const numPlaces = gridSize ** 2;
    // 64 (1 − .9) is 6.3999..., but 10 (1 − .9) must be 1, not .9999...
    const numKept = Math.floor(numPlaces * (1 - maskRatio) + 1e-9);
    const numVisible = Math.min(Math.max(numKept, 1), numPlaces - 1);
    return { numVisible, numGroups: 1, numHidden: numPlaces - numVisible };
  },

  draw({ batchSize, gridSize }, config, random) {
    const { numVisible, numHidden } = randomMask.counts(gridSize, config);
    const visible = new Int32Array(batchSize * numVisible);
    const hidden = new Int32Array(batchSize * numHidden);
    for (let b = 0; b < batchSize; b++) {
      const order = random.permutation(gridSize ** 2);
      visible.set(order.subarray(0, numVisible).sort(), b * numVisible);
      hidden.set(order.subarray(numVisible).sort(), b * numHidden);
    }
    return {
      visibleIndices: int32(visible, [batchSize, numVisible]),
      hiddenIndices: int32(hidden, [batchSize, 1, numHidden]),
    };
  },
};
