import { expect, test } from "vitest";
import { compile } from "./engine.js";
import { chooseEngine, engines } from "./engines.js";
import { UnknownNameError } from "./errors.js";
import { float32Spec, trace } from "./program.js";

test("the first of the list that runs here, or the one named", async () => {
  expect((await chooseEngine()).name).toBe("native");
  expect((await chooseEngine("wasm")).name).toBe("wasm");
  expect(Object.entries(engines).every(([key, { name }]) => key === name)).toBe(true);
});

test("an unknown name lists the engines", async () => {
  await expect(chooseEngine("nativ")).rejects.toThrow(UnknownNameError);
  await expect(chooseEngine("nativ")).rejects.toThrow(
    'chooseEngine: unknown engine "nativ". Did you mean "native"? Known: native, webgpu, wasm.',
  );
});

test("the native engine tells its peak memory, wasm cannot", async () => {
  const program = await trace({ x: float32Spec([100]) }, ({ x }) => ({ y: x.exp() }));
  const [fast, portable] = [await compile(program, engines.native), await compile(program, engines.wasm)];
  expect([fast.peakBytes, portable.peakBytes]).toEqual([800, undefined]);
  expect([fast.engine, portable.engine]).toEqual(["native", "wasm"]);
  await Promise.all([fast.dispose(), portable.dispose()]);
});
