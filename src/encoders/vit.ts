/**
 * Vision transformer. Source: Dosovitskiy et al. 2021, arXiv:2010.11929; registers: Darcet et al. 2024,
 * arXiv:2309.16588.
 */
import { type Branch, type ConfigOf, concat, type OptionTable, type Tensor, ValueError } from "../compute/index.js";
import {
  attention,
  type Layer,
  type LayerNormParameters,
  type LinearParameters,
  layerNorm,
  mlp,
  type ParameterSpec,
  parameter,
  patchEmbedding,
  preNorm,
  residual,
  sequence,
  truncatedNormal,
  watched,
  within,
  zeros,
} from "../nn/index.js";
import { type Encoder, type EncoderDefinition, expectSquareImages, type ImageShape } from "./encoder.js";
import { resampleGrid } from "./resample-grid.js";

export const vitOptions = {
  patchSize: { default: 4, min: 1, integer: true, doc: "pixels a side of one patch" },
  width: { default: 192, min: 1, integer: true, doc: "width D of a token" },
  depth: { default: 6, min: 1, integer: true, doc: "number of blocks" },
  numHeads: { default: 3, min: 1, integer: true, doc: "attention heads; a divisor of the width" },
  mlpRatio: { default: 4, min: 0.25, doc: "hidden width of a block's MLP, as a multiple of the width" },
  pooling: {
    default: "mean",
    choices: ["mean", "class"],
    doc: "features from the mean of the patches or a class token",
  },
  numRegisters: { default: 0, min: 0, integer: true, doc: "extra tokens that belong to no patch" },
} as const satisfies OptionTable;
export type VitConfig = ConfigOf<typeof vitOptions>;

/**
 * Vision transformer: patches → tokens + learned positions → pre-norm blocks → norm.
 *   block: x + attention(norm(x)), then x + mlp(norm(x)), GELU with erf
 * features [B, D]: mean of the normed patch tokens, or the normed class token. Registers are in neither.
 * Images of another size than the one built for get their positions by bilinear interpolation.
 */
export const vit: EncoderDefinition<typeof vitOptions> = {
  name: "vit",
  summary: "vision transformer: patches, attention; learns more with more data and time",
  options: vitOptions,
  learningRate: 5e-4,
  build: buildVit,
};

type VitParameters = {
  readonly patches: LinearParameters;
  readonly positions: ParameterSpec;
  /** Class token and registers, their positions included. */
  readonly prefix?: ParameterSpec;
  readonly blocks: Branch<ParameterSpec>;
  readonly norm: LayerNormParameters;
};

function buildVit({ channels, imageSize }: ImageShape, config: VitConfig): Encoder {
  const { patchSize, width, depth, numHeads, mlpRatio, pooling, numRegisters } = config;
  checkPatchSize(imageSize, patchSize);
  const builtGridSize = imageSize / patchSize;
  const numPrefix = (pooling === "class" ? 1 : 0) + numRegisters;
  const patches = patchEmbedding(channels, patchSize, width, { weightInit: truncatedNormal(0.02), biasInit: zeros });
  const blocks: Layer = sequence(
    Object.fromEntries(Array.from({ length: depth }, (_, i) => [`${i}`, block(width, numHeads, mlpRatio)])),
  );
  const norm = layerNorm(width);
  const added = (count: number) => parameter([count, width], "bias", truncatedNormal(0.02));
  const parameters: VitParameters = {
    patches: patches.parameters,
    positions: added(builtGridSize ** 2),
    ...(numPrefix > 0 ? { prefix: added(numPrefix) } : {}),
    blocks: blocks.parameters,
    norm: norm.parameters,
  };

  const encoder: Encoder<VitParameters> = {
    featureDim: width,
    couplesBatch: false,
    encodesVisible: false,
    gridSizeOf: (size) => size / patchSize,
    parameters,
    encode(parameters, images, mode) {
      const size = expectSquareImages("vit", images, channels);
      checkPatchSize(size, patchSize);
      const gridSize = size / patchSize;
      const embedded = patches.apply(parameters.patches, images, mode);
      const positions = resampleGrid(parameters.positions, builtGridSize, gridSize); // [N, D]
      const started = withPrefix(embedded, positions, parameters.prefix); // [B, prefix + N, D]
      const mixed = blocks.apply(parameters.blocks, started, within(mode, "blocks"));
      const normed = norm.apply(parameters.norm, mixed, mode);
      const tokens = numPrefix === 0 ? normed : normed.slice(1, numPrefix, numPrefix + gridSize ** 2);
      const features = pooling === "class" ? normed.slice(1, 0, 1).squeeze(1) : tokens.mean(1);
      return { features, tokens, gridSize };
    },
  };
  return encoder;
}

function block(width: number, numHeads: number, mlpRatio: number) {
  const layers = {
    attention: residual(preNorm(width, attention(width, numHeads))),
    mlp: residual(preNorm(width, mlp(width, Math.round(width * mlpRatio)))),
  };
  return watched(sequence(layers), -1);
}

/** Add the positions and put the prefix in front. It is the same for every image, so it rides on the positions. */
function withPrefix(embedded: Tensor, positions: Tensor, prefix?: Tensor): Tensor {
  if (prefix === undefined) return embedded.add(positions);
  const room: readonly [number, number] = [prefix.shape[0]!, 0];
  return embedded.pad([[0, 0], room, [0, 0]]).add(concat([prefix, positions], 0));
}

function checkPatchSize(imageSize: number, patchSize: number): void {
  if (imageSize % patchSize === 0) return;
  const nearest = Math.max(1, Math.round(imageSize / patchSize)) * patchSize;
  const hint = `Images of ${nearest} pixels would fit, or another patch size.`;
  throw new ValueError("vit", "patchSize", `a divisor of the image size ${imageSize}`, patchSize, hint);
}
