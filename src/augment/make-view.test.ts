import fc from "fast-check";
import { expect, test } from "vitest";
import { keyFor } from "../compute/random.js";
import { createViewMaker, makeView } from "./make-view.js";
import { recipeFor } from "./presets.js";
import { parseRecipe, withoutFinish } from "./recipe.js";
import { randomBytes } from "./testing/pictures.js";

const SIDE = 16;
const pixels = randomBytes(SIDE * SIDE * 3);
const simclr = recipeFor("simclr", { size: 8 });
const viewAt = (seed: number, recipe = simclr) => makeView(pixels, SIDE, 3, recipe, keyFor(seed, "view"));

test("the same key gives the same view, other keys give others", () => {
  const views = Array.from({ length: 50 }, (_, seed) => viewAt(seed).join());
  expect(Array.from({ length: 50 }, (_, seed) => viewAt(seed).join())).toEqual(views);
  expect(new Set(views).size).toBe(50);
});

test("a view does not depend on the views made before it", () => {
  const full = recipeFor("vicreg", { size: 64, strength: 4 });
  const maker = createViewMaker(full, SIDE, 3);
  const into = new Float32Array(maker.length);
  fc.assert(
    fc.property(fc.integer(), fc.integer(), (before, seed) => {
      maker.make(pixels, keyFor(before), into);
      maker.make(pixels, keyFor(seed), into);
      expect(into).toEqual(makeView(pixels, SIDE, 3, full, keyFor(seed)));
    }),
    { numRuns: 15 },
  );
});

test("makers write at the offset and nowhere else", () => {
  const maker = createViewMaker(simclr, SIDE, 3);
  expect(maker.shape).toEqual([3, 8, 8]);
  const into = new Float32Array(maker.length + 2).fill(7);
  maker.make(pixels, keyFor(3, "view"), into, 1);
  expect(into.slice(1, -1)).toEqual(viewAt(3));
  expect([into[0], into.at(-1)]).toEqual([7, 7]);
});

test("taking a step out leaves the draws of the others", () => {
  const jitter = { name: "colourJitter" } as const;
  const crop = { name: "randomResizedCrop" } as const;
  const flip = { name: "horizontalFlip", probability: 0 } as const;
  const withFlip = parseRecipe({ size: 8, steps: [crop, flip, jitter] });
  const withoutFlip = parseRecipe({ size: 8, steps: [crop, jitter] });
  expect(viewAt(4, withFlip)).toEqual(viewAt(4, withoutFlip));
  const normalised = viewAt(4, simclr);
  const shown = viewAt(4, withoutFinish(simclr));
  normalised.forEach((value, i) => {
    expect(value).toBeCloseTo((shown[i]! - 0.5) / 0.25, 5);
  });
});

test("a step that is named twice draws twice", () => {
  const crop = { name: "centreCrop" } as const;
  const noise = { name: "noise", std: 0.05 } as const;
  const once = viewAt(1, parseRecipe({ size: SIDE, steps: [crop, noise] }));
  const twice = viewAt(1, parseRecipe({ size: SIDE, steps: [crop, noise, noise] }));
  const clean = viewAt(1, parseRecipe({ size: SIDE, steps: [crop] }));
  // the same noise twice would give clean + 2 (once − clean), wherever nothing was clamped
  const isRepeated = (i: number) => Math.abs(twice[i]! - clean[i]! - 2 * (once[i]! - clean[i]!)) < 1e-5;
  const inner = [...clean.keys()].filter((i) => clean[i]! > 0.3 && clean[i]! < 0.7);
  expect(inner.length).toBeGreaterThan(100);
  expect(inner.filter(isRepeated).length).toBeLessThan(inner.length / 20);
});

test("the plain view of an image at its own size is the image", () => {
  const plain = viewAt(0, parseRecipe({ size: SIDE, steps: [{ name: "centreCrop" }] }));
  expect(plain[5]).toBe(Math.fround(pixels[15]! / 255));
});

test("wrong pixels, channels and recipes are refused", () => {
  expect(() => makeView(pixels, SIDE, 1, simclr, keyFor(0))).toThrow(
    /makeView: "pixels" must have shape \[16, 16, 1\], got \[768\]/,
  );
  expect(() => createViewMaker(simclr, SIDE, 4)).toThrow(/"channels" must be 1 or 3, got 4/);
  expect(() => createViewMaker({ size: 8, steps: [] }, SIDE, 3)).toThrow(/start with one crop/);
});
