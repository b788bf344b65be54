import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openEpisodeSource } from "./open-source.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-source-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const write = (path: string, content: string) => writeFileSync(join(folder, path), content);

test("a folder of frames with its actions is no folder of tables; a folder of tables is", async () => {
  write("actions.csv", "a\n1\n");
  expect((await openEpisodeSource(folder, { observations: ["a"] }).catch(String)) as string).toMatch(/two rows/);
  for (const name of ["1.png", "2.png"]) {
    await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .png()
      .toFile(join(folder, name));
  }
  const source = await openEpisodeSource(folder, { size: 8 });
  expect([source.observation, source.actionDim]).toEqual([{ kind: "frames", size: 8, channels: 3 }, 1]);
});

test("a file is read by its ending", async () => {
  write("log.csv", "x\n1\n2\n");
  expect((await openEpisodeSource(join(folder, "log.csv"))).observation).toEqual({ kind: "vectors", dim: 1 });
  write("log.txt", "x\n1\n2\n");
  await expect(openEpisodeSource(join(folder, "log.txt"))).rejects.toThrow(/a video, a \.csv, \.tsv or \.parquet file/);
});

test("options that mean nothing for what is there, and paths without anything, are refused", async () => {
  write("log.csv", "x\n1\n2\n");
  await expect(openEpisodeSource(folder, { size: 32 })).rejects.toThrow(
    /"size" must be left out: .* for tables, got 32/,
  );
  await expect(openEpisodeSource(join(folder, "gone"))).rejects.toThrow(/a file or folder that exists/);
  mkdirSync(join(folder, "other"));
  write("other/a.txt", "");
  await expect(openEpisodeSource(join(folder, "other"))).rejects.toThrow(/got "other with a\.txt"/);
  write("other/episodes.json", "{}");
  await expect(openEpisodeSource(join(folder, "other"))).rejects.toThrow(/no episodes yet, .*darkmatter worlds show/);
});
