/**
 * WebAssembly memory only grows: what a step or a trace leaves behind adds up until a run dies. jax-js shows no count
 * of its arrays, so the size of its memory is watched instead, with arrays large enough to be seen in it.
 */
import { beforeAll, expect, test } from "vitest";

const NUM_ELEMENTS = 100_000;
/** Every WebAssembly memory made from here on is noted. (The types of Node leave WebAssembly to those of browsers.) */
interface Memory {
  readonly buffer: ArrayBufferLike;
}
type MemoryConstructor = new (descriptor: object) => Memory;
const { WebAssembly } = globalThis as unknown as { WebAssembly: { Memory: MemoryConstructor } };
const memories: Memory[] = [];
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor: object) {
    super(descriptor);
    memories.push(this);
  }
};
// Loaded after that, since jax-js makes its memory when it is loaded.
const { compile, engines, float32, float32Spec, Tensor, trace, valueAndGradient } = await import("../index.js");

const wave = float32(
  Float32Array.from({ length: NUM_ELEMENTS }, (_, i) => Math.sin(i)),
  [NUM_ELEMENTS],
);

/** Bytes by which memory grows over `count` calls, once a few calls have filled the lists of free blocks. */
async function growth(count: number, call: () => Promise<unknown>): Promise<number> {
  const bytes = () => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
  for (let i = 0; i < 3; i++) await call();
  const before = bytes();
  for (let i = 0; i < count; i++) await call();
  return bytes() - before;
}

/** A training step in small: a constant in the loss, one that nothing reads, gradients, an update. */
function traceStep() {
  return trace({ w: float32Spec([NUM_ELEMENTS]), x: float32Spec([NUM_ELEMENTS]) }, ({ w, x }) => {
    const { value, gradient, aux } = valueAndGradient({ w }, (p) => {
      const constant = Tensor.constant(wave);
      Tensor.constant(wave);
      return { value: p.w.mul(x).mul(constant).mul(p.w).sum(), aux: { features: p.w.mul(constant) } };
    });
    return { value, next: w.sub(gradient.w.mul(0.1)), features: aux.features, w };
  });
}

beforeAll(async () => {
  await traceStep();
  expect(memories.length, "the memory of jax-js must be among those watched").toBeGreaterThan(0);
});

test("the watch sees a leak: arrays that are kept make memory grow", async () => {
  const { jax } = await import("../jax.js");
  const kept: unknown[] = [];
  const grown = await growth(10, async () => kept.push(jax.numpy.array(wave.data)));
  expect(grown).toBeGreaterThan(5 * 4 * NUM_ELEMENTS);
});

test("many steps leave nothing behind", async () => {
  const executable = await compile(await traceStep(), engines.wasm);
  let w = wave;
  const grown = await growth(30, async () => {
    w = (await executable.run({ w, x: wave })).next;
  });
  expect(grown).toBe(0);
  const into = await executable.run({ w, x: wave });
  expect(await growth(10, () => executable.run({ w: wave, x: wave }, into))).toBe(0);
  await executable.dispose();
});

test("tracing again and again leaves nothing behind", async () => {
  expect(await growth(20, traceStep)).toBe(0);
});

test("a body that throws leaves nothing behind", async () => {
  const failing = () =>
    trace({ x: float32Spec([2]) }, ({ x }) => ({ y: x.add(Tensor.constant(wave)) })).catch(() => undefined);
  expect(await growth(20, failing)).toBe(0);
});

test("compiling, running and disposing again and again leaves nothing behind", async () => {
  const program = await traceStep();
  const once = async () => {
    const executable = await compile(program, engines.wasm);
    await executable.run({ w: wave, x: wave });
    await executable.dispose();
  };
  expect(await growth(20, once)).toBe(0);
});
