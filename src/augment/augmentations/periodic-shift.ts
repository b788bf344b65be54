/** Move the picture around its edges. */
import type { OptionTable } from "../../compute/options.js";
import { defineAugmentation, swapBuffers } from "../augmentation.js";

const options = {
  probability: { default: 1, min: 0, max: 1, doc: "how often the picture is moved" },
} satisfies OptionTable;

/**
 * Move by whole pixels, what leaves at one edge entering at the other: out[c, y, x] = in[c, (y + dy) mod H, (x + dx) mod W],
 * dx and dy uniform over all of the picture. For images that are one cell of something periodic, whose properties the
 * move leaves exactly as they were; in other pictures it puts a seam.
 */
export const periodicShift = defineAugmentation({
  name: "periodicShift",
  summary: "move around the edges, for periodic pictures",
  stage: "picture",
  options,
  apply(view, random, config) {
    if (!random.chance(config.probability)) return;
    const { data, scratch, size, channels } = view;
    const [across, down] = [random.integer(size), random.integer(size)];
    for (let row = 0; row < channels * size; row++) {
      const from = (row - (row % size) + ((row + down) % size)) * size;
      scratch.set(data.subarray(from + across, from + size), row * size);
      scratch.set(data.subarray(from, from + across), (row + 1) * size - across);
    }
    swapBuffers(view);
  },
});
