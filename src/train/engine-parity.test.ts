/** Whole training steps, encoder to update: every engine takes the same steps, and the native one to the bit. */
import { describe, expect, test } from "vitest";
import type { EngineName, HostArray } from "../compute/index.js";
import { arraysOf } from "./state.js";
import { makeSteps, relativeDifference, tinyStep } from "./testing/tiny-step.js";

/** Largest difference allowed between engines after all steps, relative to the largest number of each array. */
const TOLERANCE = 1e-3;

interface Case {
  readonly encoder: string;
  readonly objective: string;
  /** The whole batch at once if absent. */
  readonly chunkSize?: number;
}

async function trainOn(engine: EngineName, { chunkSize, ...model }: Case) {
  const tiny = tinyStep({ ...model, engine });
  const step = await tiny.compile(chunkSize);
  const { totals, state } = await makeSteps(tiny, step);
  await step.dispose();
  return { losses: totals, start: arraysOf(tiny.start), arrays: arraysOf(state) };
}

function bytesOf({ data }: HostArray): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

describe.each<Case>([
  { encoder: "vit", objective: "simclr" },
  { encoder: "vit", objective: "lejepa" },
  { encoder: "vit", objective: "lejepa", chunkSize: 4 },
  { encoder: "convnet", objective: "vicreg" },
])("$encoder with $objective, chunk $chunkSize", (it) => {
  test("some steps end alike on every engine", async () => {
    const native = await trainOn("native", it);
    const wasm = await trainOn("wasm", it);
    expect([...native.arrays.keys()]).toEqual([...wasm.arrays.keys()]);
    for (const [step, loss] of native.losses.entries()) {
      expect(Math.abs(loss / wasm.losses[step]! - 1), `loss of step ${step}`).toBeLessThan(TOLERANCE);
    }
    for (const [name, array] of native.arrays) {
      expect(relativeDifference(array, wasm.arrays.get(name)!), name).toBeLessThan(TOLERANCE);
    }
    const weights = [...native.arrays].filter(([name]) => name.startsWith("trainable/") && name.endsWith("/weight"));
    expect(weights.length).toBeGreaterThan(0);
    for (const [name, array] of weights) {
      expect(relativeDifference(array, native.start.get(name)!), `${name} has moved`).toBeGreaterThan(TOLERANCE);
    }
  });

  test("the native step is the same to the bit when it is compiled again", async () => {
    const [first, second] = [await trainOn("native", it), await trainOn("native", it)];
    expect(second.losses).toEqual(first.losses);
    for (const [name, array] of first.arrays) {
      expect(bytesOf(array).equals(bytesOf(second.arrays.get(name)!)), name).toBe(true);
    }
  });
});
