/** Where a supervised trainer's inputs come from: images of a set, cropped and flipped for training, or features as they are. */
import { parseRecipe, plainSamples, type SampleReader, sampleKindOf, type ViewRecipe } from "../../augment/index.js";
import type { RecipeData } from "../../augment/recipe-steps.js";
import { keyFor, Random } from "../../compute/index.js";
import { copyRows, type Features } from "../features.js";

export interface InputSource {
  /** Inputs of a training batch, row after row; a function of rows and step. */
  forTraining(rows: readonly number[], step: number): Float32Array;
  /** Inputs as evaluation sees them. */
  plain(rows: readonly number[]): Float32Array;
  /** The order in which a pass visits `count` images. */
  orderOf(count: number, seed: number, pass: number): Uint32Array;
}

/** Crops of at least half of the image and flips: what a supervised baseline on small images is usually trained with. */
export function cropAndFlip(plain: RecipeData): ViewRecipe {
  const finish = plain.steps.filter(({ name }) => name === "normalise");
  const steps = [{ name: "randomResizedCrop", scaleMin: 0.5, scaleMax: 1 }, { name: "horizontalFlip" }, ...finish];
  return parseRecipe({ size: plain.size, steps });
}

/**
 * Samples of a set, for an encoder trained on a recipe.
 * @param trainedOn a recipe of the run: its size and normalisation count
 * @param isAugmented crop and flip images for training; windows of a series and rows of tables stay as they are
 */
export function sampleInputs(
  set: SampleReader,
  trainedOn: RecipeData,
  seed: number,
  isAugmented: boolean,
): InputSource {
  const kind = sampleKindOf(set);
  const plain = kind.plainRecipeLike(trainedOn);
  const hasPictures = kind.name === "images";
  const maker = kind.createViewMaker(isAugmented && hasPictures ? cropAndFlip(plain) : plain, set);
  return {
    forTraining(rows, step) {
      const views = new Float32Array(rows.length * maker.length);
      for (const [i, row] of rows.entries()) {
        maker.make(row, keyFor(seed, "supervised view", step, i), views, i * maker.length);
      }
      return views;
    },
    plain: (rows) => plainSamples(set, rows, trainedOn),
    orderOf: shuffledOrders(),
  };
}

/** Rows of features. */
export function featureInputs(source: Features): InputSource {
  const read = (rows: readonly number[]) => {
    const values = new Float32Array(rows.length * source.dim);
    copyRows({ source, indices: Int32Array.from(rows) }, 0, rows.length, values);
    return values;
  };
  return { forTraining: read, plain: read, orderOf: shuffledOrders() };
}

/** A permutation for each pass; the last one is kept, since a pass is asked for row by row. */
function shuffledOrders(): InputSource["orderOf"] {
  let last = "";
  let order: Uint32Array = new Uint32Array(0);
  return (count, seed, pass) => {
    const id = `${count} ${seed} ${pass}`;
    if (id !== last) {
      order = new Random(keyFor(seed, "supervised order", pass)).permutation(count);
      last = id;
    }
    return order;
  };
}
