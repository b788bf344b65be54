/** Where WebGPU comes from: the browser, or in Node the optional package `webgpu`; and what it is. */
import type { Adapter } from "../engine.js";
import { DarkmatterError } from "../errors.js";

/** The part of a GPUAdapter that is read here. (The types of Node leave WebGPU to those of browsers.) */
export interface GpuAdapter {
  readonly info: GpuAdapterInfo;
  /** Where older browsers say what is in `info.isFallbackAdapter` now. */
  readonly isFallbackAdapter?: boolean;
}

export interface GpuAdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

interface Gpu {
  requestAdapter(options: { readonly powerPreference: "high-performance" }): Promise<GpuAdapter | null>;
}

/** @throws DarkmatterError that says what is missing and how to get it */
export async function findAdapter(): Promise<GpuAdapter> {
  const gpu = await findGpu();
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }); // as jax-js asks
  if (adapter !== null) return adapter;
  throw new DarkmatterError(
    `webgpu engine: WebGPU is here, but it finds no GPU. ${isNode() ? NODE_NEEDS_DRIVER : BROWSER_NEEDS_GPU}`,
  );
}

/** Name and kind of an adapter: browsers hide more or less of it. */
export function describeAdapter({ info, isFallbackAdapter }: GpuAdapter): Adapter {
  const parts = [info.vendor, info.architecture, info.description || info.device].filter((part) => part !== "");
  const name = parts.length === 0 ? "a GPU that does not tell its name" : parts.join(" ");
  const isFallback = info.isFallbackAdapter ?? isFallbackAdapter ?? false;
  return { name, isSoftware: isFallback || SOFTWARE_NAMES.test(name) };
}

/** Rasterizers that emulate a GPU on the CPU; not all of them say that they are a fallback. */
const SOFTWARE_NAMES = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

/** The browser's WebGPU, or the package's. */
async function findGpu(): Promise<Gpu> {
  const { gpu } = scope.navigator ?? {};
  if (gpu !== undefined) return gpu;
  if (!isNode()) throw new DarkmatterError(`webgpu engine: this page has no WebGPU. ${BROWSER_NEEDS_WEBGPU}`);
  nodeGpu ??= (await loadPackage()).create([]) as unknown as Gpu;
  return nodeGpu;
}

let nodeGpu: Gpu | undefined;

/** Put WebGPU where a browser has it, which is where jax-js looks; `navigator` must be there. */
export async function installGpu(): Promise<void> {
  const gpu = await findGpu();
  if (scope.navigator!.gpu !== undefined) return;
  Object.assign(globalThis, (await loadPackage()).globals);
  Object.defineProperty(scope.navigator, "gpu", { value: gpu, configurable: true, enumerable: true });
}

const scope = globalThis as unknown as { readonly navigator?: { readonly gpu?: Gpu } };

async function loadPackage() {
  try {
    return await import("webgpu");
  } catch (cause) {
    throw packageError(cause as Error);
  }
}

/** What to say when the package cannot be imported. */
export function packageError(cause: Error & { readonly code?: string }): DarkmatterError {
  const reason =
    cause.code === "ERR_MODULE_NOT_FOUND"
      ? "the package webgpu is not installed. Install it with `npm install webgpu`"
      : `the package webgpu does not load here (${cause.message}). Reinstall it with \`npm install webgpu\``;
  return new DarkmatterError(`webgpu engine: ${reason}, or use another engine.`, { cause });
}

function isNode(): boolean {
  const scope = globalThis as unknown as { process?: { versions?: { node?: string } } };
  return scope.process?.versions?.node !== undefined;
}

const NODE_NEEDS_DRIVER =
  "On Linux it needs a Vulkan driver for the GPU and the loader (`apt-get install libvulkan1 mesa-vulkan-drivers`, or " +
  "the driver of the GPU's vendor); macOS and Windows bring theirs. Without a GPU, SwiftShader emulates one, slowly: " +
  "`apt-get install libvulkan1 chromium` and VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json.";
const BROWSER_NEEDS_GPU =
  "Is hardware acceleration switched off, or this GPU blocked? The browser's page about its GPU says.";
const BROWSER_NEEDS_WEBGPU =
  "It needs a current Chrome, Edge, Safari or Firefox, and a page served from https or from localhost.";
