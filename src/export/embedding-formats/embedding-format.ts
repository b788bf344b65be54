/** What a file format for embeddings is. One file a format, one line in `index.ts`. */

/** One vector an image. */
export interface Embeddings {
  /** Where each image came from. */
  readonly paths: readonly string[];
  readonly dim: number;
  /** float32 [paths.length, dim] */
  readonly features: Float32Array;
}

/** One file to be written. */
export interface EncodedFile {
  readonly path: string;
  readonly parts: readonly Uint8Array[];
}

export interface EmbeddingFormat {
  /** Also the extension of its files. */
  readonly name: string;
  /** What the file holds, for the help text. */
  readonly summary: string;
  /** The files that hold these embeddings, the one at `path` first. */
  encode(path: string, embeddings: Embeddings): readonly EncodedFile[];
}

/** The vector of one image, without copying. */
export function vectorOf({ features, dim }: Embeddings, row: number): Float32Array {
  return features.subarray(row * dim, (row + 1) * dim);
}
