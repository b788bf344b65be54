import { describe, expect, test } from "vitest";
import { keyFor } from "../../compute/random.js";
import { openSource } from "../cached-set.js";
import type { RawImage } from "../decode.js";
import { subset } from "../image-set.js";
import { useTemporaryFolder } from "../testing/pictures.js";
import { drawObject, listPlacedObjects, type PlacedObject, placeObject } from "./placed-objects.js";

const folder = useTemporaryFolder();
const KEY = keyFor(0, "test");

describe("placed objects", () => {
  test("lie where, as large and in the colour they are said to", () => {
    const object: PlacedObject = {
      kind: "heart",
      x: 0.35,
      y: 0.6,
      radius: 0.2,
      angle: 0,
      hue: (2 * Math.PI) / 3,
      saturation: 1,
      value: 1,
    };
    const green = pixelsWhere(drawObject(object, 100, KEY), ([r, g, b]) => r < 10 && g > 75 && b < 10);
    const [xs, ys] = [green.map(([x]) => x), green.map(([, y]) => y)];
    const middle = (values: number[]) => (Math.min(...values) + Math.max(...values) + 1) / 2;
    expect(middle(xs)).toBeCloseTo(35, -0.5);
    expect(middle(ys)).toBeCloseTo(60, -0.5);
    const farthest = Math.max(...green.map(([x, y]) => Math.hypot(x + 0.5 - 35, y + 0.5 - 60)));
    expect(farthest).toBeGreaterThan(18);
    expect(farthest).toBeLessThan(20.5);
    // lit from its own top
    const greenOf = (isThere: (y: number) => boolean) => {
      const values = green.filter(([, y]) => isThere(y)).map(([, , value]) => value);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    expect(greenOf((y) => y < 50)).toBeGreaterThan(1.6 * greenOf((y) => y > 70));
  });

  test("are drawn alike for a key, and differently for another", () => {
    const object = placeObject(KEY);
    expect(placeObject(KEY)).toEqual(object);
    expect(drawObject(object, 32, KEY).data).toEqual(drawObject(object, 32, KEY).data);
    expect(drawObject(object, 32, KEY).data).not.toEqual(drawObject(object, 32, keyFor(1, "test")).data);
  });

  test("have independent factors: each kind is common, and no two measurements go together", () => {
    const { labels, measurements } = listPlacedObjects(4000, 32, 7);
    const counts = labels!.classNames.map((_, kind) => labels!.classOf.filter((own) => own === kind).length);
    for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(100); // 5 standard deviations
    const columns = Object.values(measurements!);
    const limit = 5 / Math.sqrt(4000);
    columns.forEach((a, i) => {
      for (const b of columns.slice(i + 1)) expect(Math.abs(correlation(a, b))).toBeLessThan(limit);
    });
  });

  test("keep their measurements in the cache, through a selection and a number that is not known", async () => {
    const listing = listPlacedObjects(12, 16, 0);
    const { "position.x": x } = listing.measurements!;
    const measurements = { "position.x": x!.with(3, Number.NaN) };
    const source = {
      name: "few",
      identity: "few",
      fingerprint: "f".repeat(64),
      list: async () => ({ ...listing, measurements }),
    };
    const options = { trainingSize: 8, cacheDir: folder.path("cache") };
    for (const round of ["made", "found again"]) {
      const set = await openSource(source, options);
      expect(set.measurements, round).toEqual(measurements);
      expect(subset(set, [5, 3]).measurements!["position.x"]).toEqual(Float64Array.of(x![5]!, Number.NaN));
      expect(set.labels).toEqual(listing.labels);
      set.close();
    }
  });
});

function pixelsWhere({ data, width }: RawImage, isWanted: (colour: readonly [number, number, number]) => boolean) {
  return Array.from({ length: data.length / 3 }, (_, i) => i)
    .filter((i) => isWanted([data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!]))
    .map((i) => [i % width, Math.floor(i / width), data[3 * i + 1]!] as const);
}

function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, i) => (value - meanA) * (b[i]! - meanB)));
  const deviation = (values: Float64Array, centre: number) => Math.sqrt(mean(values.map((v) => (v - centre) ** 2)));
  return covariance / (deviation(a, meanA) * deviation(b, meanB));
}
