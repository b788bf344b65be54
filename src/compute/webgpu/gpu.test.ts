import { afterEach, beforeEach, expect, test } from "vitest";
import { availableEngines, chooseEngine, engines } from "../engines.js";
import { describeAdapter, type GpuAdapterInfo, packageError } from "./gpu.js";

const info = { vendor: "", architecture: "", device: "", description: "" };
const kindOf = (change: Partial<GpuAdapterInfo>, isFallbackAdapter?: boolean) =>
  describeAdapter({ info: { ...info, ...change }, ...(isFallbackAdapter === undefined ? {} : { isFallbackAdapter }) });

test("an emulated GPU is known by its flag, old or new, or by its name", () => {
  expect(kindOf({ vendor: "nvidia", architecture: "hopper", description: "NVIDIA H100" })).toEqual({
    name: "nvidia hopper NVIDIA H100",
    isSoftware: false,
  });
  expect(kindOf({ vendor: "google", isFallbackAdapter: true }).isSoftware).toBe(true);
  expect(kindOf({ vendor: "google" }, true).isSoftware).toBe(true);
  expect(kindOf({ vendor: "mesa", description: "llvmpipe (LLVM 15)" }).isSoftware).toBe(true);
  expect(kindOf({ vendor: "google", architecture: "swiftshader" }, false).isSoftware).toBe(true);
});

test("a browser that hides its GPU's name still has one", () => {
  expect(kindOf({}).name).toBe("a GPU that does not tell its name");
  expect(kindOf({ vendor: "intel", device: "xe" }).name).toBe("intel xe");
});

test("a package that is missing, and one that is broken, are told apart", () => {
  expect(packageError(Object.assign(new Error("..."), { code: "ERR_MODULE_NOT_FOUND" })).message).toBe(
    "webgpu engine: the package webgpu is not installed. Install it with `npm install webgpu`, or use another engine.",
  );
  expect(packageError(new Error("libc is too old")).message).toMatch(
    /does not load here \(libc is too old\)\. Reinstall/,
  );
});

/** As on a machine without a driver: Vulkan looks for its drivers in a file that is not there. */
const DRIVERS = "VK_ICD_FILENAMES";
let saved: string | undefined;
beforeEach(() => {
  saved = process.env[DRIVERS];
  process.env[DRIVERS] = "/nowhere/driver.json";
});
afterEach(() => {
  if (saved === undefined) delete process.env[DRIVERS];
  else process.env[DRIVERS] = saved;
});

// macOS and Windows bring drivers of their own.
test.skipIf(process.platform !== "linux")(
  "without a GPU the engine says why, what to install, and which engines run here",
  async () => {
    const reason = await engines.webgpu.unavailable();
    expect(reason?.message).toMatch(/^webgpu engine: .*no GPU.*libvulkan1/);
    expect((await availableEngines()).map(({ name }) => name)).toEqual(["native", "wasm"]);
    await expect(chooseEngine("webgpu")).rejects.toThrow(/libvulkan1.* Engines that run here: native, wasm\.$/);
  },
);
