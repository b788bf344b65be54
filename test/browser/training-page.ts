/** What a page of the browser test runs: training steps of a tiny ViT on an engine, as the test beside it runs them in Node. */
import { type EngineName, engines } from "../../src/compute/index.js";
import { arraysOf } from "../../src/train/state.js";
import { makeSteps, tinyStep } from "../../src/train/testing/tiny-step.js";

/** ViT of width 16 and depth 2 on views of 8 x 8 pixels in patches of 4, SimCLR with batches of 8, AdamW. */
export async function trainTinyVit(engine: EngineName, numSteps: number) {
  const tiny = tinyStep({
    encoder: "vit",
    encoderOptions: { patchSize: 4, width: 16, depth: 2, numHeads: 2, mlpRatio: 2 },
    objective: "simclr",
    batchSize: 8,
    engine,
    numSteps,
  });
  const step = await tiny.compile();
  const { totals, state } = await makeSteps(tiny, step, numSteps);
  await step.dispose();
  // Plain arrays: what the page gives to the test passes through JSON.
  const parameters = [...arraysOf(state)].map(([name, { data }]) => [name, [...data]] as const);
  return { totals, parameters: Object.fromEntries(parameters) };
}

/** The GPU the page has, or why it has none. */
export async function describeGpu(): Promise<{ readonly name?: string; readonly problem?: string }> {
  const problem = await engines.webgpu.unavailable();
  return problem === undefined ? { name: (await engines.webgpu.adapter!()).name } : { problem: problem.message };
}

Object.assign(globalThis, { trainTinyVit, describeGpu });
