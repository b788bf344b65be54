/** A modern convolutional network. Source: Liu et al. 2022, arXiv:2201.03545. */
import {
  type Branch,
  type ConfigOf,
  expectShape,
  type OptionTable,
  type Tensor,
  ValueError,
} from "../compute/index.js";
import {
  convolution,
  gelu,
  type Initialiser,
  type Layer,
  type LayerNormParameters,
  layerNorm,
  linear,
  type ParameterSpec,
  parameter,
  residual,
  sequence,
  truncatedNormal,
  watched,
  zeros,
} from "../nn/index.js";
import { type Encoder, type EncoderDefinition, expectSquareImages, type ImageShape } from "./encoder.js";

export const convnextOptions = {
  patchSize: { default: 2, min: 1, integer: true, doc: "pixels a side of a patch of the stem; 4 for large images" },
  width: { default: 64, min: 1, integer: true, doc: "channels of the first stage; each stage doubles them" },
  stages: { default: 3, min: 1, max: 6, integer: true, doc: "stages; each but the first halves the map" },
  depth: { default: 2, min: 1, integer: true, doc: "blocks a stage; the third has three times as many" },
  kernelSize: { default: 7, min: 1, integer: true, doc: "places a side of the depthwise kernels; an odd number" },
  mlpRatio: { default: 4, min: 0.25, doc: "hidden width of a block's MLP, as a multiple of its channels" },
  layerScale: { default: 1e-6, min: 0, doc: "start of the gains on what each block adds" },
} as const satisfies OptionTable;
export type ConvnextConfig = ConfigOf<typeof convnextOptions>;

type ConvnextParameters = { readonly trunk: Branch<ParameterSpec>; readonly norm: LayerNormParameters };

/**
 * ConvNeXt: patches → norm → stages of blocks, between them norm → 2×2 patches; channels innermost all the way.
 *   block: x + gain · linear(gelu(linear(norm(depthwise convolution(x))))), norm over the channels of each place
 * features [B, D], D = width · 2^(stages − 1): the norm of the mean over the last map; tokens: the norm of its places,
 * gridSize = imageSize / (patchSize · 2^(stages − 1)), each halving rounded down. No image meets another on the way.
 * Width 96, depth 3, 4 stages and patches of 4 are the paper's ConvNeXt-T.
 * Start: weights truncated normal 0.02, biases 0. Deviations: no stochastic depth. Learning rate untuned.
 */
export const convnext: EncoderDefinition<typeof convnextOptions> = {
  name: "convnext",
  summary: "modern ConvNet: depthwise 7x7 and LayerNorm, no BatchNorm; exact in chunks",
  takes: "images",
  options: convnextOptions,
  learningRate: 1e-3,
  build: buildConvnext,
};

function buildConvnext({ channels, imageSize }: ImageShape, config: ConvnextConfig): Encoder {
  const { patchSize, width, stages, kernelSize } = config;
  checkSizes(imageSize, config);
  if (kernelSize % 2 === 0) {
    throw new ValueError(
      "convnext",
      "kernelSize",
      "an odd number",
      kernelSize,
      `${kernelSize + 1} keeps the size too.`,
    );
  }
  const layers: Record<string, Layer> = {
    stem: sequence({ patches: patches(channels, patchSize, width), norm: layerNorm(width) }) as Layer,
  };
  for (let i = 0; i < stages; i++) {
    const inner = width * 2 ** i;
    if (i > 0)
      layers[`halve${i}`] = sequence({ norm: layerNorm(inner / 2), patches: patches(inner / 2, 2, inner) }) as Layer;
    const numBlocks = i === 2 ? 3 * config.depth : config.depth;
    for (let j = 0; j < numBlocks; j++) {
      layers[`stage${i}block${j}`] = watched(residual(blockBranch(inner, config)), -1);
    }
  }
  const trunk: Layer = sequence(layers);
  const featureDim = width * 2 ** (stages - 1);
  const norm = layerNorm(featureDim);
  const encoder: Encoder<ConvnextParameters> = {
    featureDim,
    couplesBatch: false,
    encodesVisible: false,
    gridSizeOf: (size) => size / (patchSize * 2 ** (stages - 1)),
    parameters: { trunk: trunk.parameters, norm: norm.parameters },
    encode(parameters, images, mode) {
      checkSizes(expectSquareImages("convnext", images, channels), config);
      const map = trunk.apply(parameters.trunk, images.transpose([0, 2, 3, 1]), mode); // [B, g, g, D]
      const [B, gridSize] = map.shape as [number, number];
      const places = map.reshape([B, gridSize * gridSize, featureDim]);
      return {
        features: norm.apply(parameters.norm, places.mean(1), mode),
        tokens: norm.apply(parameters.norm, places, mode),
        gridSize,
      };
    },
  };
  return encoder;
}

