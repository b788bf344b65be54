import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Progress } from "../../data/index.js";
import { environmentSource, openEpisodes } from "../../data/index.js";
import { generateEpisodes, importEpisodes, listWorlds, playWorld, showEpisodes, worldFloors } from "./index.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-worlds-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

describe("generateEpisodes", () => {
  const options = { environment: "occluder", numEpisodes: 70, numSteps: 4, seed: 3 };

  test("writes what the environment does, and tells how far it is", async () => {
    const told: Progress[] = [];
    const written = await generateEpisodes(
      { ...options, out: at("a") },
      { onProgress: (progress) => told.push(progress) },
    );
    expect(written).toMatchObject({ path: at("a"), numEpisodes: 70, numThere: 70, numMade: 70 });
    expect(written.bytes).toBeGreaterThan(1000);
    expect(told[0]).toMatchObject({ stage: "generating", done: 1, total: 70 });
    const set = openEpisodes(at("a"));
    const { observations } = await environmentSource("occluder", { numEpisodes: 70, numSteps: 4, seed: 3 }).episodeAt(
      69,
    );
    expect(set.readObservations(69, { first: 0, count: 5, stride: 1 })).toEqual(observations);
    set.close();
  });

  test("stops after the file at hand, and goes on to the same bytes", async () => {
    await generateEpisodes({ ...options, out: at("whole") });
    const controller = new AbortController();
    const started: string[] = [];
    const stopped = await generateEpisodes(
      { ...options, out: at("parts") },
      {
        onStart: ({ name }) => started.push(name),
        onProgress: () => controller.abort(),
        signal: controller.signal,
      },
    );
    expect(started).toEqual(["occluder"]);
    expect(stopped).toMatchObject({ numThere: 32, numMade: 32, numEpisodes: 70 });
    expect(await generateEpisodes({ ...options, out: at("parts") })).toMatchObject({ numThere: 70, numMade: 38 });
    expect(await generateEpisodes({ ...options, out: at("parts") })).toMatchObject({ numThere: 70, numMade: 0 });
    for (const name of readdirSync(at("whole"))) {
      expect(readFileSync(join(at("parts"), name)).equals(readFileSync(join(at("whole"), name)))).toBe(true);
    }
  });

  test("leaves other folders alone", async () => {
    writeFileSync(at("mine.txt"), "mine");
    await expect(generateEpisodes({ ...options, out: folder })).rejects.toThrow(/holds other files \(mine\.txt\)/);
    await generateEpisodes({ ...options, out: at("a") });
    const other = generateEpisodes({ ...options, seed: 4, out: at("a") });
    await expect(other).rejects.toThrow(/episodes of another source or seed/);
  });

  test("hears a signal between episodes: the event loop gets its turns", async () => {
    let numTurns = 0;
    const timer = setInterval(() => numTurns++, 0);
    await generateEpisodes({ ...options, out: at("a") });
    clearInterval(timer);
    expect(numTurns).toBeGreaterThan(0);
  });
});

test("importEpisodes reads a table into a folder that says what it holds", async () => {
  writeFileSync(at("log.csv"), "episode,x,y,action,note\n1,1,2,3,a\n1,4,5,,a\n2,6,7,8,b\n2,9,10,11,b\n2,12,13,,b\n");
  const written = await importEpisodes({ source: at("log.csv"), out: at("set") });
  expect(written).toMatchObject({ numThere: 2, warnings: [expect.stringContaining("note")] });
  expect(await showEpisodes(at("set"))).toMatchObject({
    ...{ name: "log.csv", numEpisodes: 2, actionDim: 1, factorNames: [] },
    lengths: { least: 2, mean: 2.5, most: 3 },
    observation: { kind: "vectors", dim: 2 },
    observationBytes: 5 * 8,
  });
  await expect(showEpisodes(at("set"), { out: at("a.png") })).rejects.toThrow(
    /of frames, to be drawn, got "vectors of 2/,
  );
});

describe("showEpisodes", () => {
  test("draws the episode that is asked for", async () => {
    await generateEpisodes({ environment: "junction", numEpisodes: 2, numSteps: 3, out: at("a") });
    const facts = await showEpisodes(at("a"), { episode: 1, out: at("b/strip.png"), numFrames: 2 });
    expect(facts).toMatchObject({ picture: at("b/strip.png"), observation: { isLayered: true, channels: 3 } });
    expect((await sharp(at("b/strip.png")).metadata()).format).toBe("png");
    await expect(showEpisodes(at("a"), { episode: 2, out: at("c.png") })).rejects.toThrow(/"episode" must be/);
    expect(existsSync(at("c.png"))).toBe(false);
  });

  test("of other folders says so", async () => {
    await expect(showEpisodes(folder)).rejects.toThrow(/has no episodes\.json: these are no episodes/);
  });
});

