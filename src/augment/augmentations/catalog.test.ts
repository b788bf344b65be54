import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolveOptions } from "../../compute/options.js";
import { keyFor, Random } from "../../compute/random.js";
import { type Augmentation, STAGES } from "../augmentation.js";
import { resample } from "../resample.js";
import { randomBytes, viewFrom } from "../testing/pictures.js";
import { augmentations } from "./catalog.js";

const SIDE = 10;
const SIZE = 6;

/** The picture after one augmentation with some options, from a fixed image. */
function applied(augmentation: Augmentation, seed: number, channels: number, given = {}, image = 0): Float32Array {
  const view = viewFrom(randomBytes(SIDE * SIDE * channels, keyFor(image)), channels, SIZE);
  const config = resolveOptions(augmentation.name, augmentation.options, given);
  augmentation.check?.(config, SIZE);
  resample(view, { left: 0, top: 0, width: SIDE, height: SIDE });
  augmentation.apply(view, new Random(keyFor(seed, "conformance")), config);
  return view.data;
}

const catalog = Object.entries<Augmentation>(augmentations);

describe.each(catalog)("augmentation %s", (name, augmentation) => {
  const always = "probability" in augmentation.options ? { probability: 1 } : {};

  test("is registered under its own name, with a summary, a stage and documented options", () => {
    expect(augmentation.name).toBe(name);
    expect(augmentation.summary).toMatch(/^[a-z].{5,70}[^.]$/);
    expect(STAGES).toContain(augmentation.stage);
    for (const option of Object.values(augmentation.options)) expect(option.doc.length).toBeGreaterThan(8);
  });

  test("accepts its own defaults", () => {
    const config = resolveOptions(name, augmentation.options);
    expect(() => augmentation.check?.(config, 32)).not.toThrow();
  });

  test.each([1, 3])("keeps the shape and the range of a picture of %i channels", (channels) => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(20), (seed, image) => {
        const picture = applied(augmentation, seed, channels, always, image);
        expect(picture.length).toBe(channels * SIZE * SIZE);
        expect(picture.every(Number.isFinite)).toBe(true);
        if (augmentation.stage === "finish") return;
        expect(Math.min(...picture)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...picture)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 50 },
    );
  });

  test("the same stream gives the same picture", () => {
    for (const channels of [1, 3]) {
      expect(applied(augmentation, 5, channels, always)).toEqual(applied(augmentation, 5, channels, always));
    }
  });

  test("does something to a colour picture", () => {
    const plain = applied(augmentations.centreCrop as Augmentation, 0, 3);
    const changed = Array.from({ length: 10 }, (_, seed) => applied(augmentation, seed, 3, always));
    const isSame = changed.every((picture) => picture.every((value, i) => value === plain[i]));
    expect(isSame).toBe(name === "centreCrop");
  });

  test("changes only where the view points: the source stays as it was", () => {
    const source = randomBytes(SIDE * SIDE * 3);
    const view = viewFrom(Uint8Array.from(source), 3, SIZE);
    augmentation.apply(view, new Random(keyFor(1)), resolveOptions(name, augmentation.options, always));
    expect(view.source).toEqual(source);
  });
});

const optional = catalog.filter(([, augmentation]) => "probability" in augmentation.options);

test.each(optional)("%s does nothing with probability 0", (_name, augmentation) => {
  const plain = applied(augmentations.centreCrop as Augmentation, 0, 3);
  expect(applied(augmentation, 1, 3, { probability: 0 })).toEqual(plain);
});
