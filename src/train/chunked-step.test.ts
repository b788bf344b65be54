/** A batch in chunks: the gradient of the whole, in the memory of a chunk. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { flattenTree, type HostArray, isHostArray, type Tree } from "../compute/index.js";
import type { ChoiceOption } from "../compute/options.js";
import { encoders } from "../encoders/catalog.js";
import type { EncoderDefinition } from "../encoders/index.js";
import { tinyEncoder, tinyOptions } from "../encoders/testing/tiny.js";
import { objectives } from "../objectives/catalog.js";
import type { Objective } from "../objectives/index.js";
import { rowsOf } from "./batch-rows.js";
import { arraysOf, stateArraysOf, stepArraysOf } from "./state.js";
import { makeSteps, relativeDifference, type TinyStepOptions, tinyStep } from "./testing/tiny-step.js";
import type { StepInputs, TrainingStep } from "./training-step.js";

/** Rounding of sums in another order: relative to the largest number of each array. */
const TOLERANCE = 1e-4;

const coupled = Object.keys(encoders).filter((name) => tinyEncoder(name).couplesBatch);
/** Encoders that do not couple the images of a batch, by themselves or by choice. */
const independent = Object.values(encoders as Record<string, EncoderDefinition>).flatMap(({ name, options }) => {
  if (!tinyEncoder(name).couplesBatch) return [{ encoder: name, encoderOptions: { ...tinyOptions[name] } }];
  const norms = "normalization" in options ? (options.normalization as ChoiceOption).choices : [];
  const free = norms.filter((norm) => norm !== "batch");
  return free.map((normalization) => ({ encoder: name, encoderOptions: { ...tinyOptions[name], normalization } }));
});

const leaves = (tree: Tree<HostArray>) => flattenTree<HostArray>(tree, isHostArray);

async function using<T>(compiling: Promise<TrainingStep>, use: (step: TrainingStep) => T | Promise<T>): Promise<T> {
  const step = await compiling;
  try {
    return await use(step);
  } finally {
    await step.dispose();
  }
}

/** Gradients and losses of the first step: of the whole batch, and in chunks of these sizes. */
async function gradientsOf(options: TinyStepOptions, chunkSizes: readonly number[]) {
  const tiny = tinyStep(options);
  const inputs = { ...stepArraysOf(tiny.start), ...tiny.inputsAt(0) };
  const losses: number[] = [];
  const gradientAt = (chunkSize?: number) =>
    using(tiny.compile(chunkSize), async (step) => {
      losses.push((await step.run(inputs)).report.total.data[0]!);
      return leaves(await step.gradient(inputs));
    });
  const whole = await gradientAt();
  const chunked = [];
  for (const chunkSize of chunkSizes) chunked.push(await gradientAt(chunkSize));
  return { whole, chunked, losses };
}

/** Relative to the largest number of each array; what is all but zero in truth (a key's bias) is held to the others. */
function largestDifference(actual: ReadonlyMap<string, HostArray>, expected: ReadonlyMap<string, HostArray>) {
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  const floor = 0.01 * largestOf(expected);
  return Math.max(...[...expected].map(([path, array]) => relativeDifference(actual.get(path)!, array, floor)));
}

function largestOf(arrays: ReadonlyMap<string, HostArray>): number {
  // Not spread into one call: the head of a masked objective has more numbers than a call has room for.
  let largest = 0;
  for (const { data } of arrays.values()) for (const x of data) largest = Math.max(largest, Math.abs(x));
  return largest;
}

/** Fewest global views and, where the objective takes them, two smaller local ones. */
function viewSizesFor(name: string): number[] {
  const { needs } = objectives[name as keyof typeof objectives] as Objective;
  return [...Array<number>(needs.views).fill(8), ...(needs.localViews ? [4, 4] : [])];
}

/** Fine enough for masks: 4 places a side. */
const VIT = { encoder: "vit", encoderOptions: { ...tinyOptions.vit, patchSize: 2 } };

// Encoder and objective meet in the encodings alone: each encoder with one objective, and each objective with one encoder.
test.each(independent)("the gradient through $encoder in chunks is that of the whole batch", async (encoder) => {
  // 5 leaves a last chunk of one image, 2 divides the batch
  const { whole, chunked, losses } = await gradientsOf({ ...encoder, objective: "vicreg" }, [5, 2]);
  for (const loss of losses) expect(Math.abs(loss / losses[0]! - 1)).toBeLessThan(TOLERANCE);
  for (const gradient of chunked) expect(largestDifference(gradient, whole)).toBeLessThan(TOLERANCE);
  expect(largestOf(whole), "there is a gradient to compare").toBeGreaterThan(1e-3);
});

