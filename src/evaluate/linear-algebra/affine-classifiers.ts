/** Predictions of many linear classifiers at once. */
import { allRows, type FeatureRows } from "../features.js";
import { visitDotProducts } from "./dot-products.js";
import type { ProgramCache } from "./program-cache.js";

/** Several classifiers of `numClasses` classes each: class c of classifier i scores x as weights[i C + c] · x + biases[i C + c]. */
export interface AffineClassifiers {
  readonly numClasses: number;
  /** [numClassifiers * numClasses, dim] */
  readonly weights: Float32Array;
  readonly biases: Float64Array;
}

/**
 * The class of highest score, for each classifier and row; ties go to the smaller class. A class with bias -Infinity is
 * never chosen.
 * @returns one Int32Array [rows] for each classifier
 */
export async function predictClasses(
  rows: FeatureRows,
  classifiers: AffineClassifiers,
  programs: ProgramCache,
): Promise<Int32Array[]> {
  const { numClasses, weights, biases } = classifiers;
  const numRows = rows.indices.length;
  const numClassifiers = biases.length / numClasses;
  const predictions = Array.from({ length: numClassifiers }, () => new Int32Array(numRows));
  const bestScores = Array.from({ length: numClassifiers }, () => new Float64Array(numRows).fill(-Infinity));
  const gallery = allRows({ numImages: biases.length, dim: rows.source.dim, values: weights });
  await visitDotProducts(rows, gallery, programs, (block) => {
    for (let column = block.galleryStart; column < block.galleryEnd; column++) {
      const classifier = Math.floor(column / numClasses);
      const [prediction, best] = [predictions[classifier]!, bestScores[classifier]!];
      for (let row = block.queryStart; row < block.queryEnd; row++) {
        const at = (row - block.queryStart) * block.stride + column - block.galleryStart;
        const score = block.dots[at]! + biases[column]!;
        if (score > best[row]!) {
          best[row] = score;
          prediction[row] = column % numClasses;
        }
      }
    }
  });
  return predictions;
}
