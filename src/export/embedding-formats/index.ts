/** Formats of embedding files: one export line each. */
export type { EmbeddingFormat, Embeddings, EncodedFile } from "./embedding-format.js";
export { jsonl } from "./jsonl.js";
export { npy } from "./npy.js";
export { parquet } from "./parquet.js";
