import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { darkmatter } from "../../cli/testing/command-line.js";
import { useWorkplace } from "../../cli/testing/workplace.js";
import { keyFor, Random } from "../../compute/random.js";
import { openImages } from "../../data/index.js";
import { renderGlasses } from "./glasses-report.js";
import { openReordered } from "./reordered-set.js";
import { runGlasses } from "./run-glasses.js";

const { pictures } = useWorkplace();
const tiny = { data: "photos", size: 8, out: "runs/glasses", seed: 3 } as const;

beforeAll(() => pictures("photos", 104));

const SMALL = ["--encoder-set", "width=4", "--encoder-set", "stages=2"];

describe("a reordered set", () => {
  test("holds the same pixels in another order, and the labels; order and back again is the original", async () => {
    const set = await openImages("photos", { trainingSize: 4 });
    const order = new Random(keyFor(1)).permutation(64);
    const permuted = await openReordered(set, order, "photos permuted");
    const back = await openReordered(
      permuted,
      order.map((_, place) => order.indexOf(place)),
      "photos again",
    );
    expect(permuted.readPixels([5])).not.toEqual(set.readPixels([5]));
    expect([...permuted.readPixels([5])].slice(0, 3)).toEqual(
      [...set.readPixels([5])].slice(3 * order[0]!, 3 * order[0]! + 3),
    );
    expect(back.readPixels([0, 103])).toEqual(set.readPixels([0, 103]));
    expect(permuted.labels).toEqual(set.labels);
    for (const opened of [back, permuted, set]) opened.close();
  });
});

describe("glasses", () => {
  test("without training: codes pay for the permutation, order-free learners answer exactly alike", async () => {
    const { report, text, picture } = (await runGlasses({ ...tiny, minutes: 0 }))!;
    const { before, permuted, recovered } = report.states;
    expect(permuted.orderFree).toEqual(before.orderFree);
    expect(recovered.orderFree).toEqual(before.orderFree);
    expect([permuted.placeBits, recovered.placeBits]).toEqual([before.placeBits, before.placeBits]);
    expect(before.neighborsFound).toBe(1);
    expect(permuted.neighborsFound).toBeLessThan(0.2);
    expect(permuted.predictionExplained).toBeLessThan(before.predictionExplained);
    expect(text).not.toContain("self-supervised encoder");
    expect(readFileSync(picture).subarray(1, 4).toString()).toBe("PNG");
  }, 60_000);

  test("on the command line, with a little training: all three states, and again without training anew", async () => {
    const words = ["glasses", "photos", "--size", "8", "--minutes", "0.01", "--out", "runs/cli", "--json", ...SMALL];
    const { code, stdout, stderr } = await darkmatter(...words);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/self-supervised encoder, kNN +\d/);
    for (const state of ["before", "permuted", "recovered"])
      expect(existsSync(`runs/cli/${state}/config.json`)).toBe(true);
    const reportOf = (output: string) => JSON.parse(output.trim().split("\n").at(-1)!);
    const again = await darkmatter(...words);
    expect(reportOf(again.stdout)).toEqual(reportOf(stdout));
    expect(again.stdout).not.toContain("schedule ");
  }, 120_000);

  test("bad input is answered in words", async () => {
    await expect(runGlasses({ ...tiny, size: 64 })).rejects.toThrow(
      /"size" must be a whole number of pixels, 8 to 48, got 64/,
    );
    await expect(runGlasses({ ...tiny, numImages: 5 })).rejects.toThrow(
      /"images" must be a whole number, at least 100/,
    );
    await pictures("few", 12);
    await expect(runGlasses({ ...tiny, data: "few" })).rejects.toThrow(/at least 100 images, got 12/);
  });

  test("the table leaves out headings and rows that have nothing to say", () => {
    const state = {
      neighborBits: 1,
      predictionBits: 2,
      predictionExplained: 0.5,
      deflateBits: 3,
      placeBits: 4,
      neighborsFound: 1,
    };
    const text = renderGlasses({
      data: "toys",
      numImages: 1000,
      imageSize: 8,
      channels: 1,
      seed: 0,
      states: { before: state, permuted: { ...state, neighborsFound: 0.01 }, recovered: state },
    });
    expect(text).toContain(
      "1,000 images of toys, 8 px, gray; one permutation of all pixels, seed 0\nno encoder was trained",
    );
    expect(text).toMatch(/true neighbours side by side +100\.0 % +1\.0 % +100\.0 %/);
    expect(text).not.toMatch(/kNN|linear/);
  });
});
