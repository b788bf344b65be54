/**
 * On an emulated GPU: how it fails, and that nothing stays behind. What it computes is held against the other engines
 * by the parity suite.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { compile } from "../engine.js";
import { chooseEngine, engines } from "../engines.js";
import { float32 } from "../host-array.js";
import { jax } from "../jax.js";
import { float32Spec, trace, valueAndGradient } from "../program.js";
import { hasWebgpu, whyNot } from "../testing/software-gpu.js";

const NUM_ELEMENTS = 1_000;
const wave = float32(
  Float32Array.from({ length: NUM_ELEMENTS }, (_, i) => Math.sin(i)),
  [NUM_ELEMENTS],
);

/** A training step in small: gradients and an update. */
function traceStep() {
  return trace({ w: float32Spec([NUM_ELEMENTS]), x: float32Spec([NUM_ELEMENTS]) }, ({ w, x }) => {
    const { value, gradient } = valueAndGradient({ w }, (p) => ({ value: p.w.mul(x).square().sum(), aux: {} }));
    return { value, next: w.sub(gradient.w.mul(0.1)), w };
  });
}

describe.skipIf(!hasWebgpu)(`the webgpu engine${whyNot}`, () => {
  /** GPU memory that was taken and not given back, in buffers. */
  let numBuffers = 0;
  beforeAll(async () => {
    await compile(await traceStep(), engines.webgpu); // opens the device
    const device = jax.getWebGPUDevice() as unknown as { createBuffer(descriptor: object): { destroy(): void } };
    const create = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      const buffer = create(descriptor);
      const destroy = buffer.destroy.bind(buffer);
      numBuffers++;
      buffer.destroy = () => {
        numBuffers--;
        destroy();
      };
      return buffer;
    };
  });

  test("an emulated GPU is named, and only used where it is asked for", async () => {
    const adapter = await engines.webgpu.adapter!();
    expect(adapter.isSoftware).toBe(true);
    expect(adapter.name).toMatch(/swiftshader/i);
    expect((await chooseEngine()).name).toBe("native");
    expect((await chooseEngine("webgpu")).name).toBe("webgpu");
  });

  test("the watch sees a leak: arrays that are kept take buffers", async () => {
    const kept = Array.from({ length: 5 }, () => jax.numpy.array(wave.data, { device: "webgpu" }));
    expect(numBuffers).toBe(5);
    for (const array of kept) array.dispose();
  });

  test("steps, and compiling again and again, take no more buffers", async () => {
    const program = await traceStep();
    const growth = async (call: () => Promise<unknown>) => {
      for (let i = 0; i < 2; i++) await call();
      const before = numBuffers;
      for (let i = 0; i < 10; i++) await call();
      return numBuffers - before;
    };
    const executable = await compile(program, engines.webgpu);
    let w = wave;
    const step = async () => {
      w = (await executable.run({ w, x: wave })).next;
    };
    expect(await growth(step)).toBe(0);
    const into = await executable.run({ w, x: wave });
    expect(await growth(() => executable.run({ w: wave, x: wave }, into))).toBe(0);
    await executable.dispose();
    const once = async () => {
      const another = await compile(program, engines.webgpu);
      await another.run({ w: wave, x: wave });
      await another.dispose();
    };
    expect(await growth(once)).toBe(0);
  });

  test("runs side by side do not mix, nor with those of the wasm engine", async () => {
    const program = await trace({ x: float32Spec([4]) }, ({ x }) => ({ y: x.mul(2).sum() }));
    const executables = await Promise.all([engines.webgpu, engines.wasm].map((engine) => compile(program, engine)));
    const inputs = [1, 2, 3].map((value) => ({ x: float32([value, value, value, value], [4]) }));
    const results = await Promise.all(executables.flatMap((executable) => inputs.map((x) => executable.run(x))));
    expect(results.map(({ y }) => y.data[0])).toEqual([8, 16, 24, 8, 16, 24]);
    await Promise.all(executables.map((executable) => executable.dispose()));
  });

  test("what does not fit is an error with the remedy, not zeros; the engine works on after it", async () => {
    const size = 20_000; // its square takes 1.6 GB, more than a buffer may
    const program = await trace({ x: float32Spec([size, 1]) }, ({ x }) => ({
      z: x.broadcastTo([size, size]).exp(),
    }));
    const executable = await compile(program, engines.webgpu);
    const x = float32(new Float32Array(size), [size, 1]);
    await expect(executable.run({ x })).rejects.toThrow(
      /^webgpu engine: the GPU refused a step \(Buffer size \(1600000000\) .*smaller batches or chunks/,
    );
    const small = await compile(await traceStep(), engines.webgpu);
    const { next } = await small.run({ w: wave, x: wave });
    expect(next.data[1]).toBeCloseTo(Math.sin(1) - 0.2 * Math.sin(1) ** 3, 5);
  });
});

describe.skipIf(!hasWebgpu)(`a lost device${whyNot}`, () => {
  test("fails every run from then on, and says so", async () => {
    const executable = await compile(await traceStep(), engines.webgpu);
    const device = jax.getWebGPUDevice() as unknown as { destroy(): void; lost: Promise<unknown> };
    device.destroy();
    await device.lost;
    await expect(executable.run({ w: wave, x: wave })).rejects.toThrow(/^webgpu engine: the GPU was lost \(destroyed/);
    expect((await engines.webgpu.unavailable())?.message).toMatch(/the GPU was lost/);
    await expect(compile(await traceStep(), engines.webgpu)).rejects.toThrow(/the GPU was lost/);
    expect((await chooseEngine()).name).toBe("native");
  });
});
