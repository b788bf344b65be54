/** A multilayer perceptron: the encoder of rows of a table, and of short windows. */
import type { ConfigOf, OptionTable, Tensor } from "../compute/index.js";
import { batchNorm, gelu, type Layer, layerNorm, linear, sequence } from "../nn/index.js";
import { type EncoderDefinition, expectSeries } from "./encoder.js";
import { lineMatrix } from "./resample-line.js";

export const mlpOptions = {
  width: { default: 256, min: 1, integer: true, doc: "width of the hidden layers and of the features" },
  depth: { default: 3, min: 1, max: 16, integer: true, doc: "hidden layers; the last one's output is the features" },
  normalization: {
    default: "batch",
    choices: ["batch", "layer"],
    doc: "BatchNorm couples the samples of a chunk; LayerNorm keeps chunked training exact",
  },
} as const satisfies OptionTable;
export type MlpConfig = ConfigOf<typeof mlpOptions>;

/**
 * MLP: channels and time side by side as one vector, then hidden layers of linear → norm → GELU.
 * features [B, width]; one token, the features. Windows of another length than the one built for are read at its places
 * by linear interpolation.
 */
export const mlp: EncoderDefinition<typeof mlpOptions> = {
  name: "mlp",
  summary: "multilayer perceptron: for rows of a table, whose columns have no order",
  takes: "series",
  options: mlpOptions,
  learningRate: 1e-3,

  build({ channels, imageSize: length }, { width, depth, normalization }) {
    const norm = (): Layer => (normalization === "batch" ? batchNorm(width) : layerNorm(width)) as Layer;
    const hidden = (inDim: number) =>
      sequence({ linear: linear(inDim, width, { bias: false }) as Layer, norm: norm(), gelu }) as Layer;
    const layers: Layer = sequence(
      Object.fromEntries(
        Array.from({ length: depth }, (_, i) => [`hidden${i}`, hidden(i === 0 ? channels * length : width)]),
      ),
    );
    return {
      featureDim: width,
      couplesBatch: normalization === "batch",
      encodesVisible: false,
      gridSizeOf: () => 1,
      parameters: layers.parameters,
      encode(parameters, series, mode) {
        const [B] = expectSeries("mlp", series, channels);
        const values = atLength(series, length).reshape([B, channels * length]);
        const features = layers.apply(parameters, values, mode);
        return { features, tokens: features.expandDims(1), gridSize: 1 };
      },
    };
  },
};

/** [B, C, T] -> [B, C, length]. */
function atLength(series: Tensor, length: number): Tensor {
  const T = series.shape[2]!;
  return T === length ? series : series.matmul(lineMatrix(T, length).transpose());
}
