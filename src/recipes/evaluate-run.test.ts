/** What is done with a run once it is trained: evaluation, embedding, a look at the views, the doctor. */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { TINY_SIZE, writePictures } from "../train/testing/tiny-run.js";
import { usePictures } from "../train/testing/use-pictures.js";
import { diagnoseRun, embedImages, evaluateRun, previewViews, trainImages } from "./index.js";

const pictures = usePictures(4);
const CLASSES = ["katze 🐈", "Hund mit Leerzeichen"];

let data: string;
let run: string;

beforeAll(async () => {
  data = pictures.path("nach Klassen");
  run = pictures.path("run");
  await writePictures(
    data,
    Array.from({ length: 24 }, (_, i) => `${CLASSES[i % 2]!}/${i}.png`),
  );
  await trainImages({
    data,
    out: run,
    encoderOptions: { width: 4, stages: 2 },
    projector: { hiddenDim: 8, numHiddenLayers: 1, outDim: 4 },
    size: TINY_SIZE,
    batch: 8,
    steps: 4,
    metersEvery: 2,
  });
});

const isPng = (path: string) => readFileSync(path).subarray(1, 4).toString() === "PNG";

describe("evaluateRun", () => {
  test("by the classes of folders: a report beside its floors, as a table, in a file, with pictures", async () => {
    const stages = new Set<string>();
    const { report, text, pictures: drawn } = await evaluateRun(run, {}, { onStage: (name) => stages.add(name) });
    expect(JSON.parse(readFileSync(join(run, "report.json"), "utf8"))).toEqual(JSON.parse(JSON.stringify(report)));
    expect(text).toMatch(/kNN/i);
    for (const floor of [/chance/, /pixels/, /random/]) expect(text).toMatch(floor);
    expect(drawn.map((path) => path.slice(run.length + 1)).sort()).toEqual([
      "curves.png",
      "map.png",
      "neighbors.png",
      "patches.png",
    ]);
    expect(drawn.every(isPng)).toBe(true);
    expect([...stages]).toContain("embedding: encoder");
    expect([...stages]).toContain("embedding: random init");
  });

  test("with few labels: the same, though without pictures only what is asked about is embedded", async () => {
    const { report: whole } = await evaluateRun(run, { numLabels: 6 });
    const { report: part } = await evaluateRun(run, { numLabels: 6, pictures: false });
    expect(part).toEqual(whole);
  });

  test("without the floors of pixels, which other runs on these images share", async () => {
    const { report } = await evaluateRun(run, { pictures: false, pixelFloors: false });
    expect(Object.keys(report.floors!)).not.toEqual(expect.arrayContaining(["rawPixels"]));
    expect(report.floors).toMatchObject({ chance: 0.5, randomInit: { knn: expect.any(Object) } });
  });

  test("without labels: what needs none, and pictures if they are wanted", async () => {
    const { report, pictures: drawn } = await evaluateRun(run, { data: pictures.folder, pictures: false });
    expect(drawn).toEqual([]);
    expect(JSON.stringify(report)).not.toMatch(/NaN/);
  });

  test("by a labels file", async () => {
    const labels = pictures.path("labels.csv");
    const rows = Array.from(
      { length: 24 },
      (_, i) => `"${CLASSES[i % 2]!}/${i}.png",${i % 3 === 0 ? "drei" : "andere"}`,
    );
    writeFileSync(labels, ["file,label", ...rows].join("\n"));
    const { text } = await evaluateRun(run, { labels, pictures: false });
    expect(text).toMatch(/kNN/i);
    writeFileSync(labels, 'file,label\n"gone.png",x\n');
    await expect(evaluateRun(run, { labels })).rejects.toThrow(/gone\.png/);
  });

  test("by a labels file of many columns: a head for each, what is left out is said", async () => {
    const labels = pictures.path("columns.csv");
    const rows = Array.from(
      { length: 24 },
      (_, i) => `"${CLASSES[i % 2]!}/${i}.png",${i % 2 ? "even" : "odd"},${i / 7},${i % 3 ? "a|b" : "b"},id${i}`,
    );
    writeFileSync(labels, ["file,parity,age,tags,id", ...rows, "gone.png,odd,1,a,id"].join("\n"));
    const { report, text } = await evaluateRun(run, { labels, pictures: false });
    expect(Object.keys(report.tasks!)).toEqual(["parity", "age", "tags"]);
    expect(report.tasks!.age).toMatchObject({ measure: "R²", trivial: 0 });
    expect(Object.keys(report.tasks!.age!.floors)).toEqual(["pixels", "random"]);
    expect(report.notes!.join()).toMatch(/gone\.png.*"id" is left out/);
    expect(text).toMatch(/^age +R² /m);
    const chosen = await evaluateRun(run, { labels, columns: { only: ["age"] }, pictures: false });
    expect(chosen.report.knn).toBeUndefined(); // numbers are no classes
    expect(Object.keys(chosen.report.tasks!)).toEqual(["age"]);
    const wrong = evaluateRun(run, { labels, columns: { only: ["agee"] }, pictures: false });
    await expect(wrong).rejects.toThrow(/unknown column "agee".*"age"/);
    await expect(evaluateRun(run, { columns: { only: ["age"] } })).rejects.toThrow(/--labels/);
  });

  test("says its protocol, its checkpoint, and that small images were enlarged", async () => {
    const small = pictures.path("small");
    await writePictures(small, ["a/0.png", "b/1.png", "a/2.png", "b/3.png"], 8);
    const { report, text } = await evaluateRun(run, { data: small, pictures: false });
    expect(report).toMatchObject({ protocol: 1, seed: 0, checkpoint: { kind: "last", step: 4, totalSteps: 4 } });
    expect(text).toMatch(/protocol 1 · last checkpoint, step 4 of 4 · seed 0/);
    expect(text).toMatch(/note: the images are 8 px a side, enlarged to the 16 px of training/);
  });

  test("thoroughly: what training with labels adds, or why a part cannot be", async () => {
    const { report, text } = await evaluateRun(run, {
      thorough: ["attentive", "finetune", "efficiency"],
      pictures: false,
    });
    const { attentive, finetune, efficiency, skipped } = report.thorough!;
    expect(skipped).toEqual({});
    for (const { mean, n } of [attentive!, finetune!]) {
      expect(mean).toBeGreaterThanOrEqual(0);
      expect(n).toBe(report.n);
    }
    expect(efficiency!.points.at(-1)!.numLabels).toBe(report.numTrain);
    expect(text).toMatch(/fine-tuned from the run/);
    await expect(evaluateRun(run, { thorough: ["atentive" as never] })).rejects.toThrow(/Did you mean "attentive"/);
  });

  test("of two images a class works; of fewer it is refused in words", async () => {
    const names = ["a/0.png", "b/1.png", "a/2.png", "b/3.png"];
    await writePictures(pictures.path("four"), names);
    for (const seed of [0, 1, 2]) {
      const { text } = await evaluateRun(run, { data: pictures.path("four"), seed, pictures: false });
      expect(text).toMatch(/kNN/i);
    }
    for (const count of [1, 2, 3]) {
      const few = pictures.path(`few-${count}`);
      await writePictures(few, names.slice(0, count));
      await expect(evaluateRun(run, { data: few })).rejects.toThrow(
        `eval: "data" must be at least 4 images, got ${count}.`,
      );
    }
  });

  test("of classes of one image, and of some classes that are larger", async () => {
    const singles = pictures.path("singles");
    await writePictures(
      singles,
      Array.from({ length: 8 }, (_, i) => (i < 6 ? `${i}/x.png` : `last/${i}.png`)),
    );
    const outcome = await evaluateRun(run, { data: singles, pictures: false }).catch((error: Error) => error.message);
    expect(typeof outcome === "string" ? outcome : outcome.text).toMatch(/kNN|class/i);
  });

  test("by a grouping that the images do not have is refused in words", async () => {
    await expect(evaluateRun(run, { grouping: "vendor" })).rejects.toThrow(/"grouping" must be one of labels/);
  });

  test("of a run whose images were moved says so, and takes their new place", async () => {
    const aside = pictures.path("aside");
    renameSync(data, aside);
    try {
      await expect(evaluateRun(run)).rejects.toThrow(
        /eval: the images of this run, ".*nach Klassen", are no longer there/,
      );
      await expect(evaluateRun(run, { data: aside, pictures: false })).resolves.toBeDefined();
    } finally {
      renameSync(aside, data);
    }
  });

  test("of what is no run, or has no checkpoint, is refused in words", async () => {
    await expect(evaluateRun(pictures.folder)).rejects.toThrow(/must be a run folder/);
    const begun = pictures.path("begun");
    mkdirSync(begun);
    cpSync(join(run, "config.json"), join(begun, "config.json"));
    await expect(evaluateRun(begun)).rejects.toThrow(/no checkpoint yet/);
    await expect(embedImages(begun, data)).rejects.toThrow(/no checkpoint yet/);
    await expect(diagnoseRun(begun)).rejects.toThrow(/no meter readings yet; the first comes after 2 steps/);
  });
});

