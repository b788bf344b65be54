/**
 * The same training everywhere: 20 steps of a tiny ViT on WebGPU and on WebAssembly, in Node and in a browser, end where
 * the native engine ends. Without a GPU: SwiftShader emulates one.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensure } from "../../scripts/ensure.mjs";
import type { EngineName } from "../../src/compute/index.js";
import { hasWebgpu, whyNot } from "../../src/compute/testing/software-gpu.js";
import { arraysOf } from "../../src/train/state.js";
import { makeSteps, relativeDifference, tinyStep } from "../../src/train/testing/tiny-step.js";
import { ROOT } from "../layering.js";
import { type Bundle, bundlePage } from "./bundle.js";
import { browserProblem, type OpenPage, openPage } from "./chromium.js";
import { trainTinyVit } from "./training-page.js";

type Training = Awaited<ReturnType<typeof trainTinyVit>>;

const NUM_STEPS = 20;
/** Of each loss, relative to the native engine's. Seen: 1.5e-6. */
const LOSS_TOLERANCE = 1e-5;
/** Of each parameter and of AdamW's memory at the end, relative to the largest number of its array. Seen: 2.3e-4. */
const STATE_TOLERANCE = 2e-3;
/** Shaders are compiled, and a busy machine takes its time. */
const SLOW = 180_000;

const problem = browserProblem();
if (problem !== undefined && process.env.CI) throw new Error(`CI must test in a browser, but ${problem}.`);
const skipped = problem === undefined ? "" : ` (SKIPPED: ${problem})`;
// Titles of skipped tests are not shown, and what is not tested should be known.
for (const reason of [whyNot && `webgpu in Node${whyNot}`, skipped && `browsers${skipped}`])
  if (reason) console.warn(reason);

let native: Training;
beforeAll(async () => {
  native = await trainTinyVit("native", NUM_STEPS);
}, SLOW);

function expectAlike(training: Training): void {
  expect(training.totals).toHaveLength(NUM_STEPS);
  for (const [step, loss] of training.totals.entries()) {
    expect(Math.abs(loss / native.totals[step]! - 1), `loss of step ${step}`).toBeLessThan(LOSS_TOLERANCE);
  }
  expect(Object.keys(training.parameters)).toEqual(Object.keys(native.parameters));
  for (const [name, values] of Object.entries(native.parameters)) {
    const scale = Math.max(1e-3, ...values.map(Math.abs));
    const difference = Math.max(...values.map((value, i) => Math.abs(value - training.parameters[name]![i]!)));
    expect(difference / scale, name).toBeLessThan(STATE_TOLERANCE);
  }
}

test("the native engine learns something in these steps", () => {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(mean(native.totals.slice(-5))).toBeLessThan(mean(native.totals.slice(0, 5)) - 0.1);
});

describe("in Node", () => {
  test("wasm", { timeout: SLOW }, async () => expectAlike(await trainTinyVit("wasm", NUM_STEPS)));
  test.skipIf(!hasWebgpu)(`webgpu${whyNot}`, { timeout: SLOW }, async () =>
    expectAlike(await trainTinyVit("webgpu", NUM_STEPS)),
  );
});

// Strided and padded convolutions, their gradients and BatchNorm: what a ViT has not.
test.skipIf(!hasWebgpu)(`a ResNet takes the same steps on webgpu${whyNot}`, { timeout: SLOW }, async () => {
  const trainOn = async (engine: EngineName) => {
    const tiny = tinyStep({ encoder: "resnet", objective: "simclr", batchSize: 4, engine });
    const step = await tiny.compile();
    const { totals, state } = await makeSteps(tiny, step, 3);
    await step.dispose();
    return { totals, arrays: arraysOf(state) };
  };
  const [expected, got] = [await trainOn("native"), await trainOn("webgpu")];
  for (const [step, loss] of expected.totals.entries()) {
    expect(Math.abs(got.totals[step]! / loss - 1), `loss of step ${step}`).toBeLessThan(LOSS_TOLERANCE);
  }
  for (const [name, array] of expected.arrays) {
    expect(relativeDifference(got.arrays.get(name)!, array), name).toBeLessThan(STATE_TOLERANCE);
  }
});

describe.skipIf(problem !== undefined)(`in Chromium${skipped}`, () => {
  let bundle: Bundle;
  let open: OpenPage;
  beforeAll(async () => {
    bundle = await bundlePage("test/browser/training-page.ts");
    open = await openPage(bundle, '<!doctype html><script type="module" src="training-page.js"></script>');
  }, SLOW);
  afterAll(() => open?.close());

  test("nothing that needs Node is in the page", () => {
    const own = bundle.inputs.filter((path) => !path.includes("node_modules"));
    expect(own).toContain("src/compute/webgpu/engine.ts");
    expect(own.filter((path) => /\/native\/(?!engine|describe)/.test(path))).toEqual([]);
    expect(bundle.inputs.filter((path) => /onnxruntime|node:|sharp|napi/.test(path))).toEqual([]);
    const texts = [...bundle.files.values()].join("\n");
    expect(texts).not.toMatch(/onnxruntime-node|from "node:|import\("node:|require\("/);
  });

  test("webgpu", { timeout: SLOW }, async () => {
    expect(await open.page.evaluate("describeGpu()")).toEqual({ name: expect.stringMatching(/swiftshader/i) });
    expectAlike(await open.page.evaluate<Training>(`trainTinyVit("webgpu", ${NUM_STEPS})`));
    expect(open.messages).toEqual([]);
  });

  test("wasm", { timeout: SLOW }, async () => {
    expectAlike(await open.page.evaluate<Training>(`trainTinyVit("wasm", ${NUM_STEPS})`));
  });

  test("native says that it needs Node, and which engines there are", async () => {
    const training = open.page.evaluate(`trainTinyVit("native", ${NUM_STEPS})`);
    await expect(training).rejects.toThrow("native engine: it needs Node. Engines that run here: webgpu, wasm.");
  });
});

describe.skipIf(problem !== undefined)(`the example of a page${skipped}`, () => {
  test("bundles from the package as its users have it, and learns", { timeout: SLOW }, async () => {
    ensure(ROOT, { build: true, say: () => {} });
    const bundle = await bundlePage("examples/browser/train.ts");
    expect(bundle.inputs).toContain("dist/compute/native/in-browser.js");
    const html = readFileSync(join(ROOT, "examples/browser/index.html"), "utf8");
    const { page, messages, close } = await openPage(bundle, html, "?steps=30");
    try {
      await page.click("#invent");
      await page.waitForFunction("globalThis.learnt", undefined, { timeout: SLOW });
      const learnt = await page.evaluate<{ engine: string; losses: number[]; neighbors: number[] }>(
        "globalThis.learnt",
      );
      expect(learnt.engine).toBe("wasm"); // the GPU is emulated: never chosen unless named
      expect(learnt.losses).toHaveLength(30);
      // Who cannot tell the 32 crops of a batch apart finds the right one among 31 by chance.
      expect(learnt.losses.at(-1)).toBeLessThan(0.8 * Math.log(31));
      expect(learnt.neighbors.filter((neighbor, i) => neighbor !== i)).toHaveLength(48);
      expect(await page.locator("#pairs figure").count()).toBe(48);
      expect(await page.textContent("#status")).toMatch(/^Learnt from 48 pictures in .* on wasm\./);
      expect(messages).toEqual([]);
    } finally {
      await close();
    }
  });
});
