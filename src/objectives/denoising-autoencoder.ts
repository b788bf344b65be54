/** Denoising autoencoder. Source: Vincent et al. 2008, doi:10.1145/1390156.1390294. */
import { type ConfigOf, float32, type OptionTable, type Random, Tensor } from "../compute/index.js";
import {
  type Layer,
  layerNorm,
  linear,
  sequence,
  sinCosPositions,
  transformerBlock,
  truncatedNormal,
  within,
  zeros,
} from "../nn/index.js";
import type { Head, HeadDims } from "./head.js";
import { meanOf, type Objective, weightedTotal } from "./objective.js";
import { type PixelGrid, pixelGrid, pixelsOfPlaces } from "./pixels-of-places.js";
import { predictedPlaces, squaredError } from "./predicted-places.js";

export const denoisingAutoencoderOptions = {
  noiseStd: { default: 1, min: 0, max: 100, doc: "standard deviation of the noise, in units of normalised pixels" },
  decoderWidth: { default: 128, min: 4, integer: true, doc: "width of the decoder's tokens, a multiple of 4" },
  decoderDepth: { default: 1, min: 0, integer: true, doc: "transformer blocks of the decoder; 0: it is linear" },
  decoderHeads: { default: 4, min: 1, integer: true, doc: "attention heads of the decoder; a divisor of its width" },
} satisfies OptionTable;
export type DenoisingAutoencoderConfig = ConfigOf<typeof denoisingAutoencoderOptions>;

/**
 * Denoising autoencoder: an image under noise goes in, the clean image must come out.
 *   seen = image + noiseStd · ε, ε with mean 0 and variance 1 at each pixel;   reconstruction = mean of (prediction − pixel)²
 * projections: predictions [B, N, P] of all N places, P = channels · patch² pixels each, ordered (row, column, channel);
 * targets: the clean pixels. Any B. Terms: reconstruction. For every encoder: each place of its grid predicts its square
 * of pixels, through a decoder that sees all places and is dropped after training.
 * Deviations: the original is a stack of layers trained one by one, with masking noise; Gaussian noise is that of
 * Vincent et al. 2010 (JMLR 11). Here ε is a sum of four uniform draws, scaled: bell-shaped, never beyond 3.45, and ten
 * times as fast to make as a normal.
 */
export const denoisingAutoencoder: Objective<typeof denoisingAutoencoderOptions> = {
  name: "denoisingAutoencoder",
  summary: "noise on the pixels in, the clean image out; for every encoder",
  source: "doi:10.1145/1390156.1390294",
  needs: { views: 1, localViews: false, tokens: "patches", masking: "noise", target: "none" },
  projectionTarget: "free",
  options: denoisingAutoencoderOptions,
  defaultViews: ["mae"],
  weights: () => ({ reconstruction: 1 }),
  head: denoisingHead,
  masks({ noiseStd }, { batchSize, channels, imageSize }, random) {
    const shape = [batchSize, channels, imageSize, imageSize];
    return { pixelNoise: float32(bellShaped(batchSize * channels * imageSize ** 2, noiseStd, random), shape) };
  },

  loss(input, config) {
    const pairs = predictedPlaces("denoisingAutoencoder", input);
    return weightedTotal({ reconstruction: meanOf(pairs.map(squaredError)) }, denoisingAutoencoder.weights(config));
  },
};

/** Variance of the sum of four bytes, each of 0 to 255 alike: 4 (256² − 1) / 12. */
const FOUR_BYTES = { mean: 4 * 127.5, std: Math.sqrt((256 ** 2 - 1) / 3) };

/** Values with mean 0 and this standard deviation, each the sum of the four bytes of one draw. */
function bellShaped(count: number, std: number, random: Random): Float32Array {
  const values = new Float32Array(count);
  const scale = std / FOUR_BYTES.std;
  for (let i = 0; i < count; i++) {
    const draw = random.uint32();
    const sum = (draw & 255) + ((draw >>> 8) & 255) + ((draw >>> 16) & 255) + (draw >>> 24);
    values[i] = scale * (sum - FOUR_BYTES.mean);
  }
  return values;
}

function denoisingHead(dims: HeadDims, config: DenoisingAutoencoderConfig): Head {
  const grid = pixelGrid("denoisingAutoencoder", dims);
  const decoder = gridDecoder(dims.encoder.featureDim, grid, config);
  return {
    modules: { decoder: decoder.parameters },
    forward({ online, views }) {
      const mode = within(online.mode, "decoder");
      return {
        projections: online.encoded.map((tokens) => decoder.apply(online.parameters.decoder!, tokens, mode)),
        targets: views.map((view) => pixelsOfPlaces(view, grid)),
        watched: [online.encoded[0]!.mean(1)],
      };
    },
  };
}

/** [B, N, inDim] -> [B, N, values of a place]: linear + positions → blocks → norm → linear. */
function gridDecoder(inDim: number, grid: PixelGrid, config: DenoisingAutoencoderConfig): Layer {
  const { decoderWidth: width, decoderDepth, decoderHeads } = config;
  const start = { weightInit: truncatedNormal(0.02), biasInit: zeros };
  const positions = sinCosPositions(grid.gridSize, width);
  const addPositions: Layer = { parameters: {}, apply: (_parameters, x) => x.add(Tensor.constant(positions)) };
  const blocks = Array.from({ length: decoderDepth }, (_, i) => [`block${i}`, transformerBlock(width, decoderHeads)]);
  return sequence({
    embed: linear(inDim, width, start),
    addPositions,
    ...Object.fromEntries(blocks),
    norm: layerNorm(width),
    output: linear(width, grid.numValues, start),
  }) as Layer;
}
