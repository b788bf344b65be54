/**
 * See what the model will see, before training: originals and the views made of them, on one sheet.
 *
 * Views are the only supervision there is. What they change, the encoder learns to ignore: with hue and grayscale among
 * them it will not tell a red car from a blue one.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { previewViews } from "darkmatter";
import { recipeFor, withStep } from "darkmatter/augment";
import sharp from "sharp";
import { drawPhotos, temporaryFolder } from "./pictures.js";

const folder = temporaryFolder();
const photos = await drawPhotos(join(folder, "photos"), { numPhotos: 2 });

// A recipe is data: take a published one, and change what the task asks for. Here colour must be kept.
const published = recipeFor("simclr", { size: 32 });
const withColours = withStep(withStep(published, "grayscale", { probability: 0 }), "colourJitter", { hue: 0 });
console.log(withColours.steps.map(({ name }) => name).join(" > "));

const sheetOf = async (name: string, seed: number) => {
  const views = [withColours, withColours];
  const path = await previewViews({ data: photos, size: 32, views, numImages: 8, seed, out: join(folder, name) });
  return sharp(path).raw().toBuffer({ resolveWithObject: true });
};
const [sheet, again, other] = [await sheetOf("a.png", 1), await sheetOf("b.png", 1), await sheetOf("c.png", 2)];
console.log(`a contact sheet of ${sheet.info.width} x ${sheet.info.height} pixels`);

// The views of a training step are a function of the seed, so they can be looked at again.
assert.ok(sheet.info.width > 3 * 32 && sheet.info.height >= 8 * 32, "eight images, each beside two views");
assert.ok(sheet.data.equals(again.data), "the same seed makes the same views");
assert.ok(!sheet.data.equals(other.data), "another seed makes others");
