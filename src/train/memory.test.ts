import { totalmem } from "node:os";
import { expect, test } from "vitest";
import { freeMemory, memoryRemedy, requireMemory } from "./memory.js";

test("there is some memory free, and less than there is at all", () => {
  expect(freeMemory()).toBeGreaterThan(0);
  expect(freeMemory()).toBeLessThan(totalmem());
});

test("a step that cannot fit is refused with a chunk that should", () => {
  expect(() => requireMemory(40e9, { batchSize: 1024 }, 8e9)).toThrow(
    "train: a step on 1024 of 1024 images at a time needs about 40 GB of memory, and this machine has 8.0 GB. " +
      "Encode the batch in chunks (--chunk 128: the same gradient, about a third more time) or choose a smaller one.",
  );
  expect(() => requireMemory(9e9, { batchSize: 1024, chunkSize: 128 }, 8e9)).toThrow(/128 of 1024.*--chunk 64/);
  expect(() => requireMemory(8e9, { batchSize: 1024 }, 8e9)).not.toThrow();
  expect(() => requireMemory(undefined, { batchSize: 1024 }, 8e9)).not.toThrow();
});

test("the remedy is a power of two with room to spare, at least one image", () => {
  const chunkOf = (text: string) => Number(/--chunk (\d+)/.exec(text)![1]);
  for (const [images, needed, available] of [
    [1024, 16e9, 2e9],
    [48, 3e9, 2.9e9],
    [100, 1e9, 0.9e9],
  ] as const) {
    const chunk = chunkOf(memoryRemedy(images, needed, available));
    expect((needed * chunk) / images).toBeLessThanOrEqual(available / 1.5);
    expect((needed * 2 * chunk) / images).toBeGreaterThan(available / 1.5);
  }
  expect(chunkOf(memoryRemedy(2, 9e9, 1e9))).toBe(1);
});
