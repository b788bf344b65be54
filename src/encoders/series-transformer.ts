/** A transformer over time. Source: patches of time as tokens, PatchTST (Nie et al. 2023, arXiv:2211.14730). */
import { type Branch, type ConfigOf, type OptionTable, ValueError } from "../compute/index.js";
import {
  type Layer,
  type LayerNormParameters,
  type LinearParameters,
  layerNorm,
  linear,
  type ParameterSpec,
  parameter,
  sequence,
  transformerBlock,
  truncatedNormal,
  zeros,
} from "../nn/index.js";
import { type Encoder, type EncoderDefinition, expectSeries, type ImageShape } from "./encoder.js";
import { resampleLine } from "./resample-line.js";

export const seriesTransformerOptions = {
  patchSize: { default: 4, min: 1, integer: true, doc: "time steps of one patch" },
  width: { default: 128, min: 1, integer: true, doc: "width D of a token" },
  depth: { default: 4, min: 1, integer: true, doc: "number of blocks" },
  numHeads: { default: 4, min: 1, integer: true, doc: "attention heads; a divisor of the width" },
  mlpRatio: { default: 4, min: 0.25, doc: "hidden width of a block's MLP, as a multiple of the width" },
} as const satisfies OptionTable;
export type SeriesTransformerConfig = ConfigOf<typeof seriesTransformerOptions>;

/**
 * Transformer over time: patches of all channels → tokens + learned positions → pre-norm blocks → norm.
 * features [B, D]: the mean of the tokens. Windows of another length than the one built for get their positions by
 * linear interpolation.
 * Deviations from PatchTST: channels are mixed in a patch (PatchTST treats each alone), pre-norm, patches do not overlap.
 */
export const seriesTransformer: EncoderDefinition<typeof seriesTransformerOptions> = {
  name: "seriesTransformer",
  summary: "transformer over patches of time: for long windows and much data; exact in chunks",
  takes: "series",
  options: seriesTransformerOptions,
  learningRate: 5e-4,
  build: buildSeriesTransformer,
};

type SeriesTransformerParameters = {
  readonly patches: LinearParameters;
  readonly positions: ParameterSpec;
  readonly blocks: Branch<ParameterSpec>;
  readonly norm: LayerNormParameters;
};

function buildSeriesTransformer(
  { channels, imageSize: length }: ImageShape,
  { patchSize, width, depth, numHeads, mlpRatio }: SeriesTransformerConfig,
): Encoder {
  checkPatchSize(length, patchSize);
  const patches = linear(channels * patchSize, width, { weightInit: truncatedNormal(0.02), biasInit: zeros });
  const blocks: Layer = sequence(
    Object.fromEntries(
      Array.from({ length: depth }, (_, i) => [`${i}`, transformerBlock(width, numHeads, mlpRatio) as Layer]),
    ),
  );
  const norm = layerNorm(width);
  const encoder: Encoder<SeriesTransformerParameters> = {
    featureDim: width,
    couplesBatch: false,
    encodesVisible: false,
    gridSizeOf: (steps) => steps / patchSize,
    parameters: {
      patches: patches.parameters,
      positions: parameter([length / patchSize, width], "bias", truncatedNormal(0.02)),
      blocks: blocks.parameters,
      norm: norm.parameters,
    },
    encode(parameters, series, mode) {
      const [B, T] = expectSeries("seriesTransformer", series, channels);
      checkPatchSize(T, patchSize);
      const N = T / patchSize;
      const cut = series
        .reshape([B, channels, N, patchSize])
        .transpose([0, 2, 1, 3]) // [B, N, C, patchSize]
        .reshape([B, N, channels * patchSize]);
      const embedded = patches.apply(parameters.patches, cut, mode).add(resampleLine(parameters.positions, N));
      const tokens = norm.apply(parameters.norm, blocks.apply(parameters.blocks, embedded, mode), mode);
      return { features: tokens.mean(1), tokens, gridSize: N };
    },
  };
  return encoder;
}

function checkPatchSize(length: number, patchSize: number): void {
  if (length % patchSize === 0) return;
  const hint =
    length === 1
      ? "Rows of a table have no time to look along: the encoder mlp takes them."
      : `Windows of ${Math.max(1, Math.round(length / patchSize)) * patchSize} steps would fit, or another patch size.`;
  throw new ValueError(
    "seriesTransformer",
    "patchSize",
    `a divisor of the ${length} steps of a window`,
    patchSize,
    hint,
  );
}
