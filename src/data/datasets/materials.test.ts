import { expect, test } from "vitest";
import { effectiveConductivity } from "../../environments/index.js";
import { openSource } from "../cached-set.js";
import { useTemporaryFolder } from "../testing/pictures.js";
import { materialsSource } from "./materials.js";

const folder = useTemporaryFolder();
const OPTIONS = { numUnmeasured: 5, numMeasured: 4, size: 12, seed: 1 };

test("pixels are black and white, and what is said of them is what the solver says of the pixels", async () => {
  const set = await openSource(materialsSource(OPTIONS), { trainingSize: 12, imageSize: 12, cacheDir: folder.path() });
  expect(set).toMatchObject({ numImages: 9, imageSize: 12, channels: 1 });
  const { classNames, classOf } = set.attributes!.split!;
  expect(Array.from(classOf, (one) => classNames[one])).toEqual([
    ...Array.from({ length: 5 }, () => "unmeasured"),
    ...Array.from({ length: 4 }, () => "measured"),
  ]);
  for (let i = 0; i < 9; i++) {
    const pixels = set.readPixels([i]);
    expect(pixels.every((value) => value === 0 || value === 255)).toBe(true);
    const [logX, logY, fraction] = ["logConductivity.x", "logConductivity.y", "volumeFraction"].map(
      (name) => set.measurements![name]![i]!,
    );
    if (i < 5) {
      expect([logX, logY, fraction]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
      continue;
    }
    const cell = { size: 12, conductivity: Array.from(pixels, (value) => (value === 255 ? 10 : 1)) };
    const { x, y } = effectiveConductivity(cell);
    expect(logX).toBeCloseTo(Math.log(x), 10);
    expect(logY).toBeCloseTo(Math.log(y), 10);
    expect(fraction).toBeCloseTo(pixels.filter((value) => value === 255).length / 144, 10);
  }
  set.close();
});

test("other options are another source; measuring reports how far it is", async () => {
  expect(materialsSource({ ...OPTIONS, seed: 2 }).fingerprint).not.toBe(materialsSource(OPTIONS).fingerprint);
  const stages: string[] = [];
  await materialsSource(OPTIONS, ({ stage, done, total }) => stages.push(`${stage} ${done} of ${total}`)).list();
  expect(stages.at(-1)).toBe("measuring 4 of 4");
});
