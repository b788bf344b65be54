/** The formats there are, by the extension of their files. */
import type { EmbeddingFormat } from "./embedding-format.js";
import * as exported from "./index.js";

export const embeddingFormats = exported satisfies Record<string, EmbeddingFormat>;
export type EmbeddingFormatName = keyof typeof embeddingFormats;
