import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createCanvas, loadImage } from "@napi-rs/canvas";
import { expect, test } from "vitest";
import { writeContactSheet } from "./contact-sheet.js";
import { recipeFor } from "./presets.js";
import { randomSet, temporaryFolder } from "./testing/pictures.js";

async function pixelsOf(path: string) {
  const image = await loadImage(readFileSync(path));
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  return {
    width: image.width,
    height: image.height,
    colourAt: (x: number, y: number) => [...context.getImageData(x, y, 1, 1).data.subarray(0, 3)],
  };
}

const plain = recipeFor("none", { size: 12 });

test("shows originals and their views in a new folder, the same for the same seed", async () => {
  const set = randomSet(5);
  const folder = temporaryFolder();
  const sheet = (name: string, seed: number) => {
    const path = join(folder, "pictures", name);
    return writeContactSheet({ set, recipes: [plain, plain], seed, numImages: 3, path }).then(() => path);
  };
  const [first, again, other] = [await sheet("a.png", 1), await sheet("b.png", 1), await sheet("c.png", 2)];
  expect(readFileSync(again)).toEqual(readFileSync(first));
  expect(readFileSync(other)).not.toEqual(readFileSync(first));

  // a plain view of the cached size looks like the original: same colour at the same place of their tiles
  const { width, colourAt } = await pixelsOf(first);
  expect(width).toBeGreaterThan(1500);
  const [original, view] = [{ left: 2 * 28 }, { left: 2 * (28 + 96 + 18) }];
  for (const offset of [20, 77, 100, 150]) {
    expect(colourAt(view.left + offset, 184 + offset)).toEqual(colourAt(original.left + offset, 184 + offset));
  }
});

test("draws gray sets, one image, and as many rows as there are images", async () => {
  const heights = [];
  for (const numImages of [1, 3]) {
    const path = join(temporaryFolder(), "sheet.png");
    await writeContactSheet({ set: randomSet(numImages, 12, 1), recipes: [plain], seed: 0, numImages: 8, path });
    heights.push((await pixelsOf(path)).height);
  }
  expect(heights[1]! - heights[0]!).toBe(2 * 2 * (96 + 20)); // two more rows
});

test("refuses no recipes and no images, and writes nothing", async () => {
  const path = join(temporaryFolder(), "sheet.png");
  const sheet = { set: randomSet(2), seed: 0, path };
  await expect(writeContactSheet({ ...sheet, recipes: [] })).rejects.toThrow(/"recipes" must be at least one recipe/);
  await expect(writeContactSheet({ ...sheet, recipes: [plain], numImages: 0 })).rejects.toThrow(/"numImages"/);
  expect(existsSync(path)).toBe(false);
});