describe.each(Object.keys(objectives))("%s in chunks", (objective) => {
  const tiny = tinyStep({ ...VIT, objective, viewSizes: viewSizesFor(objective) });
  let [whole, chunked]: TrainingStep[] = [];
  beforeAll(async () => {
    [whole, chunked] = [await tiny.compile(), await tiny.compile(4)]; // chunks of 4 and 2
  }, 60_000);
  afterAll(async () => {
    await whole!.dispose();
    await chunked!.dispose();
  });

  test("has the gradient of the whole batch", async () => {
    const inputs = { ...stepArraysOf(tiny.start), ...tiny.inputsAt(0) };
    const [expected, actual] = [leaves(await whole!.gradient(inputs)), leaves(await chunked!.gradient(inputs))];
    expect(largestDifference(actual, expected)).toBeLessThan(TOLERANCE);
    expect(largestOf(expected), "there is a gradient to compare").toBeGreaterThan(1e-3);
  });

  test("ends where the whole one does, and at the same bits when it is done again", async () => {
    const [straight, inChunks] = [await makeSteps(tiny, whole!), await makeSteps(tiny, chunked!)];
    for (const [i, total] of straight.totals.entries()) {
      expect(Math.abs(inChunks.totals[i]! / total - 1), `loss of step ${i + 1}`).toBeLessThan(1e-3);
    }
    expect(largestDifference(arraysOf(inChunks.state), arraysOf(straight.state))).toBeLessThan(1e-3);
    expect(largestDifference(arraysOf(straight.state), arraysOf(tiny.start)), "it has moved").toBeGreaterThan(0.1);
    const again = await makeSteps(tiny, chunked!);
    expect(again.totals).toEqual(inChunks.totals);
    expect(arraysOf(again.state)).toEqual(arraysOf(inChunks.state));
  });
});

describe.each(coupled)("%s, which couples the images it sees together,", (encoder) => {
  test("gives the whole gradient in one chunk, and another one in two", async () => {
    const { whole, chunked } = await gradientsOf({ encoder, objective: "vicreg" }, [6, 3]);
    expect(largestDifference(chunked[0]!, whole)).toBeLessThan(TOLERANCE);
    expect(largestDifference(chunked[1]!, whole)).toBeGreaterThan(100 * TOLERANCE);
  });

  test("records its statistics once a chunk, in order", async () => {
    const options = { encoder, objective: "vicreg" };
    const tiny = tinyStep(options);
    const inputs = { ...stepArraysOf(tiny.start), ...tiny.inputsAt(0) };
    const buffersOf = (step: TrainingStep, changes: Partial<StepInputs>) =>
      step.run({ ...inputs, ...changes }).then(({ buffers }) => buffers as { encoder: Tree<HostArray> });
    const inChunks = await using(tiny.compile(3), (step) => buffersOf(step, {}));
    // The same by hand: a step on the first half, and one on the second that goes on from its statistics.
    const byHand = await using(tinyStep({ ...options, batchSize: 3 }).compile(), async (step) => {
      const buffers = await buffersOf(step, { views: rowsOf(inputs.views, 0, 3) });
      return buffersOf(step, { views: rowsOf(inputs.views, 3, 3), buffers });
    });
    expect(largestDifference(leaves(inChunks.encoder), leaves(byHand.encoder))).toBeLessThan(TOLERANCE);
    const { encoder: atStart } = tiny.start.buffers as { encoder: Tree<HostArray> };
    expect(largestDifference(leaves(inChunks.encoder), leaves(atStart))).toBeGreaterThan(0.1);
  });
});

test("the state of a step outlives the next one, and a step only reads what it is given", async () => {
  const tiny = tinyStep({ encoder: "convnet", objective: "simclr" });
  await using(tiny.compile(4), async (step) => {
    const first = await step.run({ ...stepArraysOf(tiny.start), ...tiny.inputsAt(0) });
    const state = structuredClone(stateArraysOf(first));
    await step.run({ ...stateArraysOf(first), ...tiny.inputsAt(1) });
    expect(stateArraysOf(first)).toEqual(state);
  });
});

test("without a hidden layer the projector has no buffers, and chunks are as exact", async () => {
  const projector = { hiddenDim: 1, numHiddenLayers: 0, outDim: 4 };
  const { whole, chunked } = await gradientsOf({ encoder: "vit", objective: "simclr", projector }, [4]);
  expect(largestDifference(chunked[0]!, whole)).toBeLessThan(TOLERANCE);
});

test.each([0, -1, 2.5])("a chunk of %s images is refused", async (chunkSize) => {
  const tiny = tinyStep({ encoder: "vit", objective: "simclr" });
  await expect(tiny.compile(chunkSize)).rejects.toThrow(/"chunkSize" must be a whole number, at least 1/);
});

describe("memory grows with the chunk, not with the batch", () => {
  const peakOf = (batchSize: number, chunkSize?: number) => {
    const encoderOptions = { patchSize: 4, width: 32, depth: 2, numHeads: 2 };
    const tiny = tinyStep({ encoder: "vit", encoderOptions, objective: "simclr", viewSizes: [16, 16], batchSize });
    return using(tiny.compile(chunkSize), ({ peakBytes }) => peakBytes!);
  };

  test("by what the compiler counts", async () => {
    const [alone, whole, chunked] = [await peakOf(32), await peakOf(256), await peakOf(256, 32)];
    const viewBytes = 2 * 256 * 3 * 16 * 16 * 4;
    expect(whole).toBeGreaterThan(6 * alone);
    expect(chunked - viewBytes).toBeLessThan(1.5 * alone);
  });
});
