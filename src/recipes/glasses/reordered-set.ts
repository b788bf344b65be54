/** An image set whose pixels lie in another order, decoded into a cache of its own so that training reads it like any other. */
import { createHash } from "node:crypto";
import { type ImageSet, type ImageSource, type OnProgress, openSource, type SourceImage } from "../../data/index.js";
import { reorderPixels } from "../../evaluate/index.js";
import { digestOf } from "../../train/index.js";

/**
 * The same images, pixel `order[i]` at place i, with their labels.
 * @param name of the set, such as "fashion-mnist permuted"
 */
export async function openReordered(
  set: ImageSet,
  order: Uint32Array,
  name: string,
  onProgress?: OnProgress,
): Promise<ImageSet> {
  const { imageSize, channels } = set;
  return openSource(reorderedSource(set, order, name), {
    trainingSize: imageSize,
    imageSize,
    channels,
    ...(onProgress && { onProgress }),
  });
}

function reorderedSource(set: ImageSet, order: Uint32Array, name: string): ImageSource {
  const { numImages, imageSize, channels, paths, labels } = set;
  const image = (row: number): SourceImage => ({
    path: paths[row]!,
    load: async () => {
      const table = { numImages: 1, numPixels: imageSize ** 2, channels, values: set.readPixels([row]) };
      const { values: data } = reorderPixels(table, order);
      return { data, width: imageSize, height: imageSize, channels };
    },
  });
  return {
    name,
    identity: `reordered ${name}`,
    fingerprint: createHash("sha256").update(digestOf(set)).update(order).digest("hex"),
    async list() {
      return {
        paths,
        sample: [image(0)],
        skipped: [],
        warnings: [],
        ...(labels && { labels }),
        async *images() {
          for (let row = 0; row < numImages; row++) yield image(row);
        },
      };
    },
  };
}
