/** A compact convolutional network: few, wide, strided layers, made for many views a second on a CPU. */
import { type ConfigOf, type OptionTable, ValueError } from "../compute/index.js";
import { convolution, type Layer, relu, residual, sequence, watched } from "../nn/index.js";
import { type EncoderDefinition, expectSquareImages } from "./encoder.js";
import { encodingOfMap } from "./encoding-of-map.js";
import { couplesBatch, type MapNormalization, mapNorm, mapNormalizationOptions } from "./map-normalization.js";

export const convnetOptions = {
  width: { default: 48, min: 1, integer: true, doc: "channels of the first stage; each stage doubles them" },
  stages: { default: 4, min: 1, max: 8, integer: true, doc: "number of stages" },
  depth: {
    default: 1,
    min: 1,
    max: 16,
    integer: true,
    doc: "convolutions a stage; those after the first are residual",
  },
  stemStride: { default: 2, min: 1, max: 2, integer: true, doc: "stride of the first stage; the others have 2" },
  ...mapNormalizationOptions,
} as const satisfies OptionTable;
export type ConvnetConfig = ConfigOf<typeof convnetOptions>;

/**
 * ConvNet: stages of 3×3 convolution (stride 2) → norm → ReLU, then the mean over the last map.
 *   stage i: channels width · 2ⁱ, then (depth − 1) times x + ReLU(norm(conv(x)))
 * features [B, width · 2^(stages − 1)]; tokens are the last map, gridSize = imageSize / 2^stages rounded up.
 */
export const convnet: EncoderDefinition<typeof convnetOptions> = {
  name: "convnet",
  summary: "compact ConvNet: strided 3x3 stages with BatchNorm; most views a second",
  takes: "images",
  options: convnetOptions,
  learningRate: 2e-3,

  build({ channels, imageSize }, { width, stages, depth, stemStride, normalization }) {
    const reduction = stemStride * 2 ** (stages - 1);
    if (imageSize < reduction) {
      const most = Math.floor(Math.log2(imageSize / stemStride)) + 1;
      const hint = `Images of ${imageSize} pixels allow ${most} at stem stride ${stemStride}.`;
      throw new ValueError("convnet", "stages", `few enough for images of ${imageSize} pixels`, stages, hint);
    }
    const widths = Array.from({ length: stages }, (_, i) => width * 2 ** i);
    const trunk: Layer = sequence(
      Object.fromEntries(
        widths.map((outChannels, i) => {
          const inChannels = i === 0 ? channels : widths[i - 1]!;
          return [`stage${i}`, stage(inChannels, outChannels, depth, i === 0 ? stemStride : 2, normalization)];
        }),
      ),
    );
    return {
      featureDim: widths.at(-1)!,
      couplesBatch: couplesBatch(normalization),
      encodesVisible: false,
      gridSizeOf: (size) => Math.ceil(size / reduction),
      parameters: trunk.parameters,
      encode(parameters, images, mode) {
        expectSquareImages("convnet", images, channels);
        return encodingOfMap("convnet", trunk.apply(parameters, images, mode));
      },
    };
  },
};

function stage(
  inChannels: number,
  outChannels: number,
  depth: number,
  stride: number,
  normalization: MapNormalization,
): Layer {
  const refine = () => residual(unit(outChannels, outChannels, 1, normalization));
  const rest = Array.from({ length: depth - 1 }, (_, i) => [`refine${i}`, refine()]);
  const layers = { reduce: unit(inChannels, outChannels, stride, normalization), ...Object.fromEntries(rest) };
  return watched(sequence(layers) as Layer, 1);
}

/** Convolution → norm → ReLU. */
function unit(inChannels: number, outChannels: number, stride: number, normalization: MapNormalization) {
  return sequence({
    convolution: convolution(inChannels, outChannels, { stride }) as Layer,
    norm: mapNorm(normalization, outChannels),
    relu,
  });
}
