/** Exact nearest neighbours: dot products on the engine, the few best of each query kept on the host. */
import { ValueError } from "../../compute/index.js";
import { type FeatureRows, rowNorms } from "../features.js";
import { type DotBlock, visitDotProducts } from "./dot-products.js";
import type { ProgramCache } from "./program-cache.js";

export type Metric = "cosine" | "euclidean";

export interface Neighbors {
  readonly metric: Metric;
  readonly k: number;
  /** Positions in the gallery, nearest first: [numQueries, k]; ties go to the smaller position. */
  readonly indices: Int32Array;
  /** Cosine similarity, or minus the squared distance: [numQueries, k]. */
  readonly similarities: Float32Array;
}

export interface NeighborOptions {
  readonly k: number;
  /** One result each; several cost one pass over the data. */
  readonly metrics: readonly Metric[];
  readonly programs: ProgramCache;
  /** For each query, a gallery position never returned (itself, when looking for others); -1 for none. */
  readonly excluded?: Int32Array;
}

/**
 * The k nearest rows of `gallery` for each row of `queries`, exact up to float32, for each metric.
 *   cosine: s = q·g / (‖q‖‖g‖), 0 for a zero row; euclidean: s = −‖q−g‖² = 2 q·g − ‖q‖² − ‖g‖²
 * @throws ShapeError if the widths differ; ValueError if the gallery has fewer rows than asked for
 */
export async function nearestNeighbors(
  queries: FeatureRows,
  gallery: FeatureRows,
  options: NeighborOptions,
): Promise<Neighbors[]> {
  const { k, metrics, programs, excluded } = options;
  const numQueries = queries.indices.length;
  const numCandidates = gallery.indices.length - (excluded === undefined ? 0 : 1);
  if (!(k >= 1 && k <= numCandidates)) {
    throw new ValueError("nearestNeighbors", "k", `between 1 and ${numCandidates}, the size of the gallery`, k);
  }
  const [queryNorms, galleryNorms] = [rowNorms(queries), rowNorms(gallery)];
  const searches = metrics.map((metric) => ({
    metric,
    similarity: similarityOf(metric, queryNorms, galleryNorms),
    best: new BestFew(numQueries, k),
  }));
  await visitDotProducts(queries, gallery, programs, (block) => {
    for (const { similarity, best } of searches) scanBlock(block, similarity, best, excluded);
  });
  return searches.map(({ metric, best }) => ({ metric, k, indices: best.indices, similarities: best.similarities }));
}

/** Both similarities are affine in the dot product: s = dot * queryScale[q] * galleryScale[g] + queryOffset[q] + galleryOffset[g]. */
interface Similarity {
  readonly queryScale: Float64Array;
  readonly galleryScale: Float64Array;
  readonly queryOffset: Float64Array;
  readonly galleryOffset: Float64Array;
}

function similarityOf(metric: Metric, queryNorms: Float64Array, galleryNorms: Float64Array): Similarity {
  if (metric === "euclidean") {
    return {
      queryScale: queryNorms.map(() => 2),
      galleryScale: galleryNorms.map(() => 1),
      queryOffset: queryNorms.map((norm) => -(norm * norm)),
      galleryOffset: galleryNorms.map((norm) => -(norm * norm)),
    };
  }
  const inverse = (norm: number) => (norm > 0 ? 1 / norm : 0);
  return {
    queryScale: queryNorms.map(inverse),
    galleryScale: galleryNorms.map(inverse),
    queryOffset: queryNorms.map(() => 0),
    galleryOffset: galleryNorms.map(() => 0),
  };
}

/** Offer every pair of a block to the best few: the inner loop of all neighbour searches. */
function scanBlock(block: DotBlock, similarity: Similarity, best: BestFew, excluded: Int32Array | undefined): void {
  const { dots, galleryStart, galleryEnd } = block;
  const { galleryScale, galleryOffset } = similarity;
  for (let q = block.queryStart; q < block.queryEnd; q++) {
    const offset = (q - block.queryStart) * block.stride - galleryStart;
    const [scale, shift] = [similarity.queryScale[q]!, similarity.queryOffset[q]!];
    const skipped = excluded?.[q] ?? -1;
    let worst = best.worst[q]!;
    for (let g = galleryStart; g < galleryEnd; g++) {
      const s = Math.fround(dots[offset + g]! * scale * galleryScale[g]! + shift + galleryOffset[g]!);
      if (s > worst && g !== skipped) {
        best.insert(q, g, s);
        worst = best.worst[q]!;
      }
    }
  }
}

/** The k best candidates of each query, kept sorted by insertion: k is small and few candidates get in. */
class BestFew {
  readonly indices: Int32Array;
  readonly similarities: Float32Array;
  /** What a candidate must beat, by query. */
  readonly worst: Float32Array;

  constructor(
    numQueries: number,
    readonly k: number,
  ) {
    this.indices = new Int32Array(numQueries * k).fill(-1);
    this.similarities = new Float32Array(numQueries * k).fill(Number.NEGATIVE_INFINITY);
    this.worst = new Float32Array(numQueries).fill(Number.NEGATIVE_INFINITY);
  }

  insert(query: number, candidate: number, similarity: number): void {
    const first = query * this.k;
    let at = first + this.k - 1;
    while (at > first && this.similarities[at - 1]! < similarity) {
      this.similarities[at] = this.similarities[at - 1]!;
      this.indices[at] = this.indices[at - 1]!;
      at--;
    }
    this.similarities[at] = similarity;
    this.indices[at] = candidate;
    this.worst[query] = this.similarities[first + this.k - 1]!;
  }
}
