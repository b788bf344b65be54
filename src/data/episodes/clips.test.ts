/** Clips of episodes whose every byte tells where it is from. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clipsStandardisedBy, requireTrainableClips, selectClips } from "./clip-set.js";
import type { EpisodeSource } from "./episode-source.js";
import { type ClipOptions, isEpisodeFolder, openClips } from "./open-clips.js";
import { splitClips } from "./split-clips.js";
import { writeEpisodes } from "./write-episodes.js";

let folder = "";
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "darkmatter-clips-")), "set");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

/** Episode e has e + 4 observations of 2 × 2 pixels in two channels: 10 e + t, and 200 where the place is 3. */
const frames = (numEpisodes = 6): EpisodeSource => ({
  name: "counting",
  observation: { kind: "frames", size: 2, channels: 2 },
  actionDim: 2,
  factorNames: ["t", "episode"],
  numEpisodes,
  description: { numEpisodes },
  episodeAt(e) {
    const n = e + 4;
    return {
      observations: Uint8Array.from({ length: 8 * n }, (_, i) => {
        const [t, place, channel] = [Math.floor(i / 8), Math.floor((i % 8) / 2), i % 2];
        return channel === 0 ? 10 * e + t : place === 3 ? 200 : 0;
      }),
      actions: Float32Array.from({ length: 2 * (n - 1) }, (_, i) => 100 * e + i),
      factors: Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? i / 2 : e)),
    };
  },
});

/** Episode e has 5 observations of two numbers: e and the step. */
const vectors: EpisodeSource = {
  ...{ name: "vectors", observation: { kind: "vectors", dim: 2 }, actionDim: 0, factorNames: [], numEpisodes: 3 },
  description: {},
  episodeAt: (e) => ({
    observations: new Uint8Array(Float32Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? e : i / 2)).buffer),
    actions: new Float32Array(0),
    factors: new Float32Array(0),
  }),
};

async function opened(source: EpisodeSource, options: ClipOptions) {
  await writeEpisodes(source, folder, { episodesPerShard: 4 });
  return openClips(folder, options);
}

const asTheyAre = { means: [0, 0], stds: [1, 1] };

describe("pictures", () => {
  test("every start gives a clip, and its observations lie a stride apart, channels first", async () => {
    const set = clipsStandardisedBy(await opened(frames(), { clipLength: 3, frameStride: 2 }), asTheyAre);
    // spans 5 observations: episodes of 4, 5, ... 9 give 0, 1, ... 5 clips
    expect(set.numImages).toBe(15);
    expect(set.warnings).toEqual(["1 of 6 episodes are shorter than a clip and left out."]);
    expect(set.paths[4]).toBe("episode 3 from step 1");
    expect(set.shape).toEqual([2, 2, 2]);
    const values = new Float32Array(3 * 8);
    set.readObservations(4, { first: 0, count: 3 }, values);
    for (const [i, t] of [1, 3, 5].entries()) {
      expect([...values.subarray(8 * i, 8 * i + 8)]).toEqual([...Array(4).fill(30 + t), 0, 0, 0, 200]);
    }
    set.close();
  });

  test("what was done between two observations are all actions in between", async () => {
    const set = await opened(frames(), { clipLength: 3, frameStride: 2 });
    expect(set.actionDim).toBe(4);
    const actions = new Float32Array(2 * 4);
    set.readActions(4, actions); // episode 3 from step 1: actions of steps 1, 2 and 3, 4
    expect([...actions]).toEqual([302, 303, 304, 305, 306, 307, 308, 309]);
    set.close();
  });

  test("each channel has mean 0 and spread 1, and the first observation's factors are measured", async () => {
    const set = await opened(frames(), { clipLength: 2 });
    const values = new Float32Array(2 * 8);
    const all: number[][] = [[], []];
    for (let clip = 0; clip < set.numImages; clip++) {
      set.readObservations(clip, { first: clip % 2, count: 1 }, values);
      for (let i = 0; i < 8; i++) all[Math.floor(i / 4)]!.push(values[i]!);
    }
    for (const channel of all) {
      const mean = channel.reduce((a, b) => a + b) / channel.length;
      expect(mean).toBeCloseTo(0, 5);
      expect(channel.reduce((sum, x) => sum + (x - mean) ** 2, 0) / channel.length).toBeCloseTo(1, 5);
    }
    expect(set.measurements!.t![5]).toBe(set.starts[5]);
    expect(set.measurements!.episode![5]).toBe(set.episodeOf[5]);
    set.close();
  });

  test("episodes are set aside whole, and both sides are standardised by what is kept", async () => {
    const set = await opened(frames(), { clipLength: 3 });
    const { kept, heldOut } = splitClips(set, { heldOut: 0.34, seed: 1 });
    expect(new Set(heldOut.episodeOf).size).toBe(2);
    expect([...kept.episodeOf].filter((episode) => heldOut.episodeOf.includes(episode))).toEqual([]);
    expect(kept.numImages + heldOut.numImages).toBe(set.numImages);
    expect(heldOut.standardisation).toEqual(kept.standardisation);
    expect(kept.standardisation).not.toEqual(set.standardisation);
    expect(() => splitClips(set, { heldOut: 0.99, seed: 1 })).toThrow(/leaves both sides some of the 6 episodes/);
    set.close();
  });

  test("a selection shows the same clips under other numbers", async () => {
    const set = await opened(frames(), { clipLength: 2 });
    const some = selectClips(set, [7, 2]);
    expect(some.paths).toEqual([set.paths[7], set.paths[2]]);
    expect(selectClips(some, [1]).indices).toEqual(Uint32Array.of(2));
    expect(some.readRaw(1, { first: 1, count: 1 })).toEqual(set.readRaw(2, { first: 1, count: 1 }));
    expect(() => selectClips(set, [set.numImages])).toThrow(/"indices" must be whole numbers/);
    set.close();
  });

  test("clips longer than every episode, and pictures that never change, are refused", async () => {
    await writeEpisodes(frames(), folder);
    expect(() => openClips(folder, { clipLength: 10 })).toThrow(
      /"clipLength" must be at most the 9 observations of the longest episode, got 10/,
    );
    expect(isEpisodeFolder(folder)).toBe(true);
    expect(isEpisodeFolder(join(folder, ".."))).toBe(false);
    const still = { ...frames(1), observation: { kind: "frames", size: 2, channels: 2 } } as EpisodeSource;
    const elsewhere = join(folder, "..", "still");
    const { actions, factors } = await still.episodeAt(0);
    const observations = new Uint8Array(32).fill(7);
    await writeEpisodes({ ...still, episodeAt: () => ({ actions, factors, observations }) }, elsewhere);
    const set = openClips(elsewhere, { clipLength: 2 });
    expect(() => requireTrainableClips(set)).toThrow(/clips in which something changes, got "the same picture/);
    set.close();
  });
});

test("vectors are read as [C, 1], without actions where nobody acts", async () => {
  const set = clipsStandardisedBy(await opened(vectors, { clipLength: 3 }), asTheyAre);
  expect(set.shape).toEqual([2, 1]);
  expect([set.imageSize, set.channels, set.actionDim]).toEqual([1, 2, 0]);
  const values = new Float32Array(6);
  set.readObservations(4, { first: 0, count: 3 }, values); // episode 1 from step 1
  expect([...values]).toEqual([1, 1.5, 1, 2.5, 1, 3.5]);
  set.close();
});
