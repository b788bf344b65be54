/** Embeddings as files that other tools read. */
import { mkdirSync } from "node:fs";
import { dirname, extname } from "node:path";
import { DarkmatterError, lookUp, ShapeError, ValueError } from "../compute/index.js";
import { writeError, writeFileAtomic } from "../train/atomic-file.js";
import { embeddingFormats } from "./embedding-formats/catalog.js";
import type { EmbeddingFormat, Embeddings } from "./embedding-formats/index.js";

/**
 * Write embeddings in the format that the extension names: .parquet, .npy or .jsonl. Each file is written whole or not
 * at all; missing folders are made.
 *
 *   await writeEmbeddings("photos.parquet", await embedImages("runs/photos", "./photos"));
 *
 * @returns the files written, the named one first
 * @throws UnknownNameError for another extension; ShapeError or ValueError if the embeddings are not [paths, dim] finite
 *   numbers; DarkmatterError if the disk refuses
 */
export async function writeEmbeddings(path: string, embeddings: Embeddings): Promise<readonly string[]> {
  const format = embeddingFormatOf(path);
  checkEmbeddings(embeddings);
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (cause) {
    throw writeError(path, cause as NodeJS.ErrnoException);
  }
  const files = format.encode(path, embeddings);
  for (const file of files) await writeFileAtomic(file.path, file.parts);
  return files.map((file) => file.path);
}

/**
 * The format that a path's extension names: known before anything is computed.
 * @throws UnknownNameError listing the known ones
 */
export function embeddingFormatOf(path: string): EmbeddingFormat {
  const extension = extname(path).slice(1).toLowerCase();
  if (extension === "") {
    const known = Object.keys(embeddingFormats).map((name) => `.${name}`);
    throw new ValueError("writeEmbeddings", "path", `a file name ending in ${known.join(", ")}`, path);
  }
  return lookUp<EmbeddingFormat>("writeEmbeddings", "file format", embeddingFormats, extension);
}

function checkEmbeddings({ paths, dim, features }: Embeddings): void {
  if (features.length !== paths.length * dim) {
    throw new ShapeError("writeEmbeddings", "features", [paths.length, dim], [features.length]);
  }
  const broken = features.findIndex((value) => !Number.isFinite(value));
  if (broken === -1) return;
  throw new DarkmatterError(
    `writeEmbeddings: the embedding of ${paths[Math.floor(broken / dim)]} holds ${features[broken]}. ` +
      "Did the training diverge? `darkmatter doctor` tells.",
  );
}