test("images set aside are not trained on, and are the ones that are asked about, wherever they lie", async () => {
  const choices = {
    data,
    holdOut: 6,
    seed: 5,
    out: pictures.path("aside-run"),
    encoderOptions: { width: 4, stages: 2 },
    size: TINY_SIZE,
    batch: 8,
    steps: 2,
  };
  const { path } = await trainImages(choices, {
    onPlan: ({ numImages, config }) => expect([numImages, config.data.holdOut]).toEqual([18, 6]),
  });
  const numAsked = async (where?: string) => {
    const options = { pictures: false, ...(where !== undefined && { data: where }) };
    return (await evaluateRun(path, options)).report.n;
  };
  expect(await numAsked()).toBe(6);
  cpSync(data, pictures.path("elsewhere"), { recursive: true });
  expect(await numAsked(pictures.path("elsewhere"))).toBe(6);
  await expect(evaluateRun(path, { data: pictures.folder, pictures: false })).resolves.toBeDefined();
});

describe("embedImages", () => {
  test("gives one vector an image, with its path, the same every time", async () => {
    const progress: number[] = [];
    const { paths, numImages, dim, features } = await embedImages(run, data, {
      onProgress: (done, total) => progress.push(done / total),
    });
    expect([numImages, dim]).toEqual([24, 8]);
    expect(features).toHaveLength(24 * 8);
    expect(paths).toContain("katze 🐈/0.png");
    expect(new Set(paths).size).toBe(24);
    expect(progress.at(-1)).toBe(1);
    expect((await embedImages(run, data)).features).toEqual(features);
    // One picture alone has the vector it has among others.
    const alone = pictures.path("alone");
    mkdirSync(alone);
    cpSync(join(data, "katze 🐈", "0.png"), join(alone, "0.png"));
    const row = paths.indexOf("katze 🐈/0.png");
    expect((await embedImages(run, alone)).features).toEqual(features.slice(row * 8, (row + 1) * 8));
  });

  test("turns gray pictures into the channels the encoder takes", async () => {
    const sharp = (await import("sharp")).default;
    const gray = pictures.path("gray");
    mkdirSync(gray);
    for (const level of [50, 200]) {
      await sharp({ create: { width: 16, height: 16, channels: 3, background: { r: level, g: level, b: level } } })
        .grayscale()
        .png()
        .toFile(join(gray, `${level}.png`));
    }
    const { numImages, features } = await embedImages(run, gray);
    expect(numImages).toBe(2);
    expect(features.every(Number.isFinite)).toBe(true);
  });
});

