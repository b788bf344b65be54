import { expect, test } from "vitest";
import { RunFolder } from "../train/index.js";
import { tinyConfig } from "../train/testing/tiny-run.js";
import { usePictures } from "../train/testing/use-pictures.js";
import { runDemo } from "./emoji-demo.js";

const pictures = usePictures(4);

test("a run of another seed is not asked about ideas it was trained on", async () => {
  const out = pictures.path("demo");
  await RunFolder.create(out, tinyConfig(pictures.set), { checkpointEvery: 1, metersEvery: 1 });
  const { seed } = (await RunFolder.open(out)).config;
  // Refused before any emoji is opened: this test fetches nothing.
  await expect(runDemo({ out, seed: seed + 1 })).rejects.toThrow(`"seed" must be ${seed}, as the run in`);
});
