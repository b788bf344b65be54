/**
 * Vision transformer. Source: Dosovitskiy et al. 2021, arXiv:2010.11929; registers: Darcet et al. 2024,
 * arXiv:2309.16588; encoding of visible patches alone: He et al. 2022, arXiv:2111.06377.
 */
import { type ConfigOf, concat, type OptionTable, Tensor, ValueError } from "../compute/index.js";
import {
  type Layer,
  type LayerNormParameters,
  type LinearParameters,
  layerNorm,
  linear,
  type ParameterSpec,
  parameter,
  patchesOf,
  selectPlaces,
  sinCosPositions,
  transformerBlock,
  truncatedNormal,
  within,
  zeros,
} from "../nn/index.js";
import { type Encoder, type EncoderDefinition, expectSquareImages, type ImageShape } from "./encoder.js";
import { resampleGrid } from "./resample-grid.js";

export const vitOptions = {
  patchSize: { default: 4, min: 1, integer: true, doc: "pixels a side of one patch" },
  size: {
    default: "custom",
    choices: ["custom", "tiny", "small", "base"],
    doc: "width, depth and heads of the published sizes: tiny 192, 12, 3; small 384, 12, 6; base 768, 12, 12",
  },
  width: { default: 192, min: 1, integer: true, doc: "width D of a token" },
  depth: { default: 6, min: 1, integer: true, doc: "number of blocks" },
  numHeads: { default: 3, min: 1, integer: true, doc: "attention heads; a divisor of the width" },
  mlpRatio: { default: 4, min: 0.25, doc: "hidden width of a block's MLP, as a multiple of the width" },
  positions: {
    default: "learned",
    choices: ["learned", "fixed"],
    doc: "what tells a token where its patch is: learned vectors, or sines and cosines of row and column",
  },
  pooling: {
    default: "mean",
    choices: ["mean", "class"],
    doc: "features from the mean of the patches or a class token",
  },
  numRegisters: { default: 0, min: 0, integer: true, doc: "extra tokens that belong to no patch" },
} as const satisfies OptionTable;
export type VitConfig = ConfigOf<typeof vitOptions>;

/** Of Touvron et al. 2021, arXiv:2012.12877 (tiny, small) and Dosovitskiy et al. 2021 (base). */
const SIZES = {
  tiny: { width: 192, depth: 12, numHeads: 3 },
  small: { width: 384, depth: 12, numHeads: 6 },
  base: { width: 768, depth: 12, numHeads: 12 },
} as const;

/**
 * Vision transformer: patches → tokens + positions → pre-norm blocks → norm.
 *   block: x + attention(norm(x)), then x + mlp(norm(x)), GELU with erf
 * features [B, D]: mean of the normed patch tokens, or the normed class token. Registers are in neither.
 * Images of another size than the one built for get their positions by bilinear interpolation.
 * Given visible places, only their patches are embedded, and the mean is over them.
 */
export const vit: EncoderDefinition<typeof vitOptions> = {
  name: "vit",
  summary: "vision transformer: patches, attention; learns more with more data and time",
  takes: "images",
  options: vitOptions,
  learningRate: 5e-4,
  build: buildVit,
};

type VitParameters = {
  readonly patches: LinearParameters;
  /** Absent where they are fixed. */
  readonly positions?: ParameterSpec;
  /** Class token and registers, their positions included. */
  readonly prefix?: ParameterSpec;
  readonly blocks: Readonly<Record<string, Layer["parameters"]>>;
  readonly norm: LayerNormParameters;
};

