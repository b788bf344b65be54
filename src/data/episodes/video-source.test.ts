/** Videos, by an ffmpeg that only pretends (everywhere), and by the real one where there is one. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DarkmatterError } from "../../compute/errors.js";
import { videoSource } from "./video-source.js";

const { PATH } = process.env;
const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-video-"));
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true, force: true });
});

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

/**
 * Its videos say how many frames they have: "3". Byte i of what it writes is i mod 251. It notes the arguments that it was
 * given; of "damaged" it complains.
 */
const PRETENDER = `#!${process.execPath}
const { readFileSync, writeFileSync } = require("node:fs");
const args = process.argv.slice(2);
if (args[0] === "-version") process.exit(0);
const path = args[args.indexOf("-i") + 1].replace(/^file:/, "");
writeFileSync(path + ".arguments.json", JSON.stringify(args));
const text = readFileSync(path, "utf8");
if (text === "damaged") {
  console.error("something before\\nmoov atom not found");
  process.exit(1);
}
const [, size] = /crop=(\\d+)/.exec(args[args.indexOf("-vf") + 1]);
const channels = args[args.indexOf("-pix_fmt") + 1] === "gray" ? 1 : 3;
const bytes = Math.round(Number(text) * size * size * channels);
process.stdout.write(Uint8Array.from({ length: bytes }, (_, i) => i % 251));
`;

function pretend(): void {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "ffmpeg"), PRETENDER);
  chmodSync(join(bin, "ffmpeg"), 0o755);
  process.env.PATH = bin;
}

// Windows starts no scripts by their first line.
describe.skipIf(process.platform === "win32")("an ffmpeg that pretends", () => {
  beforeEach(pretend);

  test("gives an episode a video, in natural order, with what it was asked for", async () => {
    write("clip 10.mp4", "2");
    write("clip 2.MOV", "3");
    write("notes.txt", "");
    const source = await videoSource(folder, { size: 8, channels: 1, framesPerSecond: 12.5 });
    expect(source).toMatchObject({
      observation: { kind: "frames", size: 8, channels: 1 },
      ...{ actionDim: 0, factorNames: [], numEpisodes: 2 },
    });
    const { observations, actions, factors } = await source.episodeAt(0);
    expect(observations).toEqual(new Uint8Array(Buffer.from(Array.from({ length: 192 }, (_, i) => i % 251))));
    expect([actions.length, factors.length]).toEqual([0, 0]);
    expect((await source.episodeAt(1)).observations).toHaveLength(128);
    const args: string[] = JSON.parse(readFileSync(join(folder, "clip 2.MOV.arguments.json"), "utf8"));
    const after = (flag: string) => args[args.indexOf(flag) + 1];
    expect(after("-vf")).toBe("fps=12.5,scale=8:8:force_original_aspect_ratio=increase:flags=lanczos,crop=8:8");
    expect([after("-pix_fmt"), after("-f"), args.at(-1)]).toEqual(["gray", "rawvideo", "pipe:1"]);
  });

  test("one file is one episode, in colour, at the speed it has", async () => {
    write("one.mkv", "2");
    const source = await videoSource(join(folder, "one.mkv"));
    expect([source.numEpisodes, source.observation]).toEqual([1, { kind: "frames", size: 64, channels: 3 }]);
    expect((await source.episodeAt(0)).observations).toHaveLength(2 * 64 * 64 * 3);
    expect(readFileSync(join(folder, "one.mkv.arguments.json"), "utf8")).not.toContain("fps=");
  });

  test("a damaged file, half a frame and a single one are named", async () => {
    write("a.mp4", "damaged");
    write("b.mp4", "2.5");
    write("c.mp4", "1");
    const source = await videoSource(folder, { size: 8 });
    await expect(source.episodeAt(0)).rejects.toThrow(/a\.mp4 is damaged or no video: moov atom not found\. Convert/);
    await expect(source.episodeAt(1)).rejects.toThrow(/b\.mp4 is damaged/);
    await expect(source.episodeAt(2)).rejects.toThrow(/c\.mp4 has 1 frames, and an episode needs two\./);
    await expect(source.episodeAt(2)).rejects.toThrow(DarkmatterError);
  });

  test("a folder without videos and impossible options are refused", async () => {
    await expect(videoSource(folder)).rejects.toThrow(/a video file, or a folder with such files/);
    await expect(videoSource(join(folder, "gone.mp4"))).rejects.toThrow(/a file or folder that exists/);
    write("a.mp4", "2");
    await expect(videoSource(folder, { framesPerSecond: 0 })).rejects.toThrow(/"framesPerSecond" must be above 0/);
    await expect(videoSource(folder, { size: 3 })).rejects.toThrow(/"size" must be/);
  });
});

test("without ffmpeg the message says what is missing and how to come by it, before anything is read", async () => {
  write("a.mp4", "");
  process.env.PATH = join(folder, "nothing");
  const open = videoSource(folder);
  await expect(open).rejects.toThrow(/program ffmpeg, and there is none on the PATH: apt install ffmpeg, brew install/);
  await expect(open).rejects.toThrow(DarkmatterError);
});

describe.skipIf(!hasFfmpeg)("the real ffmpeg (skipped where none is on the PATH)", () => {
  /** One second, left half red, right half blue, with a bright bar that moves down; lossless. */
  function film(name: string, seconds = 1): string {
    const path = join(folder, name);
    const source = `color=red:s=24x16:r=8:d=${seconds},drawbox=x=12:w=12:h=16:color=blue:t=fill,format=rgb24`;
    const made = spawnSync("ffmpeg", [
      "-v",
      "error",
      "-f",
      "lavfi",
      "-i",
      source,
      "-c:v",
      "ffv1",
      "-pix_fmt",
      "bgr0",
      path,
    ]);
    expect(made.stderr.toString()).toBe("");
    return path;
  }

  test("decodes the centre square of every frame", async () => {
    const source = await videoSource(film("film.mkv"), { size: 16 });
    const { observations } = await source.episodeAt(0);
    expect(observations).toHaveLength(8 * 16 * 16 * 3);
    const pixel = (x: number, y: number) => [...observations.subarray(3 * (16 * y + x), 3 * (16 * y + x) + 3)];
    expect(pixel(1, 8)[0]).toBeGreaterThan(240); // the middle 16 columns of 24: red to the left, blue to the right
    expect(pixel(1, 8)[2]).toBeLessThan(15);
    expect(pixel(14, 8)[2]).toBeGreaterThan(240);
    expect(pixel(14, 8)[0]).toBeLessThan(15);
  });

  test("at another speed and in grey", async () => {
    const source = await videoSource(film("film.mkv", 2), { size: 8, channels: 1, framesPerSecond: 4 });
    expect((await source.episodeAt(0)).observations).toHaveLength(8 * 8 * 8);
  });

  test("names a file that is cut off, and one that is no video", async () => {
    const path = film("film.mkv");
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length / 20)));
    write("words.mp4", "no video");
    const source = await videoSource(folder, { size: 8 });
    await expect(source.episodeAt(0)).rejects.toThrow(/film\.mkv/);
    await expect(source.episodeAt(1)).rejects.toThrow(/words\.mp4 is damaged or no video: .+/);
  });
});
