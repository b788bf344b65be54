/** A small convolutional network whose features say where things are. */
import { concat, type OptionTable, type Tensor, ValueError } from "../compute/index.js";
import {
  convolution,
  fanInUniform,
  type Layer,
  type ParameterSpec,
  parameter,
  relu,
  sequence,
  watched,
  zeros,
} from "../nn/index.js";
import { type Encoder, type EncoderDefinition, expectSquareImages } from "./encoder.js";
import { resampleGrid } from "./resample-grid.js";

export const placeConvnetOptions = {
  width: { default: 16, min: 1, integer: true, doc: "channels of the first stage; the others have twice as many" },
  stages: { default: 3, min: 1, max: 8, integer: true, doc: "number of strided stages" },
  featureDim: { default: 128, min: 1, integer: true, doc: "width of the features" },
} as const satisfies OptionTable;

type PlaceConvnetParameters = {
  readonly trunk: Layer["parameters"];
  readonly read: { readonly weight: ParameterSpec; readonly bias: ParameterSpec };
};

/**
 * Stages of 3×3 convolution (stride 2, bias) → ReLU, then a reading of the last map in which every place n has weights of its own:
 *   token_n = N · x_n W_n + b,   features = mean over n of token_n = Σ_n x_n W_n + b
 * so the features are a linear map of the whole flattened map, as world models read it (where the mean over places would forget
 * where a dot is), and every place still has a token. No norm: most pixels of a simulated world are background, and the statistics of a
 * batch would say how much of it there is.
 * Images of other sizes than the one built for read weights interpolated over the grid.
 */
export const placeConvnet: EncoderDefinition<typeof placeConvnetOptions> = {
  name: "placeConvnet",
  summary: "small ConvNet without pooling: its features say where things are; for worlds and video",
  takes: "images",
  options: placeConvnetOptions,
  learningRate: 1e-3,

  build({ channels, imageSize }, { width, stages, featureDim }) {
    const reduction = 2 ** stages;
    if (imageSize < reduction) {
      const most = Math.floor(Math.log2(imageSize));
      const hint = `Images of ${imageSize} pixels allow ${most}.`;
      throw new ValueError("placeConvnet", "stages", `few enough for images of ${imageSize} pixels`, stages, hint);
    }
    const gridSizeOf = (size: number) => Math.ceil(size / reduction);
    const widths = Array.from({ length: stages }, (_, i) => (i === 0 ? width : 2 * width));
    const trunk: Layer = sequence(
      Object.fromEntries(
        widths.map((outChannels, i) => [`stage${i}`, stage(i === 0 ? channels : widths[i - 1]!, outChannels)]),
      ),
    );
    const [grid, C] = [gridSizeOf(imageSize), widths.at(-1)!];
    const places = grid * grid;
    const encoder: Encoder<PlaceConvnetParameters> = {
      featureDim,
      couplesBatch: false,
      encodesVisible: false,
      gridSizeOf,
      parameters: {
        trunk: trunk.parameters,
        read: {
          weight: parameter([places, C * featureDim], "weight", fanInUniform(places * C)),
          bias: parameter([featureDim], "bias", zeros),
        },
      },
      encode({ trunk: trunkParameters, read }, images, mode) {
        const size = expectSquareImages("placeConvnet", images, channels);
        const map = trunk.apply(trunkParameters, images, mode); // [B, C, g, g]
        const [B, gridSize] = [map.shape[0]!, gridSizeOf(size)];
        const N = gridSize * gridSize;
        const weights = resampleGrid(read.weight, grid, gridSize); // [N, C · F]
        const x = map.reshape([B, C, N]).transpose([0, 2, 1]); // [B, N, C]
        const share = places / N; // a finer grid has more places that add up
        const features = x
          .reshape([B, N * C])
          .matmul(weights.reshape([N * C, featureDim]))
          .mul(share)
          .add(read.bias);
        const byPlace = x.split(1, N).map((at, n) => readPlace(at, weights, n, [C, featureDim]));
        return { features, tokens: concat(byPlace, 1).mul(places).add(read.bias), gridSize };
      },
    };
    return encoder as unknown as Encoder;
  },
};

/** What one place says: x [B, 1, C] by weights of its own -> [B, 1, F]. */
function readPlace(x: Tensor, weights: Tensor, place: number, [C, F]: readonly [number, number]): Tensor {
  const own = weights.slice(0, place, place + 1).reshape([C, F]);
  return x.squeeze(1).matmul(own).reshape([x.shape[0]!, 1, F]);
}

function stage(inChannels: number, outChannels: number): Layer {
  const layers = { convolution: convolution(inChannels, outChannels, { stride: 2, bias: true }) as Layer, relu };
  return watched(sequence(layers) as Layer, 1);
}
