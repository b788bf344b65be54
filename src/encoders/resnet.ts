/** Residual networks. Source: He et al. 2016, arXiv:1512.03385; layer by layer as torchvision's. */
import { type ConfigOf, type OptionTable, ValueError } from "../compute/index.js";
import {
  convolution,
  type Initialiser,
  kaimingNormal,
  type Layer,
  maxPool,
  ones,
  relu,
  sequence,
  show,
  zeros,
} from "../nn/index.js";
import { type Encoder, type EncoderDefinition, expectSquareImages, type ImageShape } from "./encoder.js";
import { encodingOfMap } from "./encoding-of-map.js";
import { couplesBatch, type MapNormalization, mapNorm, mapNormalizationOptions } from "./map-normalization.js";

export const resnetOptions = {
  depth: { default: 18, min: 18, max: 50, integer: true, doc: "18 or 34 (basic blocks), 50 (bottlenecks)" },
  width: { default: 64, min: 1, integer: true, doc: "channels of the first stage; each stage doubles them" },
  stages: { default: 4, min: 1, max: 4, integer: true, doc: "stages kept; fewer leave a finer map" },
  stem: {
    default: "cifar",
    choices: ["cifar", "imagenet"],
    doc: "cifar: 3x3, keeps the size; imagenet: 7x7 and max pooling, a quarter of it",
  },
  ...mapNormalizationOptions,
  zeroInitResidual: { default: false, doc: "start each block as the identity: the last gain of its branch is 0" },
} as const satisfies OptionTable;
export type ResnetConfig = ConfigOf<typeof resnetOptions>;

/** Blocks a stage, by depth. */
const NUM_BLOCKS: Readonly<Record<number, readonly number[]>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
};
const BOTTLENECK_DEPTH = 50;
/** A bottleneck's channels out, as a multiple of those inside. */
const EXPANSION = 4;

/**
 * ResNet: stem → stages of residual blocks, relu(shortcut(x) + branch(x)), each stage but the first halving the map.
 *   basic branch: 3×3 → norm → relu → 3×3 → norm
 *   bottleneck branch: 1×1 → norm → relu → 3×3 → norm → relu → 1×1 (four times the channels) → norm; stride in the 3×3
 *   shortcut: the identity, or 1×1 → norm where size or channels change
 * features [B, D]: the mean over the last map, D = 8 width (basic) or 32 width (bottleneck) with 4 stages; tokens are the
 * last map's places, gridSize = imageSize / 8 (cifar stem) or / 32 (imagenet stem), rounded up at each halving.
 * Start: convolutions normal with variance 2 / fan-out, gains 1, as torchvision. Learning rate untuned.
 */
export const resnet: EncoderDefinition<typeof resnetOptions> = {
  name: "resnet",
  summary: "residual network of depth 18, 34 or 50: the reference ConvNet",
  takes: "images",
  options: resnetOptions,
  learningRate: 1e-3,
  build: buildResnet,
};

function buildResnet({ channels }: ImageShape, config: ResnetConfig): Encoder {
  const { depth, width, stages, stem, normalization } = config;
  const numBlocks = NUM_BLOCKS[depth];
  if (numBlocks === undefined) throw new ValueError("resnet", "depth", "18, 34 or 50", depth);
  const expansion = depth === BOTTLENECK_DEPTH ? EXPANSION : 1;
  const layers: Record<string, Layer> = { stem: stemOf(stem, channels, width, normalization) };
  let inChannels = width;
  for (const [i, count] of numBlocks.slice(0, stages).entries()) {
    const innerChannels = width * 2 ** i;
    for (let j = 0; j < count; j++) {
      const stride = i > 0 && j === 0 ? 2 : 1;
      const shape = { inChannels, innerChannels, outChannels: innerChannels * expansion, stride };
      layers[`stage${i}block${j}`] = block(shape, config);
      inChannels = shape.outChannels;
    }
  }
  const trunk: Layer = sequence(layers);
  return {
    featureDim: inChannels,
    couplesBatch: couplesBatch(normalization),
    encodesVisible: false,
    gridSizeOf: (size) => Math.ceil(size / ((stem === "cifar" ? 1 : 4) * 2 ** (stages - 1))),
    parameters: trunk.parameters,
    encode(parameters, images, mode) {
      expectSquareImages("resnet", images, channels);
      return encodingOfMap("resnet", trunk.apply(parameters, images, mode));
    },
  };
}

