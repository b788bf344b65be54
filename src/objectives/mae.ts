/** MAE. Source: He et al. 2022, arXiv:2111.06377. */
import { randomMask } from "../augment/masks/random-mask.js";
import type { ConfigOf, OptionTable, Tensor } from "../compute/index.js";
import { placeDecoder, selectPlaces, within } from "../nn/index.js";
import type { Head, HeadDims } from "./head.js";
import { meanOf, type Objective, weightedTotal } from "./objective.js";
import { pixelGrid, pixelsOfPlaces } from "./pixels-of-places.js";
import { predictedPlaces, squaredError } from "./predicted-places.js";

export const maeOptions = {
  maskRatio: { ...randomMask.options.maskRatio, doc: "share of the patches that is hidden from the encoder" },
  normalizePixels: {
    default: true,
    doc: "compare with each patch at mean 0 and variance 1: structure counts, brightness and contrast do not",
  },
  decoderWidth: { default: 128, min: 4, integer: true, doc: "width of the decoder's tokens, a multiple of 4" },
  decoderDepth: { default: 2, min: 1, integer: true, doc: "blocks of the decoder" },
  decoderHeads: { default: 4, min: 1, integer: true, doc: "attention heads of the decoder; a divisor of its width" },
} satisfies OptionTable;
export type MaeConfig = ConfigOf<typeof maeOptions>;

/** Keeps a patch of one colour from being blown up. */
const VARIANCE_EPSILON = 1e-6;

/**
 * MAE: from a quarter of the patches, rebuild the others.
 *   reconstruction = mean over hidden patches and their pixels of (prediction − target)²
 *   target = (x − mean) / √(variance + 1e-6) of each patch, the variance with P − 1
 * projections: predictions [B, K, P] of K hidden patches with P = channels · patch² numbers, ordered (row, column,
 * channel); targets: the pixels of these patches, as they are. Any B. Terms: reconstruction.
 * The encoder sees the other patches alone; a decoder of its own width is dropped after training.
 * Deviations: the decoder is narrower and shallower than the published 512 × 8, for small images; tokens are not put back
 * into the order of the image before it, which a transformer with positions cannot tell; both encoder and decoder start
 * from normals of .02; there is no class token unless the encoder has one, and the decoder does not see it.
 */
export const mae: Objective<typeof maeOptions> = {
  name: "mae",
  summary: "rebuild the pixels of hidden patches from the visible quarter",
  source: "arXiv:2111.06377",
  needs: { views: 1, localViews: false, tokens: "patches", masking: "random", target: "none" },
  projectionTarget: "free",
  options: maeOptions,
  defaultViews: ["mae"],
  training: { weightDecay: 0.05 },
  weights: () => ({ reconstruction: 1 }),
  head: maeHead,
  masks: ({ maskRatio }, dims, random) => randomMask.draw(dims, { maskRatio }, random),

  loss(input, config) {
    const pairs = predictedPlaces("mae", input).map(({ prediction, target }) => ({
      prediction,
      target: config.normalizePixels ? normalizedPixels(target) : target,
    }));
    return weightedTotal({ reconstruction: meanOf(pairs.map(squaredError)) }, mae.weights(config));
  },
};

function maeHead(dims: HeadDims, { decoderWidth, decoderDepth, decoderHeads }: MaeConfig): Head {
  const grid = pixelGrid("mae", dims);
  const decoder = placeDecoder({
    inDim: dims.encoder.featureDim,
    outDim: grid.numValues,
    gridSize: grid.gridSize,
    width: decoderWidth,
    depth: decoderDepth,
    numHeads: decoderHeads,
  });
  return {
    modules: { decoder: decoder.parameters },
    forward({ online, views, masks }) {
      const [knownPlaces, askedPlaces] = [masks.visibleIndices!, masks.hiddenIndices!];
      const hidden = askedPlaces.squeeze(1); // [B, K]: one group
      const mode = within(online.mode, "decoder");
      const predict = (known: Tensor) =>
        decoder.predict(online.parameters.decoder!, { known, knownPlaces, askedPlaces }, mode);
      return {
        projections: online.encoded.map(predict),
        targets: views.map((view) => selectPlaces(pixelsOfPlaces(view, grid), hidden)),
        watched: [online.encoded[0]!.mean(1)],
      };
    },
  };
}

function normalizedPixels(patches: Tensor): Tensor {
  const numPixels = patches.shape.at(-1)!;
  const centred = patches.sub(patches.mean(-1, { keepDims: true }));
  // a patch of one number has no variance
  const variance = centred
    .square()
    .sum(-1, { keepDims: true })
    .mul(1 / Math.max(1, numPixels - 1));
  return centred.div(variance.add(VARIANCE_EPSILON).sqrt());
}
