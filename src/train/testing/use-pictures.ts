/** A folder of pictures for all tests of a file, opened, with a cache of its own. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { ImageSet } from "../../data/index.js";
import { openTiny, pictureNames, writePictures } from "./tiny-run.js";

export interface Pictures {
  /** A path below a folder that goes when the tests are over. */
  path(...parts: string[]): string;
  /** The folder of the pictures. */
  readonly folder: string;
  readonly set: ImageSet;
}

export function usePictures(count: number): Pictures {
  let root: string;
  let set: ImageSet;
  const path = (...parts: string[]) => join(root, ...parts);
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "darkmatter-train-"));
    process.env.DARKMATTER_CACHE = path("cache");
    await writePictures(path("pictures"), pictureNames(count));
    set = await openTiny(path("pictures"));
  });
  afterAll(() => {
    set.close();
    rmSync(root, { recursive: true, force: true });
  });
  return {
    path,
    get folder() {
      return path("pictures");
    },
    get set() {
      return set;
    },
  };
}
