/** What an encoder is: images to features. */
import { type Branch, type ConfigOf, expectShape, type OptionTable, type Tensor } from "../compute/index.js";
import type { Mode, ParameterSpec, TensorsOf } from "../nn/index.js";

/** What an encoder gives for a batch of images. */
export interface Encoding {
  /** One vector an image [B, D]: what the projector, the probes and exports read. */
  readonly features: Tensor;
  /** One vector a place [B, N, D], row by row, N = gridSize². */
  readonly tokens: Tensor;
  /** Places a side. */
  readonly gridSize: number;
}

/** An encoder of a fixed shape; its parameters come from outside. */
export interface Encoder<S = Branch<ParameterSpec>> {
  /** Width D of features and tokens. */
  readonly featureDim: number;
  /**
   * True if in training the encoding of an image depends on the others of its batch (BatchNorm inside): encoding a batch
   * in chunks is then another function, with the statistics of each chunk.
   */
  readonly couplesBatch: boolean;
  readonly parameters: S;
  /**
   * @param images [B, C, H, W], square, normalised; other sizes than the one built for are allowed if they fit the grid
   */
  encode(parameters: TensorsOf<S>, images: Tensor, mode: Mode): Encoding;
}

/** The images an encoder is built for. */
export interface ImageShape {
  readonly channels: number;
  /** Pixels a side. */
  readonly imageSize: number;
}

export interface EncoderDefinition<T extends OptionTable = OptionTable> {
  readonly name: string;
  readonly summary: string;
  readonly options: T;
  /** Peak learning rate it usually trains well at: AdamW, batch 256. */
  readonly learningRate: number;
  /** @throws ValueError if these options do not fit these images, with what would */
  build(images: ImageShape, config: ConfigOf<T>): Encoder;
}

/**
 * Check at the door that images are square and have the channels an encoder was built for.
 * @returns pixels a side
 * @throws ShapeError
 */
export function expectSquareImages(encoder: string, images: Tensor, channels: number): number {
  const [B, , size] = expectShape(encoder, "images", images, ["B", channels, "H", "W"]);
  expectShape(
    encoder,
    "images",
    images,
    [B, channels, size, size],
    "Encoders take square images: crop or resize them.",
  );
  return size;
}
