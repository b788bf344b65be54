import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openCache } from "./cache-file.js";
import { openSource } from "./cached-set.js";
import { describeSkipped, indicesWhere, locationOf, requireTrainable, subset } from "./image-set.js";
import { split } from "./split.js";
import { firstValues, grayImages, graySet, sourceOfRaw, useTemporaryFolder } from "./testing/pictures.js";

const folder = useTemporaryFolder();
const CLASSES = ["cat", "dog", "cat", undefined, "dog", "cat"];
const VENDORS = ["g", "g", "t", "t", "f", "f"];
const makeSet = () => graySet(folder.path(), 6, { classNames: CLASSES, attributes: { vendor: VENDORS } });

describe("subset", () => {
  test("shows the chosen images in their order, with their names and groupings", async () => {
    const set = await makeSet();
    const view = subset(set, [5, 3, 0]);
    expect(view.numImages).toBe(3);
    expect(firstValues(view, [0, 1, 2])).toEqual([5, 3, 0]);
    expect(view.paths).toEqual(["5", "3", "0"]);
    expect([...view.labels!.classOf]).toEqual([0, -1, 0]);
    expect([...view.attributes!.vendor!.classOf].map((v) => view.attributes!.vendor!.classNames[v])).toEqual([
      "f",
      "t",
      "g",
    ]);
    expect(() => view.readPixels([3])).toThrow('"indices" must be whole numbers from 0 to 2');
    expect(() => subset(set, [6])).toThrow('subset: "indices"');
    set.close();
  });

  test("of a subset is the subset of the chosen, in this thread and where it is sent", async () => {
    const set = await makeSet();
    const indices = fc.array(fc.nat(5), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(indices, indices, (first, second) => {
        const inner = second.map((i) => i % first.length);
        const view = subset(subset(set, first), inner);
        const expected = inner.map((i) => first[i]!);
        const rows = [...inner.keys()];
        expect(firstValues(view, rows)).toEqual(expected);
        const elsewhere = openCache(structuredClone(locationOf(view)));
        expect(firstValues(elsewhere, rows)).toEqual(expected);
        elsewhere.close();
      }),
      { numRuns: 30 },
    );
    expect(locationOf(set)).toEqual({ cachePath: set.cachePath });
    set.close();
  });

  test("shares the file of its set", async () => {
    const set = await makeSet();
    const view = subset(set, [1]);
    view.close();
    expect(firstValues(view, [0])).toEqual([1]);
    set.close();
    expect(() => view.readPixels([0])).toThrow("already closed");
  });
});

test("indicesWhere finds by label and by attribute, and names the groupings there are", async () => {
  const set = await makeSet();
  expect([...indicesWhere(set, "labels", (name) => name === "cat")]).toEqual([0, 2, 5]);
  expect([...indicesWhere(set, "vendor", (name) => name !== "t")]).toEqual([0, 1, 4, 5]);
  expect(() => indicesWhere(set, "colour", () => true)).toThrow("one of labels, vendor");
  set.close();
});

describe("split", () => {
  test("puts every image on one side, the same way for the same seed", async () => {
    const set = await graySet(folder.path(), 40);
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 39 }), (seed, heldOut) => {
        const sides = split(set, { heldOut, seed });
        const values = [sides.kept, sides.heldOut].map((side) => firstValues(side, [...side.paths.keys()]));
        expect(values[1]).toHaveLength(heldOut);
        expect(values.flat().sort((a, b) => a - b)).toEqual([...Array(40).keys()]);
        expect(split(set, { heldOut, seed }).heldOut.paths).toEqual(sides.heldOut.paths);
      }),
      { numRuns: 20 },
    );
    expect(split(set, { heldOut: 0.25, seed: 1 }).heldOut.numImages).toBe(10);
    const drawn = [1, 2, 3].map((seed) => String(split(set, { heldOut: 10, seed }).heldOut.paths));
    expect(new Set(drawn).size).toBe(3);
    set.close();
  });

  test("keeps groups together, unlabelled images apart", async () => {
    const set = await makeSet();
    for (let seed = 0; seed < 20; seed++) {
      const { kept, heldOut } = split(set, { heldOut: 1, seed, groupBy: "vendor" });
      const vendors = (side: typeof kept) => new Set(side.paths.map((path) => VENDORS[Number(path)]));
      expect(vendors(heldOut).size).toBe(1);
      expect(vendors(kept).size).toBe(2);
    }
    const sizes = Array.from(
      { length: 30 },
      (_, seed) => split(set, { heldOut: 1, seed, groupBy: "labels" }).heldOut.numImages,
    );
    expect(new Set(sizes)).toEqual(new Set([3, 2, 1]));
    set.close();
  });

  test("refuses to leave a side empty", async () => {
    const set = await makeSet();
    for (const heldOut of [0, 6, 7, 0.01, 1.5])
      expect(() => split(set, { heldOut, seed: 1 })).toThrow('split: "heldOut"');
    expect(() => split(set, { heldOut: 3, seed: 1, groupBy: "vendor" })).toThrow("3 groups by vendor");
    set.close();
  });
});

describe("requireTrainable", () => {
  test("takes two different images", async () => {
    const set = await graySet(folder.path(), 2);
    expect(() => requireTrainable(set)).not.toThrow();
    set.close();
  });

  test("refuses one image", async () => {
    const set = await graySet(folder.path(), 1);
    expect(() => requireTrainable(set)).toThrow("must be at least 2 images, got 1");
    set.close();
  });

  test("refuses copies of one picture, however many", async () => {
    const images = grayImages(50, 8, () => 7);
    const set = await openSource(sourceOfRaw(images), { trainingSize: 8, cacheDir: folder.path() });
    expect(() => requireTrainable(set)).toThrow("50 copies of the same picture");
    set.close();
  });
});

test("describeSkipped names three and counts the rest", () => {
  expect(describeSkipped([])).toBe("");
  const skipped = ["a", "b", "c", "d", "e"].map((path) => ({ path, reason: "bad" }));
  expect(describeSkipped(skipped)).toBe("Skipped: a (bad), b (bad), c (bad), and 2 more.");
});
