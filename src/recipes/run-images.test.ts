import { describe, expect, test } from "vitest";
import { tinyConfig } from "../train/testing/tiny-run.js";
import { usePictures } from "../train/testing/use-pictures.js";
import { holdOutOf, splitForTraining, trainedPart } from "./run-images.js";

const pictures = usePictures(20);

const heldOutBy = (choices: Parameters<typeof splitForTraining>[1]) =>
  splitForTraining(pictures.set, choices)!.heldOut.paths;

describe("images set aside", () => {
  test("follow the seed of the run, unless they have one of their own", () => {
    expect(heldOutBy({ holdOut: 6, seed: 1 })).not.toEqual(heldOutBy({ holdOut: 6, seed: 2 }));
    expect(heldOutBy({ holdOut: 6, seed: 1, holdOutSeed: 7 })).toEqual(
      heldOutBy({ holdOut: 6, seed: 2, holdOutSeed: 7 }),
    );
    expect(heldOutBy({ holdOut: 6, seed: 1, holdOutSeed: 2 })).toEqual(heldOutBy({ holdOut: 6, seed: 2 }));
  });

  test("are none where none are asked for", () => {
    expect(splitForTraining(pictures.set, { seed: 1 })).toBeUndefined();
    expect(trainedPart(pictures.set, { seed: 1 })).toBe(pictures.set);
    expect(trainedPart(pictures.set, { holdOut: 6 }).numImages).toBe(14);
  });

  test("are found again from the config of a run, an older one's too", () => {
    const config = tinyConfig(pictures.set);
    const withOwn = { ...config, data: { ...config.data, holdOut: 6, holdOutSeed: 3 } };
    expect(holdOutOf(withOwn)).toEqual({ holdOut: 6, holdOutSeed: 3, seed: config.seed });
    expect(holdOutOf({ ...config, data: { ...config.data, holdOut: 6 } })).toEqual({ holdOut: 6, seed: config.seed });
  });
});
