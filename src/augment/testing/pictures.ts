/** Small pictures and caches for the tests of this room. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Key, keyFor, Random } from "../../compute/random.js";
import { CacheWriter, openCache } from "../../data/cache-file.js";
import type { ImageSet } from "../../data/image-set.js";
import { createView, type View } from "../augmentation.js";

/** A view that holds these planes, each size × size, and came from nowhere. */
export function viewOf(...planes: readonly (readonly number[])[]): View {
  const size = Math.sqrt(planes[0]!.length);
  const view = createView(planes.length, 1, size);
  view.data.set(planes.flat());
  return view;
}

/** One pixel of one colour. */
export function pixelOf(red: number, green: number, blue: number): View {
  return viewOf([red], [green], [blue]);
}

/** A view that will be cut from these bytes [S, S, C]. */
export function viewFrom(source: Uint8Array, channels: number, size: number): View {
  const view = createView(channels, Math.sqrt(source.length / channels), size);
  view.source = source;
  return view;
}

export function randomBytes(length: number, key: Key = keyFor(0, "bytes")): Uint8Array {
  const random = new Random(key);
  return Uint8Array.from({ length }, () => random.integer(256));
}

/** A stream for tests that do not care which. */
export function anyRandom(seed = 0): Random {
  return new Random(keyFor(seed, "test"));
}

/** A stream whose uniform draws are all the upper end and whose chances all come true; orders stay random. */
export class LargestDraws extends Random {
  constructor(seed = 0) {
    super(keyFor(seed, "largest"));
  }
  override uniform(_low = 0, high = 1): number {
    return high;
  }
  override chance(): boolean {
    return true;
  }
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "darkmatter-augment-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A set of random pictures in a cache file that is removed after the test. */
export function randomSet(numImages: number, imageSize = 12, channels: 1 | 3 = 3): ImageSet {
  const cachePath = join(temporaryFolder(), "random.pixels");
  const paths = Array.from({ length: numImages }, (_, i) => `some folder/Ünïcode picture number ${i}.png`);
  const writer = new CacheWriter(cachePath, imageSize, channels);
  for (let i = 0; i < numImages; i++) writer.append(randomBytes(imageSize ** 2 * channels, keyFor(1, "image", i)));
  writer.finish({ paths, skipped: [], warnings: [] });
  writer.close();
  const reader = openCache(cachePath);
  onTestFinished(() => reader.close());
  return { ...reader, name: "random", cachePath, paths, skipped: [], warnings: [] };
}
