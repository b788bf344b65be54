/** Finding pictures that repeat, so that a split never has the same one on both sides. */
import { createHash } from "node:crypto";

/** Remembers pictures by group and tells which came before. */
export class DuplicateFilter {
  readonly #pathOf = new Map<string, string>();

  constructor(_imageSize: number, _channels: 1 | 3) {}

  twinOf(pixels: Uint8Array, path: string, group: string): string | undefined {
    const id = `${group}\0${createHash("sha256").update(pixels).digest("base64")}`;
    const twin = this.#pathOf.get(id);
    if (twin === undefined) this.#pathOf.set(id, path);
    return twin;
  }
}
