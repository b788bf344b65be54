/** Views that the doctor looks at again and again, so that what changes is the encoder and not the images. */
import { type SampleReader, sampleKindOf } from "../augment/index.js";
import { float32, type HostArray, keyFor, Random } from "../compute/index.js";
import type { TrainConfig } from "../train/index.js";

export interface PinnedViews {
  /** First views of images that are trained on, [n, C, S, S]: for a look inside the encoder. */
  readonly seen: HostArray;
  /** All views of a batch of images that are not, by name; absent where there are not enough of them. */
  readonly unseen?: Readonly<Record<string, HostArray>>;
  /** What was done between those, where somebody acts. */
  readonly unseenActions?: Readonly<Record<string, HostArray>>;
}

/** For a look inside so many images are enough. */
const MOST_SEEN = 64;

type ViewConfig = Pick<TrainConfig, "views" | "batchSize" | "seed">;

/**
 * Views by the run's own recipes of images that the seed picks.
 * @param heldOut images that are not trained on: used if they fill a batch, since a loss depends on how many there are
 */
export function pinViews(
  { views: recipes, batchSize, seed }: ViewConfig,
  trained: SampleReader,
  heldOut?: SampleReader,
): PinnedViews {
  const rowsOf = (name: string, images: SampleReader, count: number) =>
    new Random(keyFor(seed, "doctor", name)).permutation(images.numImages).subarray(0, count);
  const viewsOf = (name: string, images: SampleReader, count: number, numViews: number) => {
    const rows = rowsOf(name, images, count);
    return recipes.slice(0, numViews).map((recipe, view) => {
      const maker = sampleKindOf(images).createViewMaker(recipe, images);
      const values = new Float32Array(count * maker.length);
      for (const [i, row] of rows.entries()) {
        maker.make(row, keyFor(seed, "doctor", name, row, view), values, i * maker.length);
      }
      return float32(values, [count, ...maker.shape]);
    });
  };
  const [seen] = viewsOf("seen", trained, Math.min(MOST_SEEN, trained.numImages), 1);
  if (heldOut === undefined || heldOut.numImages < batchSize) return { seen: seen! };
  const unseen = viewsOf("unseen", heldOut, batchSize, recipes.length);
  const actions = sampleKindOf(heldOut).actionsOf?.(heldOut, rowsOf("unseen", heldOut, batchSize));
  return {
    seen: seen!,
    unseen: Object.fromEntries(unseen.map((view, v) => [`view${v}`, view])),
    ...(actions && { unseenActions: actions }),
  };
}
