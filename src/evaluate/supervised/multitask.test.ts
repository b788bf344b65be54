import { beforeAll, expect, test } from "vitest";
import { chooseEngine, type Engine, keyFor, Random } from "../../compute/index.js";
import type { HeadTask } from "./head-task.js";
import { type MultitaskTask, multitask, onFeatures } from "./multitask.js";

let engine: Engine;
beforeAll(async () => {
  engine = await chooseEngine();
});

const NUM_IMAGES = 300;
const DIM = 5;

function taskOf(changes: Partial<MultitaskTask> = {}): MultitaskTask {
  const random = new Random(keyFor(4, "multitask"));
  const values = Float32Array.from({ length: NUM_IMAGES * DIM }, () => random.normal());
  const images = Array.from({ length: NUM_IMAGES }, (_, i) => i);
  const feature = (image: number, d: number) => values[image * DIM + d]!;
  const tasks: HeadTask[] = [
    {
      name: "kind",
      kind: "class",
      width: 2,
      names: ["a", "b"],
      targets: Float64Array.from(images, (i) => (feature(i, 0) > 0.3 ? 1 : 0)),
    },
    {
      name: "age",
      kind: "number",
      width: 1,
      targets: Float64Array.from(images, (i) => (i % 4 === 0 ? Number.NaN : 1e3 * feature(i, 1))),
    },
    { name: "luck", kind: "number", width: 1, targets: Float64Array.from(images, () => random.normal()) },
    {
      name: "tags",
      kind: "tags",
      width: 1,
      names: ["red"],
      targets: Float64Array.from(images, (i) => (feature(i, 2) > 0 ? 1 : 0)),
    },
  ];
  const train = images.slice(0, 200);
  const ground = onFeatures({ numImages: NUM_IMAGES, dim: DIM, values }, train);
  return {
    tasks,
    ground,
    split: { train, test: images.slice(200) },
    numImages: NUM_IMAGES,
    seed: 0,
    engine,
    ...changes,
  };
}

test("heads of every kind learn together, each beside its twin and its floor", async () => {
  const seen: string[] = [];
  const noise = onFeatures({ numImages: NUM_IMAGES, dim: 1, values: new Float32Array(NUM_IMAGES) }, [0, 1]);
  const report = await multitask(taskOf({ onProgress: (what) => seen.push(what), floors: { nothing: noise } }));
  expect(Object.keys(report)).toEqual(["kind", "age", "luck", "tags"]);
  expect(report.kind).toMatchObject({ measure: "accuracy", names: ["a", "b"], numTrain: 200 });
  expect(report.kind!.joint.mean).toBeGreaterThan(report.kind!.trivial + 0.15);
  expect(report.age).toMatchObject({ measure: "R²", trivial: 0, numTrain: 150 });
  expect(report.age!.joint.mean).toBeGreaterThan(0.7);
  expect(report.age!.joint.n).toBe(75);
  expect(report.luck!.joint.mean).toBeLessThan(0.2);
  expect(report.tags!.joint.mean).toBeGreaterThan(0.9);
  expect(report.tags!.trivial).toBeCloseTo(0.5, 0);
  expect(report.age!.floors.nothing!.mean).toBeLessThan(0.05);
  expect(report.kind!.floors.nothing!.mean).toBeCloseTo(report.kind!.trivial, 10);
  for (const { joint, alone, difference } of Object.values(report)) {
    expect(difference.mean).toBeCloseTo(joint.mean - alone.mean, 10);
    expect(difference.low).toBeLessThanOrEqual(difference.mean);
    expect(difference.high).toBeGreaterThanOrEqual(difference.mean);
    expect(joint.low).toBeLessThan(joint.high);
  }
  expect(seen).toEqual([
    "4 tasks together",
    "4 tasks together on nothing",
    "kind alone",
    "age alone",
    "luck alone",
    "tags alone",
  ]);
});

test("one task is its own twin", async () => {
  const { tasks } = taskOf();
  const { age } = await multitask(taskOf({ tasks: [tasks[1]!] }));
  expect(age!.difference).toMatchObject({ mean: 0, low: 0, high: 0 });
  expect(age!.alone).toEqual(age!.joint);
});

test("a task without answers among test images, or of other images, is refused by name", async () => {
  const { tasks } = taskOf();
  const unknown = { ...tasks[1]!, targets: tasks[1]!.targets.map((y, i) => (i >= 200 ? Number.NaN : y)) };
  await expect(multitask(taskOf({ tasks: [unknown] }))).rejects.toThrow(/"age".*two test images, got 0/);
  await expect(multitask(taskOf({ numImages: 10 }))).rejects.toThrow(/"kind"/);
});
