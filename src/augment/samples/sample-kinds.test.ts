/** What every kind of samples promises, on a small set of each. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyFor } from "../../compute/random.js";
import { environmentSource, openClips, openImages, openSeries, type Samples, writeEpisodes } from "../../data/index.js";
import { regimeCsv, regimeRows } from "../../data/series/testing/regimes.js";
import { halves } from "../../data/testing/pictures.js";
import { plainSamples, sampleKindOf, sampleKinds } from "./catalog.js";

let root = "";
const sets: Record<string, Samples> = {};
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "darkmatter-kinds-"));
  mkdirSync(join(root, "pictures"));
  for (let i = 0; i < 12; i++) {
    const picture = halves(16, 16, [20 * i, 100, 255 - 20 * i], [255 - 20 * i, 30, 20 * i]);
    writeFileSync(join(root, "pictures", `${i}.png`), await picture.png().toBuffer());
  }
  writeFileSync(join(root, "sensor.csv"), regimeCsv(regimeRows(8, 64)));
  sets.images = await openImages(join(root, "pictures"), { trainingSize: 8, cacheDir: join(root, "cache") });
  const world = { numEpisodes: 8, numSteps: 6, seed: 0 };
  await writeEpisodes(environmentSource("twoRoomsMini", world), join(root, "world"));
  sets.clips = openClips(join(root, "world"), { clipLength: 4 });
  sets.series = await openSeries(join(root, "sensor.csv"), { window: 8 });
});
afterAll(() => {
  for (const set of Object.values(sets)) set.close();
  rmSync(root, { recursive: true, force: true });
});

describe.each(Object.keys(sampleKinds))("%s", (name) => {
  const kind = sampleKinds[name as keyof typeof sampleKinds];
  const size = name === "clips" ? 28 : 8; // pictures of a world are not resized
  const views = () => kind.viewsFor(["simclr", "simclr"], { size, strength: 1 });

  test("are told by their set, and have the shape that they say", () => {
    const set = sets[name]!;
    expect(sampleKindOf(set)).toBe(kind);
    expect(kind.name).toBe(name);
    const [recipe] = views();
    const maker = kind.createViewMaker(recipe!, set);
    expect(maker.shape).toEqual(kind.shapeOf(set.channels, size));
    expect(plainSamples(set, [0, 1], recipe!)).toHaveLength(2 * maker.length);
  });

  test("give the views of a step as the loader does, from the same keys", async () => {
    const set = sets[name]!;
    const recipes = views();
    const loader = kind.createLoader({ set, recipes, batchSize: 4, seed: 3 });
    const { views: made, indices } = await loader.viewsAt(1);
    const maker = kind.createViewMaker(recipes[1]!, set);
    const one = new Float32Array(maker.length);
    maker.make(indices[2]!, keyFor(3, "view", 1, 2, 1), one);
    expect(made[1]!.slice(2 * maker.length, 3 * maker.length)).toEqual(one);
    await loader.close();
  });

  test("look the same plain, whatever the key; other samples look otherwise", () => {
    const set = sets[name]!;
    const [recipe] = views();
    const [a, b] = [plainSamples(set, [0], recipe!), plainSamples(set, [3], recipe!)];
    expect(plainSamples(set, [0], recipe!)).toEqual(a);
    expect(b).not.toEqual(a);
  });

  test("are split so that nothing is on both sides, and are the same set again when selected", () => {
    const set = sets[name]!;
    const { kept, heldOut } = kind.split(set, { heldOut: 0.25, seed: 0 });
    const both = [...kept.indices!].filter((index) => heldOut.indices!.includes(index));
    expect(both).toEqual([]);
    expect(kept.numImages + heldOut.numImages).toBeLessThanOrEqual(set.numImages);
    const again = kind.select(set, [2, 0]);
    expect(again.paths).toEqual([set.paths[2], set.paths[0]]);
    expect(kind.bytesOf(again, 0)).toEqual(kind.bytesOf(set, 2));
    expect(kind.describe(again)).not.toEqual(kind.describe(set));
  });

  test("can be looked at", () => {
    const set = sets[name]!;
    const { recipe, draw } = kind.forPeople(views()[0]!);
    const maker = kind.createViewMaker(recipe, set);
    const view = new Float32Array(maker.length);
    maker.make(0, keyFor(0), view);
    for (const picture of [kind.pictureOf(set, 0), draw(view, set.channels)]) {
      expect(picture.pixels).toHaveLength(picture.size ** 2 * picture.channels);
      expect(new Set(picture.pixels).size).toBeGreaterThan(1);
    }
  });
});

test("a window is drawn up where it is high, down where it is low, and a row as bars", () => {
  const { pixels, size } = sampleKinds.series.forPeople({ size: 2, steps: [] }).draw(Float32Array.of(2, 2, -2, -2), 2);
  const rowOf = (colour: readonly number[]) => {
    for (let at = 0; at < pixels.length; at += 3) {
      if (colour.every((value, c) => pixels[at + c] === value)) return Math.floor(at / 3 / size);
    }
    return -1;
  };
  const [blue, orange] = [rowOf([0x33, 0x66, 0xcc]), rowOf([0xe0, 0x7b, 0x39])];
  // two of three standard deviations: a sixth from the upper and lower edge
  expect(blue).toBeCloseTo(size / 6, -1);
  expect(orange).toBeCloseTo((5 * size) / 6, -1);
});