/** What a block adds to its input [B, H, W, C]. */
function blockBranch(channels: number, { kernelSize, mlpRatio, layerScale }: ConvnextConfig): Layer {
  const hidden = Math.max(1, Math.round(channels * mlpRatio));
  return sequence({
    mixPlaces: channelsLast(
      convolution(channels, channels, {
        kernelSize,
        groups: channels,
        bias: true,
        weightInit: START.weightInit,
      }) as Layer,
    ),
    norm: layerNorm(channels),
    widen: linear(channels, hidden, START),
    gelu,
    narrow: linear(hidden, channels, START),
    scale: gains(channels, layerScale),
  }) as Layer;
}

const START = { weightInit: truncatedNormal(0.02), biasInit: zeros };

/** A layer of maps [B, C, H, W] for maps [B, H, W, C]. */
function channelsLast(layer: Layer): Layer {
  return {
    parameters: layer.parameters,
    apply: (parameters, x, mode) => layer.apply(parameters, x.transpose([0, 3, 1, 2]), mode).transpose([0, 2, 3, 1]),
  };
}

/** Each channel times a learned number. */
function gains(channels: number, start: number): Layer {
  const init: Initialiser = (_random, size) => new Float32Array(size).fill(start);
  return {
    parameters: { gain: parameter([channels], "gain", init) },
    apply: (parameters, x) => x.mul(parameters.gain as Tensor),
  };
}

/**
 * Square patches of a map, each mapped to a vector: a convolution whose stride is its kernel, as a matrix product.
 * Rows and columns beyond the last whole patch are left out, as that convolution would.
 * @returns layer [B, H, W, C] -> [B, H / size, W / size, D]
 */
function patches(channels: number, size: number, dim: number): Layer {
  const project = linear(size * size * channels, dim, START) as Layer;
  return {
    parameters: project.parameters,
    apply(parameters, map, mode) {
      const [B, H, W] = expectShape("convnext", "map", map, ["B", "H", "W", channels]);
      const [rows, columns] = [Math.floor(H / size), Math.floor(W / size)];
      const whole = map.slice(1, 0, rows * size).slice(2, 0, columns * size);
      const cut = whole
        .reshape([B, rows, size, columns, size, channels])
        .transpose([0, 1, 3, 2, 4, 5])
        .reshape([B, rows, columns, size * size * channels]);
      return project.apply(parameters, cut, mode);
    },
  };
}

/** @throws ValueError if an image is too small for the patches and halvings */
function checkSizes(imageSize: number, { patchSize, stages }: ConvnextConfig): void {
  if (imageSize >= patchSize * 2 ** (stages - 1)) return;
  const most = Math.floor(Math.log2(imageSize / patchSize)) + 1;
  const hint = most < 1 ? "Take smaller patches." : `They allow ${most} with patches of ${patchSize}.`;
  throw new ValueError("convnext", "stages", `few enough for images of ${imageSize} pixels`, stages, hint);
}
