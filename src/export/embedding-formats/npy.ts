/** Embeddings as a NumPy matrix, with the paths beside it. */
import { ValueError } from "../../compute/index.js";
import { encodeNpy } from "../npy.js";
import type { EmbeddingFormat } from "./embedding-format.js";

/**
 * A float32 matrix [images, dim], and beside `x.npy` the file `x.paths.txt` with the path of each row, one a line.
 * @throws ValueError if a path contains a line break
 */
export const npy: EmbeddingFormat = {
  name: "npy",
  summary: "a float32 matrix [images, dim]; the paths of its rows lie beside it in .paths.txt",
  encode(path, { paths, dim, features }) {
    const broken = paths.find((name) => /[\r\n]/.test(name));
    if (broken !== undefined) {
      const hint = "Write .parquet or .jsonl instead: they can hold any name.";
      throw new ValueError("writeEmbeddings", "paths", "without line breaks", broken, hint);
    }
    return [
      { path, parts: encodeNpy({ shape: [paths.length, dim], data: features }) },
      { path: pathsFile(path), parts: [new TextEncoder().encode(paths.map((name) => `${name}\n`).join(""))] },
    ];
  },
};

function pathsFile(path: string): string {
  return path.replace(/\.npy$/i, ".paths.txt");
}
