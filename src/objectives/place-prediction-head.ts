/** The head of I-JEPA and data2vec: from visible places, predict what the target has at others. */
import type { Tensor } from "../compute/index.js";
import { type PlaceDecoderDims, placeDecoder, selectPlaces, within } from "../nn/index.js";
import type { Head, HeadDims } from "./head.js";

/**
 * A `placeDecoder` from the visible places of the online encoder to the hidden places of the target.
 *   projections = decoder(visible places) of the places asked about,   targets = what the target has there
 * The doctor watches the mean over all places of the target: it sees whole images, where the mean over the visible ones
 * would also change with the mask.
 * @param name of the module
 */
export function placePredictionHead(
  { encoder, imageSize }: HeadDims,
  name: string,
  shape: Pick<PlaceDecoderDims, "width" | "depth" | "numHeads">,
): Head {
  const { featureDim } = encoder;
  const gridSize = encoder.gridSizeOf(imageSize);
  const decoder = placeDecoder({ inDim: featureDim, outDim: featureDim, gridSize, ...shape });
  return {
    modules: { [name]: decoder.parameters },
    forward({ online, target, masks }) {
      const [knownPlaces, askedPlaces] = [masks.visibleIndices!, masks.hiddenIndices!];
      const hidden = askedPlaces.reshape([askedPlaces.shape[0]!, -1]); // [B, K]: all groups
      const mode = within(online.mode, name);
      const predict = (known: Tensor) =>
        decoder.predict(online.parameters[name]!, { known, knownPlaces, askedPlaces }, mode);
      const seen = target!.encoded;
      return {
        projections: online.encoded.map(predict),
        targets: seen.map((places) => selectPlaces(places, hidden)),
        watched: [seen[0]!.mean(1)],
      };
    },
  };
}
