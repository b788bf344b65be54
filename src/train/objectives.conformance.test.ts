/** Every registered objective in a real step: its head, its masks, its target, and a state that survives a checkpoint. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { flattenTree, type HostArray, isHostArray, type Tree } from "../compute/index.js";
import { tinyOptions } from "../encoders/testing/tiny.js";
import { objectives } from "../objectives/catalog.js";
import type { Objective } from "../objectives/index.js";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.js";
import { arraysOf, stateArraysOf, stepArraysOf, type TrainState } from "./state.js";
import { relativeDifference, type TinyStep, tinyStep } from "./testing/tiny-step.js";
import type { StepOutputs, TrainingStep } from "./training-step.js";

const leaves = (tree: Tree<HostArray>) => flattenTree<HostArray>(tree, isHostArray);

/** A vision transformer with 4 places a side, so that there is something to hide, and a ConvNet with BatchNorm where that can. */
const cases = Object.values<Objective>(objectives).flatMap(({ name, needs }) => {
  const sizes = [...Array<number>(needs.views).fill(8), ...(needs.localViews ? [4] : [])];
  const vit = { name, needs, sizes, encoder: "vit", encoderOptions: { ...tinyOptions.vit, patchSize: 2 } };
  const hidesPlaces = needs.masking !== "none" && needs.masking !== "noise";
  return hidesPlaces ? [vit] : [vit, { ...vit, encoder: "convnet", encoderOptions: tinyOptions.convnet! }];
});

describe.each(cases)("$name on a $encoder", ({ name, needs, sizes, encoder, encoderOptions }) => {
  let tiny: TinyStep;
  let step: TrainingStep;
  beforeAll(async () => {
    tiny = tinyStep({ encoder, encoderOptions, objective: name, viewSizes: sizes });
    step = await tiny.compile();
  }, 60_000);
  afterAll(() => step.dispose());

  const advance = async (state: TrainState): Promise<StepOutputs> =>
    step.run({ ...stepArraysOf(state), ...tiny.inputsAt(state.step) });
  const stepsFrom = async (start: TrainState, count: number): Promise<TrainState> => {
    let state = start;
    for (let i = 0; i < count; i++) state = { step: state.step + 1, ...stateArraysOf(await advance(state)) };
    return state;
  };

  test("makes finite steps that move every module", async () => {
    const { report } = await advance(tiny.start);
    expect(Number.isFinite(report.total.data[0])).toBe(true);
    expect(report.projections.shape).toHaveLength(2);
    expect(report.features.shape[0]).toBe(report.projections.shape[0]);
    const modules = Object.keys(tiny.start.trainable);
    expect(Object.keys(report.gradientNorms)).toEqual(modules);
    const end = await stepsFrom(tiny.start, 3);
    for (const [path, array] of arraysOf(end)) expect(array.data.every(Number.isFinite), path).toBe(true);
    const moved = new Set<string>();
    for (const [path, array] of leaves(end.trainable)) {
      if (relativeDifference(array, leaves(tiny.start.trainable).get(path)!) > 0) moved.add(path.split("/")[0]!);
    }
    expect([...moved].sort()).toEqual([...modules].sort());
  });

  test("a state that went through a checkpoint goes on to the same bits", async () => {
    const unbroken = await stepsFrom(tiny.start, 4);
    const half = await stepsFrom(tiny.start, 2);
    const bytes = Buffer.concat([...encodeSafetensors({ tensors: arraysOf(half), metadata: {} })]);
    const { tensors } = decodeSafetensors(bytes, "checkpoint");
    const restored = structuredClone(tiny.start);
    for (const [path, array] of arraysOf(restored)) array.data.set(tensors.get(path)!.data);
    expect(arraysOf(await stepsFrom({ ...restored, step: 2 }, 2))).toEqual(arraysOf(unbroken));
  });

  if (needs.target !== "ema") return;
  test("the target follows by the average, with statistics of its own", async () => {
    const { emaDecay } = tiny.inputsAt(0).scheduled;
    const decay = emaDecay!.data[0]!;
    // Away from the encoder, so that following shows.
    const start = structuredClone(tiny.start);
    for (const { data } of leaves(start.target.trainable).values()) for (const i of data.keys()) data[i]! += 0.1;
    const next = stateArraysOf(await advance(start));
    const trained = leaves(next.trainable);
    for (const [path, array] of leaves(next.target.trainable)) {
      const [old, towards] = [leaves(start.target.trainable).get(path)!, trained.get(path)!];
      const expected = old.data.map((value, i) => decay * value + (1 - decay) * towards.data[i]!);
      const scale = Math.max(...Array.from(expected, Math.abs));
      for (const [i, value] of array.data.entries())
        expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-6 * scale + 1e-7);
    }
    const online = leaves(next.buffers);
    for (const [path, array] of leaves(next.target.buffers)) {
      expect([...array.data], `${path} is measured`).not.toEqual([...leaves(start.target.buffers).get(path)!.data]);
      expect([...array.data], `${path} is its own`).not.toEqual([...(online.get(path)?.data ?? [])]);
    }
  });
});

test("an objective that hides places names the encoders that can leave some out", () => {
  const masked = cases.find(({ needs }) => needs.masking === "random" || needs.masking === "block");
  const build = () => tinyStep({ encoder: "convnet", objective: masked!.name, viewSizes: [8] });
  expect(build).toThrow(/"encoder" must be one that encodes some places alone, got "convnet".*--encoder vit/);
});
