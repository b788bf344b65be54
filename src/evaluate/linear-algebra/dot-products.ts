/** All dot products between two sets of rows, block by block on the engine: the work behind neighbours and predictions. */
import { float32, float32Spec, ShapeError, trace } from "../../compute/index.js";
import { copyRows, type FeatureRows } from "../features.js";
import type { ProgramCache } from "./program-cache.js";

/** Dots of queries queryStart .. queryEnd - 1 with gallery rows galleryStart .. galleryEnd - 1. */
export interface DotBlock {
  readonly queryStart: number;
  readonly queryEnd: number;
  readonly galleryStart: number;
  readonly galleryEnd: number;
  /** The dot of (query, gallery) is at (query - queryStart) * stride + gallery - galleryStart. */
  readonly dots: Float32Array;
  readonly stride: number;
}

const QUERY_BLOCK = 512;
const GALLERY_BLOCK = 2048;

/**
 * Visit q·g for every query and gallery row. Blocks have one fixed size for given widths (the last ones padded with
 * zeros), so one compiled program serves them all. `dots` is only valid during the visit.
 * @throws ShapeError if the widths differ
 */
export async function visitDotProducts(
  queries: FeatureRows,
  gallery: FeatureRows,
  programs: ProgramCache,
  visit: (block: DotBlock) => void,
): Promise<void> {
  const { dim } = queries.source;
  const [numQueries, numGallery] = [queries.indices.length, gallery.indices.length];
  if (gallery.source.dim !== dim) {
    throw new ShapeError("visitDotProducts", "gallery", ["n", dim], [numGallery, gallery.source.dim]);
  }
  const rows = Math.min(QUERY_BLOCK, roundUp(numQueries));
  const columns = Math.min(GALLERY_BLOCK, roundUp(numGallery));
  const program = await programs.get(`dotProducts ${rows} ${columns} ${dim}`, () =>
    trace(
      { queries: float32Spec([rows, dim]), gallery: float32Spec([columns, dim]) },
      // [Q, D] x [D, G] -> [Q, G]
      (inputs) => ({ dots: inputs.queries.matmul(inputs.gallery.transpose()) }),
    ),
  );
  const queryBlock = float32(new Float32Array(rows * dim), [rows, dim]);
  const galleryBlock = float32(new Float32Array(columns * dim), [columns, dim]);
  const into = { dots: float32(new Float32Array(rows * columns), [rows, columns]) };
  for (let galleryStart = 0; galleryStart < numGallery; galleryStart += columns) {
    copyRows(gallery, galleryStart, columns, galleryBlock.data as Float32Array);
    const galleryEnd = Math.min(numGallery, galleryStart + columns);
    for (let queryStart = 0; queryStart < numQueries; queryStart += rows) {
      copyRows(queries, queryStart, rows, queryBlock.data as Float32Array);
      const { dots } = await program.run({ queries: queryBlock, gallery: galleryBlock }, into);
      const queryEnd = Math.min(numQueries, queryStart + rows);
      visit({ queryStart, queryEnd, galleryStart, galleryEnd, dots: dots.data as Float32Array, stride: columns });
    }
  }
}

/** Block sizes in steps of 64, so that a few programs serve all sizes. */
function roundUp(count: number): number {
  return Math.max(64, Math.ceil(count / 64) * 64);
}