function buildVit({ channels, imageSize }: ImageShape, config: VitConfig): Encoder {
  const { patchSize, mlpRatio, pooling, numRegisters } = config;
  const { width, depth, numHeads } = shapeOf(config);
  checkPatchSize(imageSize, patchSize);
  const builtGridSize = imageSize / patchSize;
  const numPrefix = (pooling === "class" ? 1 : 0) + numRegisters;
  const embed = linear(channels * patchSize ** 2, width, { weightInit: truncatedNormal(0.02), biasInit: zeros });
  const blocks: readonly Layer[] = Array.from({ length: depth }, () => transformerBlock(width, numHeads, mlpRatio));
  const norm = layerNorm(width);
  const added = (count: number) => parameter([count, width], "bias", truncatedNormal(0.02));
  const fixedPositions = config.positions === "fixed" ? sinCosPositions(builtGridSize, width) : undefined;
  const parameters: VitParameters = {
    patches: embed.parameters,
    ...(fixedPositions === undefined ? { positions: added(builtGridSize ** 2) } : {}),
    ...(numPrefix > 0 ? { prefix: added(numPrefix) } : {}),
    blocks: Object.fromEntries(blocks.map((block, i) => [`${i}`, block.parameters])),
    norm: norm.parameters,
  };

  const encoder: Encoder<VitParameters> = {
    featureDim: width,
    couplesBatch: false,
    encodesVisible: true,
    gridSizeOf: (size) => size / patchSize,
    parameters,
    encode(parameters, images, mode, visibleIndices) {
      const size = expectSquareImages("vit", images, channels);
      checkPatchSize(size, patchSize);
      const gridSize = size / patchSize;
      const keep = (values: Tensor) => (visibleIndices === undefined ? values : selectPlaces(values, visibleIndices));
      const built = fixedPositions ? Tensor.constant(fixedPositions) : parameters.positions!;
      const positions = keep(resampleGrid(built, builtGridSize, gridSize)); // [N, D], or [B, K, D] of the visible
      const patches = keep(patchesOf(images, channels, patchSize)); // before their embedding: a patch has fewer numbers
      let tokens = withPrefix(embed.apply(parameters.patches, patches, mode), positions, parameters.prefix);
      const afterBlocks = blocks.map((block, i) => {
        tokens = block.apply(parameters.blocks[`${i}`]!, tokens, within(within(mode, "blocks"), `${i}`));
        return tokens;
      });
      const normed = norm.apply(parameters.norm, tokens, mode); // [B, prefix + N, D]
      const ofPatches = withoutPrefix(normed, numPrefix);
      const features = pooling === "class" ? normed.slice(1, 0, 1).squeeze(1) : ofPatches.mean(1);
      const layers = afterBlocks.map((after) => withoutPrefix(after, numPrefix));
      return { features, tokens: ofPatches, gridSize, layers };
    },
  };
  return encoder;
}

/** Add the positions and put the prefix in front. It is the same for every image, so it rides on the positions. */
function withPrefix(embedded: Tensor, positions: Tensor, prefix?: Tensor): Tensor {
  if (prefix === undefined) return embedded.add(positions);
  const room: readonly [number, number] = [prefix.shape[0]!, 0];
  const inFront = positions.shape.length === 2 ? prefix : prefix.broadcastTo([embedded.shape[0]!, ...prefix.shape]);
  return embedded.pad([[0, 0], room, [0, 0]]).add(concat([inFront, positions], positions.shape.length - 2));
}

function withoutPrefix(tokens: Tensor, numPrefix: number): Tensor {
  return numPrefix === 0 ? tokens : tokens.slice(1, numPrefix, tokens.shape[1]!);
}

function shapeOf({ size, ...config }: VitConfig): Pick<VitConfig, "width" | "depth" | "numHeads"> {
  if (size === "custom") return config;
  for (const name of ["width", "depth", "numHeads"] as const) {
    if (config[name] === vitOptions[name].default || config[name] === SIZES[size][name]) continue;
    const hint = `The size ${size} has ${SIZES[size][name]}: leave ${name} out, or take the size custom.`;
    throw new ValueError("vit", name, `left to the size ${size}`, config[name], hint);
  }
  return SIZES[size];
}

function checkPatchSize(imageSize: number, patchSize: number): void {
  if (imageSize % patchSize === 0) return;
  const nearest = Math.max(1, Math.round(imageSize / patchSize)) * patchSize;
  const hint = `Images of ${nearest} pixels would fit, or another patch size.`;
  throw new ValueError("vit", "patchSize", `a divisor of the image size ${imageSize}`, patchSize, hint);
}
