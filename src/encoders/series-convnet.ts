/** A convolutional network over time. */
import { type ConfigOf, type OptionTable, ValueError } from "../compute/index.js";
import { channelGelu, type Layer, residual, sequence, timeConvolution } from "../nn/index.js";
import { type EncoderDefinition, expectSeries } from "./encoder.js";
import { couplesBatch, type MapNormalization, mapNorm, mapNormalizationOptions } from "./map-normalization.js";

export const seriesConvnetOptions = {
  width: { default: 32, min: 1, integer: true, doc: "channels of the first stage; each stage doubles them" },
  stages: { default: 3, min: 1, max: 10, integer: true, doc: "number of stages; each halves the time" },
  depth: {
    default: 2,
    min: 1,
    max: 16,
    integer: true,
    doc: "convolutions a stage; those after the first are residual",
  },
  kernelSize: { default: 5, min: 1, integer: true, doc: "time steps of the kernels; an odd number" },
  ...mapNormalizationOptions,
} as const satisfies OptionTable;
export type SeriesConvnetConfig = ConfigOf<typeof seriesConvnetOptions>;

/**
 * ConvNet over time: stages of convolution (stride 2) → norm → GELU, then the mean over the time that is left.
 *   stage i: channels width · 2ⁱ, then (depth − 1) times x + GELU(norm(conv(x)))
 * features [B, width · 2^(stages − 1)]; tokens are the places in time, T / 2^stages rounded up.
 */
export const seriesConvnet: EncoderDefinition<typeof seriesConvnetOptions> = {
  name: "seriesConvnet",
  summary: "ConvNet over time: strided stages with BatchNorm; the first choice for windows of a series",
  takes: "series",
  options: seriesConvnetOptions,
  learningRate: 1e-3,

  build({ channels, imageSize: length }, { width, stages, depth, kernelSize, normalization }) {
    const reduction = 2 ** stages;
    if (length < reduction) {
      const most = Math.floor(Math.log2(length));
      const hint =
        most < 1
          ? "Rows of a table have no time to look along: the encoder mlp takes them."
          : `Windows of ${length} steps allow ${most}.`;
      throw new ValueError("seriesConvnet", "stages", `few enough for windows of ${length} steps`, stages, hint);
    }
    const unit = (inChannels: number, outChannels: number, stride: number): Layer =>
      sequence({
        convolution: timeConvolution(inChannels, outChannels, { kernelSize, stride }) as Layer,
        norm: mapNorm(normalization as MapNormalization, outChannels),
        gelu: channelGelu,
      });
    const stage = (inChannels: number, outChannels: number): Layer =>
      sequence({
        reduce: unit(inChannels, outChannels, 2),
        ...Object.fromEntries(
          Array.from({ length: depth - 1 }, (_, i) => [`refine${i}`, residual(unit(outChannels, outChannels, 1))]),
        ),
      });
    const widths = Array.from({ length: stages }, (_, i) => width * 2 ** i);
    const trunk: Layer = sequence(
      Object.fromEntries(widths.map((outChannels, i) => [`stage${i}`, stage(widths[i - 1] ?? channels, outChannels)])),
    );
    return {
      featureDim: widths.at(-1)!,
      couplesBatch: couplesBatch(normalization as MapNormalization),
      encodesVisible: false,
      gridSizeOf: (steps) => Math.ceil(steps / reduction),
      parameters: trunk.parameters,
      encode(parameters, series, mode) {
        expectSeries("seriesConvnet", series, channels);
        const places = trunk.apply(parameters, series.expandDims(2), mode).squeeze(2); // [B, D, N]
        return { features: places.mean(-1), tokens: places.transpose([0, 2, 1]), gridSize: places.shape[2]! };
      },
    };
  },
};
