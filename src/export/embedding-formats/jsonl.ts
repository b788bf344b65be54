/** Embeddings as lines of JSON. */
import { type EmbeddingFormat, type Embeddings, vectorOf } from "./embedding-format.js";

const LINES_A_PART = 512;

/** One line an image: { "path": string, "embedding": number[] }. Numbers have the digits that give the float32 back. */
export const jsonl: EmbeddingFormat = {
  name: "jsonl",
  summary: "one line an image: { path, embedding }",
  encode: (path, embeddings) => [{ path, parts: linesOf(embeddings) }],
};

function linesOf(embeddings: Embeddings): Uint8Array[] {
  const encoder = new TextEncoder();
  const parts: Uint8Array[] = [];
  for (let from = 0; from < embeddings.paths.length; from += LINES_A_PART) {
    const lines = embeddings.paths.slice(from, from + LINES_A_PART).map((path, i) => {
      const embedding = Array.from(vectorOf(embeddings, from + i), shortest);
      return `${JSON.stringify({ path, embedding })}\n`;
    });
    parts.push(encoder.encode(lines.join("")));
  }
  return parts;
}

/** The float32 in as few digits as tell it from its neighbours: nine always do. */
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return rounded;
  }
  return Number(value.toPrecision(9));
}