describe("playWorld", () => {
  test.each(listWorlds().map(({ name }) => name))("draws %s", async (environment) => {
    const { path, text } = await playWorld({ environment, numSteps: 5, out: at(`${environment}.png`) });
    const { format, width } = await sharp(path).metadata();
    expect([format, width! > 800]).toEqual(["png", true]);
    expect(text).toMatch(new RegExp(`^${environment}: 5 steps, seed 0; `));
  });

  test("draws agents until they have arrived, beside their goal", async () => {
    const { text } = await playWorld({ environment: "twoRoomsMini", policy: "oracle", out: at("a.gif") });
    const [, shown] = /: (\d+) of 200 steps, seed 0\. After all: final distance < 4\.5 px: yes; .*any step: yes$/.exec(
      text,
    )!;
    const { pages, width, pageHeight } = await sharp(at("a.gif"), { animated: true }).metadata();
    expect(pages).toBe(Number(shown) + 1);
    expect(pages).toBeLessThan(150);
    expect(width!).toBeGreaterThan(1.5 * pageHeight!); // two panels
  });

  test("draws what may happen above what may not", async () => {
    const { text } = await playWorld({ environment: "occluder", violation: "vanish", out: at("a.gif") });
    const { width, pageHeight, pages } = await sharp(at("a.gif"), { animated: true }).metadata();
    expect(text).toMatch(/^occluder, vanish: 31 steps, seed 0, that differ from step \d+ on: the ball goes behind /);
    expect([pages, pageHeight! > 1.5 * width!]).toEqual([32, true]);
  });

  test.each<[string, Parameters<typeof playWorld>[0], RegExp]>([
    ["environment", { environment: "twoRoom" }, /unknown environment "twoRoom"\. Did you mean "twoRooms"/],
    ["option", { environment: "push", options: { maxTum: 1 } }, /unknown option "maxTum"\. Did you mean "maxTurn"/],
    ["policy", { environment: "push", policy: "oracel" }, /unknown policy "oracel"\. Did you mean "oracle"/],
    ["policy without goals", { environment: "junction", policy: "zero" }, /Goals are in push, twoRooms, twoRoomsMini/],
    ["violation", { environment: "occluder", violation: "vanisch" }, /unknown violation.*Did you mean "vanish"/],
    ["violation elsewhere", { environment: "push", violation: "vanish" }, /Violations are in occluder/],
    ["both", { environment: "push", policy: "zero", violation: "vanish" }, /left out with a violation/],
    [
      "length of a policy",
      { environment: "push", policy: "zero", numSteps: 51 },
      /at most 50, as an agent has, got 51/,
    ],
    ["length", { environment: "push", numSteps: 0 }, /"steps" must be/],
    ["file", { environment: "push", out: "a.mp4" }, /ending in \.png \(a strip\) or \.gif/],
    ["frames of a GIF", { environment: "push", out: "a.gif", numFrames: 3 }, /an animation shows every step/],
    ["speed of a PNG", { environment: "push", framesPerSecond: 3 }, /a strip does not move/],
  ])("refuses an impossible %s by name", async (_what, options, message) => {
    await expect(playWorld(options)).rejects.toThrow(message);
  });
});

describe("listWorlds", () => {
  test("says what each is like; floors of those with goals have everything between nothing and the oracle", () => {
    const worlds = listWorlds();
    expect(worlds.map(({ name }) => name)).toEqual([...new Set(worlds.map(({ name }) => name))]);
    expect(worlds.find(({ name }) => name === "twoRooms")).toMatchObject({
      ...{ size: 65, channels: 2, actionDim: 2, maxSteps: 200, violations: [] },
    });
    expect(worlds.find(({ name }) => name === "occluder")?.violations).toContain("teleport");
    expect(worldFloors("junction")).toEqual([]);
    const [final, firstHit] = worldFloors("twoRoomsMini", { numTasks: 30 });
    expect(final!.rule).toBe("final distance < 4.5 px");
    expect(Object.keys(firstHit!.success)).toEqual(["zero", "random", "straightLine", "oracle"]);
    const { zero, straightLine, oracle } = final!.success;
    expect([zero!.mean, oracle!.mean, oracle!.n]).toEqual([0, 1, 30]);
    expect(straightLine!.mean).toBeGreaterThan(0);
    expect(straightLine!.mean).toBeLessThan(0.6);
  });
});
