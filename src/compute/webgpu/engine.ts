/** The `webgpu` engine: jax-js compiles the program to WebGPU kernels, in browsers and in Node. */
import type { Adapter, Engine } from "../engine.js";
import { DarkmatterError } from "../errors.js";
import { jax, startJax } from "../jax.js";
import { compileOn } from "../jax-engine.js";
import { DeviceWatch, type GpuDevice } from "./device-watch.js";
import { describeAdapter, findAdapter, installGpu } from "./gpu.js";

export const webgpu: Engine = {
  name: "webgpu",
  summary: "jax-js on the GPU through WebGPU: in browsers, and in Node with the package webgpu",
  unavailable,
  adapter,
  async compile(program) {
    const watch = await startDevice();
    if (watch.lost !== undefined) throw watch.lost;
    const { run, dispose } = compileOn("webgpu", program);
    return { run: (inputs, into) => watch.guard(() => run(inputs, into)), dispose };
  },
};

let started: Promise<DeviceWatch> | undefined;

/** Open the device once; after a failure, such as a missing driver, the next call tries again. */
function startDevice(): Promise<DeviceWatch> {
  started ??= openDevice().catch((error: unknown) => {
    started = undefined;
    throw error;
  });
  return started;
}

async function openDevice(): Promise<DeviceWatch> {
  await startJax();
  await findAdapter(); // says what is missing, where jax-js only says that something is
  await installGpu();
  const devices = await jax.init("webgpu");
  if (!devices.includes("webgpu")) {
    throw new DarkmatterError(
      'webgpu engine: the GPU was found but could not be opened. Close other programs that use it, or use the engine "wasm".',
    );
  }
  return new DeviceWatch(jax.getWebGPUDevice() as unknown as GpuDevice);
}

async function unavailable(): Promise<DarkmatterError | undefined> {
  try {
    if (started !== undefined) return (await started).lost;
    await findAdapter();
    return undefined;
  } catch (error) {
    if (error instanceof DarkmatterError) return error;
    throw error;
  }
}

async function adapter(): Promise<Adapter> {
  return describeAdapter(await findAdapter());
}
