/** PyTorch's twins compute what we do: the same losses from the same start, on the same views. Skipped without PyTorch. */
import { describe, expect, test } from "vitest";
import { noiseOfOneMore } from "../bench/compare-pytorch.js";
import { findTorches } from "../bench/frame/python-peer.js";
import { trainTwins } from "../bench/twins/twin-run.js";
import { chooseConfig } from "../src/recipes/choices.js";
import { usePictures } from "../src/train/testing/use-pictures.js";

const pictures = usePictures(12);
/** Peers are processes with large libraries; on a busy machine they start slowly. */
const PATIENCE = 180_000;
const SMALL = {
  convnet: { encoder: "convnet", encoderOptions: { width: 4, stages: 2 } },
  vit: { encoder: "vit", encoderOptions: { width: 8, depth: 1, numHeads: 2, patchSize: 8 } },
};

describe.skipIf(findTorches().length === 0)("a twin", () => {
  test.each([
    ["simclr", "convnet"],
    ["vicreg", "vit"],
    ["barlowTwins", "convnet"],
    ["byol", "convnet"],
  ] as const)(
    "of %s on %s has our losses and our features",
    async (objective, encoder) => {
      const set = pictures.set;
      const config = await chooseConfig(
        {
          ...{ data: "pictures", objective, ...SMALL[encoder], size: 16, batch: 6, steps: 4, threads: 1, seed: 1 },
          projector: { hiddenDim: 8, outDim: 4 },
        },
        set,
      );
      const { losses, features, peer } = await trainTwins({ config, set, asked: set, withPeer: true });
      expect(losses).toHaveLength(4);
      const apart = losses.map((loss, step) => Math.abs(peer!.losses[step]! / loss - 1));
      // The first is a forward pass; what follows went through gradients, updates and running statistics.
      expect(apart[0]).toBeLessThan(1e-5);
      for (const difference of apart) expect(difference).toBeLessThan(2e-3);
      const worst = features.values.reduce(
        (max, value, i) => Math.max(max, Math.abs(value - peer!.features.values[i]!)),
        0,
      );
      expect(worst).toBeLessThan(0.02);
    },
    PATIENCE,
  );
});

test("one more draw is expected within t s √(1 + 1/n)", () => {
  // s = 1, t(2) = 4.3027
  expect(noiseOfOneMore([1, 2, 3])).toBeCloseTo(4.3026527 * Math.sqrt(4 / 3), 6);
});
