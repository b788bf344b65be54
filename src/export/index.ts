/** Export: what was learnt, in files that other tools read. */
export { embeddingFormats } from "./embedding-formats/catalog.js";
export type { EmbeddingFormat, Embeddings } from "./embedding-formats/index.js";
export { embeddingFormatOf, writeEmbeddings } from "./embeddings.js";
export { decodeNpy, encodeNpy, type NpyArray, readNpy, writeNpy } from "./npy.js";
