/** Everything but a few blocks. Source: Baevski et al. 2022, arXiv:2212.07525. */
import { ValueError } from "../../compute/errors.js";
import { int32 } from "../../compute/host-array.js";
import type { ConfigOf, OptionTable } from "../../compute/options.js";
import { drawBlock, someOf } from "./block.js";
import { checkGridSize, type Mask } from "./mask.js";
import { randomMask } from "./random-mask.js";

export const inverseBlockMaskOptions = {
  maskRatio: { default: 0.8, min: 0.05, max: 0.95, doc: "share of the places that is hidden" },
  blockSize: { default: 3, min: 1, integer: true, doc: "side of the blocks that stay visible, in places" },
} satisfies OptionTable;
export type InverseBlockMaskConfig = ConfigOf<typeof inverseBlockMaskOptions>;

/**
 * Square blocks stay visible, drawn until they cover ⌊N (1 − maskRatio)⌋ places or more, of which so many are kept at
 * random; all other places are hidden, as one group. Blocks show parts of objects where random places show scattered
 * patches.
 * Source: data2vec 2.0 (Baevski et al. 2022, arXiv:2212.07525). Deviation: the released code hides single places of
 * the blocks beforehand ("adjust") and adds or drops places to meet the number, here they are only dropped.
 */
export const inverseBlockMask: Mask<typeof inverseBlockMaskOptions> = {
  name: "inverseBlockMask",
  summary: "a few blocks stay visible, everything else is hidden",
  source: "arXiv:2212.07525",
  options: inverseBlockMaskOptions,

  counts(gridSize, { maskRatio, blockSize }) {
    checkGridSize("inverseBlockMask", gridSize, 2);
    if (blockSize > gridSize) {
      throw new ValueError("inverseBlockMask", "blockSize", `at most the ${gridSize} places of a side`, blockSize);
    }
    return randomMask.counts(gridSize, { maskRatio });
  },

  draw({ batchSize, gridSize }, config, random) {
    const { numVisible, numHidden } = inverseBlockMask.counts(gridSize, config);
    const all = Array.from({ length: gridSize ** 2 }, (_, place) => place);
    const visible = new Int32Array(batchSize * numVisible);
    const hidden = new Int32Array(batchSize * numHidden);
    const shape = { height: config.blockSize, width: config.blockSize };
    for (let b = 0; b < batchSize; b++) {
      const covered = new Set<number>();
      while (covered.size < numVisible) for (const place of drawBlock(gridSize, shape, random)) covered.add(place);
      const ascending = [...covered].sort((x, y) => x - y);
      const kept = new Set(someOf(ascending, numVisible, random));
      visible.set([...kept], b * numVisible);
      hidden.set(
        all.filter((place) => !kept.has(place)),
        b * numHidden,
      );
    }
    return {
      visibleIndices: int32(visible, [batchSize, numVisible]),
      hiddenIndices: int32(hidden, [batchSize, 1, numHidden]),
    };
  },
};
