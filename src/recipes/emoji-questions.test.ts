import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ImageSet, indicesWhere, type Labels, subset } from "../data/index.js";
import type { Report } from "../evaluate/index.js";
import { RunFolder } from "../train/index.js";
import { openTiny, wavePicture } from "../train/testing/tiny-run.js";
import { askAboutEmoji } from "./emoji-questions.js";
import { trainImages } from "./train-images.js";

const VENDORS = ["fluent", "google", "twitter"];
const NUM_IDEAS = 16;
const NUM_UNSEEN = 6;
const SIDE = 16;

let folder = "";
let report: Report;
let set: ImageSet;

/** Every vendor draws an idea alike, so that across vendors there is one right answer and pixels find it. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-questions-"));
  process.env.DARKMATTER_CACHE = join(folder, "cache");
  for (const vendor of VENDORS) {
    await mkdir(join(folder, "emoji", vendor), { recursive: true });
    for (let idea = 0; idea < NUM_IDEAS; idea++) {
      const raw = { width: SIDE, height: SIDE, channels: 3 } as const;
      const name = `${String(idea).padStart(2, "0")}.png`;
      await writeFile(
        join(folder, "emoji", vendor, name),
        await sharp(wavePicture(idea, SIDE), { raw }).png().toBuffer(),
      );
    }
  }
  const opened = await openTiny(join(folder, "emoji"));
  const ideas = opened.paths.map((path) => Number(/(\d+)\.png$/.exec(path)![1]));
  const by = (classNames: string[], classOf: number[]): Labels => ({ classNames, classOf: Int32Array.from(classOf) });
  set = {
    ...opened,
    attributes: {
      vendor: opened.labels!,
      codePoint: by(
        Array.from({ length: NUM_IDEAS }, (_, idea) => `u${idea}`),
        ideas,
      ),
      category: by(
        ["even", "odd"],
        ideas.map((idea) => idea % 2),
      ),
    },
  };
  const isSeen = (name: string) => Number(name.slice(1)) >= NUM_UNSEEN;
  const seenIdeas = subset(set, indicesWhere(set, "codePoint", isSeen));
  const unseen = subset(
    set,
    indicesWhere(set, "codePoint", (name) => !isSeen(name)),
  );
  const seen = subset(
    seenIdeas,
    indicesWhere(seenIdeas, "vendor", (vendor) => vendor !== "google"),
  );
  const encoderOptions = { width: 4, stages: 2 };
  const out = join(folder, "run");
  await trainImages({ data: "emoji", size: SIDE, steps: 2, batch: 8, encoderOptions, out }, {}, seen);
  report = await askAboutEmoji(await RunFolder.open(out), seen, unseen, "google", 0);
}, 60_000);
afterAll(() => {
  set.close();
  rmSync(folder, { recursive: true, force: true });
});

test("categories are learnt on the vendors and ideas of training and asked of the unseen ones", () => {
  expect(report).toMatchObject({ n: NUM_UNSEEN, numTrain: 2 * (NUM_IDEAS - NUM_UNSEEN), numClasses: 2 });
  expect(report.floors).toMatchObject({ chance: 0.5, majority: 0.5 });
});

test("copies are searched among all unseen pictures of all vendors", () => {
  const { copies } = report.matches!;
  expect(copies).toMatchObject({ gallerySize: 3 * NUM_UNSEEN, floors: { chance: 1 / (3 * NUM_UNSEEN) } });
  expect(copies!.encoder.n).toBe(3 * NUM_UNSEEN);
  // Three equal drawings of each idea are equally near; the first is taken, which is right for one of the three.
  for (const { mean } of [copies!.encoder, copies!.floors.rawPixels!]) expect(mean).toBeLessThanOrEqual(1 / 3);
});

test("the same drawing by another vendor is found for certain, by pixels, by the encoder, by any encoder", () => {
  const { vendors } = report.matches!;
  expect(vendors).toMatchObject({ gallerySize: NUM_UNSEEN, encoder: { mean: 1, n: NUM_UNSEEN } });
  expect(vendors!.floors).toMatchObject({ rawPixels: { mean: 1 }, randomInit: { mean: 1 }, chance: 1 / NUM_UNSEEN });
});