describe("previewViews", () => {
  test("draws what a model would see, of one image too", async () => {
    const one = pictures.path("one");
    await writePictures(one, ["a b.png"]);
    for (const [name, source] of [
      ["all", data],
      ["one", one],
    ] as const) {
      const out = pictures.path("previews", `${name}.png`);
      expect(await previewViews({ data: source, objective: "vicreg", size: 24, seed: 3, out })).toBe(out);
      expect(isPng(out)).toBe(true);
    }
  });

  test("refuses what training would refuse", async () => {
    const out = pictures.path("never.png");
    await expect(previewViews({ data, objective: "vicrek", out })).rejects.toThrow(/Did you mean "vicreg"/);
    await expect(previewViews({ data, strength: -1, out })).rejects.toThrow(/strength/);
    expect(existsSync(out)).toBe(false);
  });
});

describe("diagnoseRun", () => {
  test("judges by the metrics in the folder", async () => {
    const { verdict, meters, text } = await diagnoseRun(run);
    expect(verdict).toMatchObject({ name: "healthy", isHealthy: true });
    expect(meters["projections/std"]).toBeGreaterThan(0);
    expect(text).toMatch(
      /^verdict: healthy\n[\s\S]*meters at step 4:\n +now +healthy\n +projections +standard deviation +\d/,
    );
  });

  test("of a folder without a run is refused in words", async () => {
    rmSync(pictures.path("nowhere"), { recursive: true, force: true });
    await expect(diagnoseRun(pictures.path("nowhere"))).rejects.toThrow(/must be a run folder/);
  });
});
