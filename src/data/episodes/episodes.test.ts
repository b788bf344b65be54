import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DarkmatterError, ValueError } from "../../compute/errors.js";
import { environmentSource } from "./environment-source.js";
import { type EpisodeSet, openEpisodes } from "./episode-set.js";
import type { EpisodeSource } from "./episode-source.js";
import { writeEpisodes } from "./write-episodes.js";

let folder = "";
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "darkmatter-episodes-")), "set");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

/** Episode i has i + 3 observations of 2 × 2 pixels: every byte tells which. */
const counting = (numEpisodes = 5, over: Partial<EpisodeSource> = {}): EpisodeSource => ({
  name: "counting",
  observation: { kind: "frames", size: 2, channels: 1 },
  actionDim: 2,
  factorNames: ["t", "episode"],
  numEpisodes,
  description: { counts: true, numEpisodes },
  episodeAt(index) {
    const n = index + 3;
    return {
      observations: Uint8Array.from({ length: 4 * n }, (_, i) => 40 * index + Math.floor(i / 4)),
      actions: Float32Array.from({ length: 2 * (n - 1) }, (_, i) => index + i / 100),
      factors: Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? i / 2 : index)),
    };
  },
  ...over,
});

async function written(source: EpisodeSource, episodesPerShard = 2): Promise<EpisodeSet> {
  expect(await writeEpisodes(source, folder, { episodesPerShard })).toBe(true);
  return openEpisodes(folder);
}

describe("what is written is read", () => {
  test("observations with any stride, actions of every step between, factors of the observations", async () => {
    const set = await written(counting(20));
    expect([...set.lengths]).toEqual(Array.from({ length: 20 }, (_, i) => i + 3));
    const span = { first: 2, count: 4, stride: 5 };
    const pixels = set.readObservations(19, span);
    expect([...pixels].filter((_, i) => i % 4 === 0)).toEqual([2, 7, 12, 17].map((t) => (40 * 19 + t) % 256));
    const actions = set.readActions(17, { first: 2, count: 3, stride: 5 });
    expect(actions).toHaveLength(3 * 5 * 2);
    expect(actions[0]).toBeCloseTo(17.04, 5);
    expect([...set.readFactors(19, span)]).toEqual([2, 19, 7, 19, 12, 19, 17, 19]);
    set.close();
  });

  test("nothing outside an episode, which the error names", async () => {
    const set = await written(counting());
    expect(() => set.readObservations(1, { first: 0, count: 5, stride: 1 })).toThrow(/Episode 1 has 4 observations/);
    expect(() => set.readObservations(5, { first: 0, count: 1, stride: 1 })).toThrow(/"episode" must be from 0 to 4/);
    expect(() => set.readActions(0, { first: 0, count: 3, stride: 1 })).toThrow(ValueError); // three need four observations
    set.close();
  });

  test("an environment's episodes, the same ones each time", async () => {
    const options = { numEpisodes: 3, numSteps: 12, seed: 7 };
    const set = await written(environmentSource("junction", options));
    expect(set).toMatchObject({ actionDim: 1, observation: { kind: "frames", size: 32, channels: 3 } });
    const source = environmentSource("junction", options);
    const record = await source.episodeAt(2);
    expect(set.readObservations(2, { first: 0, count: 13, stride: 1 })).toEqual(record.observations);
    expect(set.readActions(2, { first: 0, count: 12, stride: 1 })).toEqual(record.actions);
    expect(set.readFactors(2, { first: 0, count: 13, stride: 1 })).toEqual(record.factors);
    set.close();
  });
});

describe("writing", () => {
  test("what was stopped goes on, and gives the same bytes", async () => {
    const bytesOf = (name: string) => readFileSync(join(folder, name));
    (await written(counting())).close();
    const whole = [0, 1, 2].map((i) => bytesOf(`shard-0000${i}.episodes`));
    for (const name of ["shard-00001.episodes", "shard-00002.episodes"]) unlinkSync(join(folder, name));
    expect(() => openEpisodes(folder)).toThrow(/half made \(2 of 5 episodes\)/);

    const controller = new AbortController();
    controller.abort();
    expect(await writeEpisodes(counting(), folder, { episodesPerShard: 2, signal: controller.signal })).toBe(false);
    expect(existsSync(join(folder, "shard-00001.episodes"))).toBe(false);
    (await written(counting())).close();
    expect([0, 1, 2].map((i) => bytesOf(`shard-0000${i}.episodes`))).toEqual(whole);
  });

  test("a folder keeps to one source, and to episodes", async () => {
    (await written(counting())).close();
    await expect(writeEpisodes(counting(6), folder, { episodesPerShard: 2 })).rejects.toThrow(/another source or seed/);
    rmSync(folder, { recursive: true });
    await writeEpisodes(counting(1), folder);
    rmSync(join(folder, "episodes.json"));
    await expect(writeEpisodes(counting(1), folder)).rejects.toThrow(/holds other files \(shard-00000/);
  });

  test.each<[string, Partial<EpisodeSource>, RegExp]>([
    ["too few actions", { actionDim: 3 }, /episode 0 has 4 numbers of actions for 3 observations/],
    ["too many factors", { factorNames: ["t"] }, /episode 0 has 6 factors for 3 observations/],
    ["half an observation", { observation: { kind: "frames", size: 5, channels: 1 } }, /12 bytes of observations/],
    [
      "an action that is no number",
      {
        episodeAt: (i) =>
          ({ ...(counting().episodeAt(i) as never as object), actions: Float32Array.of(1, 2, Number.NaN, 4) }) as never,
      },
      /actions that are not finite/,
    ],
  ])("%s is refused", async (_what, over, message) => {
    await expect(writeEpisodes(counting(2, over), folder)).rejects.toThrow(message);
  });
});

test("a folder without episodes, a cut-off and a foreign shard are errors in words", async () => {
  expect(() => openEpisodes(tmpdir())).toThrow(/has no episodes.json/);
  (await written(counting())).close();
  const shard = join(folder, "shard-00001.episodes");
  truncateSync(shard, 100);
  expect(() => openEpisodes(folder)).toThrow(DarkmatterError);
  writeFileSync(shard, "something else entirely");
  expect(() => openEpisodes(folder)).toThrow(/does not begin like one/);
});

test("episodes that cannot be generated are refused by name", () => {
  expect(() => environmentSource("junktion", { numEpisodes: 1, numSteps: 1, seed: 0 })).toThrow(
    /Did you mean "junction"/,
  );
  expect(() => environmentSource("junction", { numEpisodes: 0, numSteps: 1, seed: 0 })).toThrow(
    /"numEpisodes" must be/,
  );
});
