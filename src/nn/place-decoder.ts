/** Decoders of masked prediction: from what is known at some places to what is asked about others. */
import { type Branch, concat, expectShape, Tensor } from "../compute/index.js";
import { truncatedNormal, zeros } from "./initialisers.js";
import { type Layer, type Mode, sequence } from "./layer.js";
import { type LayerNormParameters, layerNorm } from "./layer-norm.js";
import { type LinearParameters, linear } from "./linear.js";
import { within } from "./observe.js";
import { type ParameterSpec, parameter, type TensorsOf } from "./parameter.js";
import { selectPlaces } from "./select-places.js";
import { sinCosPositions } from "./sin-cos-positions.js";
import { transformerBlock } from "./transformer-block.js";

export interface PlaceDecoderDims {
  /** Width of the tokens that are known. */
  readonly inDim: number;
  /** Width of the answers. */
  readonly outDim: number;
  /** Places a side. */
  readonly gridSize: number;
  readonly width: number;
  readonly depth: number;
  readonly numHeads: number;
}

type Parameters = {
  readonly embed: LinearParameters;
  /** Stands where something is asked. */
  readonly maskToken: ParameterSpec;
  readonly blocks: Branch<ParameterSpec>;
  readonly norm: LayerNormParameters;
  readonly output: LinearParameters;
};

/** What a decoder is told, and what it is asked. */
export interface PlaceQuestion {
  /** Tokens [B, K, inDim]. */
  readonly known: Tensor;
  /** Their places, int32 [B, K]. */
  readonly knownPlaces: Tensor;
  /** Places asked about, int32 [B, G, M]: G groups, each answered without a thought of the others. */
  readonly askedPlaces: Tensor;
}

export interface PlaceDecoder {
  readonly parameters: Branch<ParameterSpec>;
  /** @returns answers [B, G · M, outDim], group by group */
  predict(parameters: Branch<Tensor>, question: PlaceQuestion, mode: Mode): Tensor;
}

/**
 * A narrow transformer over places: tokens → linear + fixed positions, a mask token + its position for each place
 * asked about → blocks → norm → linear. The order of tokens means nothing to it, so known ones come first, asked ones
 * after, and nothing has to be put back in order.
 * @throws ValueError if the width is not a multiple of 4 or not divisible by the number of heads
 * Source: the decoder of MAE (He et al. 2022, arXiv:2111.06377) and the predictor of I-JEPA (Assran et al. 2023,
 * arXiv:2301.08243), which are the same. Start: truncated normal .02, biases 0.
 */
export function placeDecoder({ inDim, outDim, gridSize, width, depth, numHeads }: PlaceDecoderDims): PlaceDecoder {
  const start = { weightInit: truncatedNormal(0.02), biasInit: zeros };
  const embed = linear(inDim, width, start);
  const blocks: Layer = sequence(
    Object.fromEntries(Array.from({ length: depth }, (_, i) => [`${i}`, transformerBlock(width, numHeads)])),
  );
  const norm = layerNorm(width);
  const output = linear(width, outDim, start);
  const grid = sinCosPositions(gridSize, width);

  const parameters: Parameters = {
    embed: embed.parameters,
    maskToken: parameter([width], "bias", truncatedNormal(0.02)),
    blocks: blocks.parameters,
    norm: norm.parameters,
    output: output.parameters,
  };
  return {
    parameters,
    predict(given, { known, knownPlaces, askedPlaces }, mode) {
      const parameters = given as TensorsOf<Parameters>;
      const [B, G, M] = expectShape("placeDecoder", "askedPlaces", askedPlaces, ["B", "G", "M"]);
      const [, K] = expectShape("placeDecoder", "known", known, [B, "K", inDim]);
      const positions = Tensor.constant(grid);
      const told = embed.apply(parameters.embed, known, mode).add(selectPlaces(positions, knownPlaces)); // [B, K, D]
      const asked = selectPlaces(positions, askedPlaces.reshape([B, G * M])).add(parameters.maskToken);
      const forEachGroup = told
        .expandDims(1)
        .broadcastTo([B, G, K, width])
        .reshape([B * G, K, width]);
      const started = concat([forEachGroup, asked.reshape([B * G, M, width])], 1); // [B · G, K + M, D]
      const mixed = blocks.apply(parameters.blocks, started, within(mode, "blocks"));
      const normed = norm.apply(parameters.norm, mixed.slice(1, K, K + M), mode);
      return output.apply(parameters.output, normed, mode).reshape([B, G * M, outDim]);
    },
  };
}
