/** What an encoder is: images, or windows of a series, to features. */
import { type Branch, type ConfigOf, expectShape, type OptionTable, type Tensor } from "../compute/index.js";
import type { SampleKindName } from "../data/index.js";
import type { Mode, ParameterSpec, TensorsOf } from "../nn/index.js";

/** What an encoder gives for a batch of samples. */
export interface Encoding {
  /** One vector an image [B, D]: what the projector, the probes and exports read. */
  readonly features: Tensor;
  /** One vector a place [B, N, D]: of images row by row, N = gridSize²; of series in the order of time, N = gridSize. */
  readonly tokens: Tensor;
  /** Places a side; of series, places along time. */
  readonly gridSize: number;
  /** The tokens [B, N, D] after each block, first to last, where it has blocks of one shape. */
  readonly layers?: readonly Tensor[];
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
  /** True if it can encode some places of an image alone (see `encode`): masked prediction asks for that. */
  readonly encodesVisible: boolean;
  readonly parameters: S;
  /** Places a side of the encoding of images of this size; places along time of windows of this length. */
  gridSizeOf(imageSize: number): number;
  /**
   * @param images [B, C, H, W], square, normalised, or windows of a series [B, C, T], standardised, as the definition's
   *   `takes` says; other sizes than the one built for are allowed if they fit the grid
   * @param visibleIndices int32 [B, K], places counted row by row: encode these alone, so that the others have no
   *   influence; `tokens` are then [B, K, D] in this order. Only where `encodesVisible`.
   */
  encode(parameters: TensorsOf<S>, images: Tensor, mode: Mode, visibleIndices?: Tensor): Encoding;
}

/** The samples an encoder is built for. */
export interface ImageShape {
  readonly channels: number;
  /** Pixels a side; of series, the time steps T of a window. */
  readonly imageSize: number;
}

export interface EncoderDefinition<T extends OptionTable = OptionTable> {
  readonly name: string;
  readonly summary: string;
  /** What it encodes: of clips, each observation by itself, an image or a vector. */
  readonly takes: Exclude<SampleKindName, "clips">;
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

/**
 * Check at the door that these are series with the channels an encoder was built for.
 * @returns B and T
 * @throws ShapeError
 */
export function expectSeries(encoder: string, series: Tensor, channels: number): readonly [number, number] {
  const [B, , T] = expectShape(encoder, "series", series, ["B", channels, "T"]);
  return [B, T];
}