function stemOf(stem: ResnetConfig["stem"], channels: number, width: number, normalization: MapNormalization): Layer {
  if (stem === "cifar") return sequence({ ...unit(channels, width, normalization), relu }) as Layer;
  const enter = unit(channels, width, normalization, { kernelSize: 7, stride: 2 });
  return sequence({ ...enter, relu, pool: maxPool(3, { stride: 2, padding: 1 }) }) as Layer;
}

interface BlockShape {
  readonly inChannels: number;
  readonly innerChannels: number;
  readonly outChannels: number;
  readonly stride: number;
}

/** relu(shortcut(x) + branch(x)). */
function block(shape: BlockShape, { depth, normalization, zeroInitResidual }: ResnetConfig): Layer {
  const lastGain = zeroInitResidual ? zeros : ones;
  const branch = (depth === BOTTLENECK_DEPTH ? bottleneckBranch : basicBranch)(shape, normalization, lastGain);
  const { inChannels, outChannels, stride } = shape;
  const keepsShape = stride === 1 && inChannels === outChannels;
  const shortcut = keepsShape
    ? undefined
    : (sequence(unit(inChannels, outChannels, normalization, { kernelSize: 1, stride })) as Layer);
  return {
    parameters: { branch: branch.parameters, ...(shortcut && { shortcut: shortcut.parameters }) },
    apply(parameters, x, mode) {
      const { branch: ofBranch, shortcut: ofShortcut } = parameters as Record<string, typeof parameters>;
      const carried = shortcut === undefined ? x : shortcut.apply(ofShortcut!, x, mode);
      const y = carried.add(branch.apply(ofBranch!, x, mode)).relu();
      show(mode, "activation", y, 1);
      show(mode, "output", y, 1);
      return y;
    },
  };
}

function basicBranch(shape: BlockShape, normalization: MapNormalization, lastGain: Initialiser): Layer {
  const { inChannels, innerChannels, outChannels, stride } = shape;
  return sequence({
    first: sequence({ ...unit(inChannels, innerChannels, normalization, { stride }), relu }) as Layer,
    last: sequence(unit(innerChannels, outChannels, normalization, { lastGain })) as Layer,
  }) as Layer;
}

function bottleneckBranch(shape: BlockShape, normalization: MapNormalization, lastGain: Initialiser): Layer {
  const { inChannels, innerChannels, outChannels, stride } = shape;
  return sequence({
    narrow: sequence({ ...unit(inChannels, innerChannels, normalization, { kernelSize: 1 }), relu }) as Layer,
    middle: sequence({ ...unit(innerChannels, innerChannels, normalization, { stride }), relu }) as Layer,
    widen: sequence(unit(innerChannels, outChannels, normalization, { kernelSize: 1, lastGain })) as Layer,
  }) as Layer;
}

/** Convolution → norm, as the layers of a sequence. */
function unit(
  inChannels: number,
  outChannels: number,
  normalization: MapNormalization,
  options: { readonly kernelSize?: number; readonly stride?: number; readonly lastGain?: Initialiser } = {},
): { readonly convolution: Layer; readonly norm: Layer } {
  const { kernelSize = 3, stride = 1, lastGain } = options;
  const weightInit = kaimingNormal(outChannels * kernelSize * kernelSize);
  return {
    convolution: convolution(inChannels, outChannels, { kernelSize, stride, weightInit }) as Layer,
    norm: mapNorm(normalization, outChannels, lastGain),
  };
}
