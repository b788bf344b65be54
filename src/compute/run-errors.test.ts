import { describe, expect, test } from "vitest";
import { chooseEngine } from "./engines.js";
import { DarkmatterError, ValueError } from "./errors.js";
import { float32 } from "./host-array.js";
import { explainRunError } from "./run-errors.js";
import { runOnce } from "./run-once.js";

describe("memory that ran out becomes words and a remedy:", () => {
  test.each([
    // ONNX Runtime 1.30 on Linux, 1.18 on Windows
    "Non-zero status code returned while running Add node. Name:'v3' Status Message: bfc_arena.cc:360 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 360000000000\n",
    "Non-zero status code returned while running FusedMatMul node. Name:'MatMul' Status Message: bad allocation",
    "Exception during initialization: std::bad_alloc",
    "WebAssembly.Memory.grow(): Unable to grow instance memory",
    "WebAssembly.Memory.grow(): Maximum memory size exceeded",
    "Allocation exceeds the 4 GiB memory32 limit",
    "Array buffer allocation failed",
    "WebAssembly.instantiate(): Out of memory: wasm memory",
    "vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY",
  ])("%s", (message) => {
    const cause = new Error(message);
    const explained = explainRunError(cause) as DarkmatterError;
    expect(explained).toBeInstanceOf(DarkmatterError);
    expect(explained.message).toMatch(/^run: out of memory\..*--chunk/);
    expect(explained.cause).toBe(cause);
    expect(explained.message.includes("One array alone needs 360.0 GB.")).toBe(message.includes("size 360000000000"));
  });
});

test.each([
  new Error(
    "Non-zero status code returned while running Gemm node. Name:'v3' Status Message: GEMM: Dimension mismatch",
  ),
  new TypeError("x is not a function"),
  new ValueError("run", "views", "out of memory", 1),
  "a text",
])("anything else stays what it is: %s", (error) => {
  expect(explainRunError(error)).toBe(error);
});

test("the words are those of the native engine here", async () => {
  // 400 TB: more than a process can address, so that it is refused before a byte is written, however the system is set
  const size = 10_000_000;
  const inputs = { x: float32(new Float32Array(size), [size, 1]) };
  const error = await runOnce(
    inputs,
    ({ x }) => ({ sum: x.add(x.transpose()).mul(2).exp().sum() }),
    await chooseEngine("native"),
  ).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DarkmatterError);
  expect((error as DarkmatterError).message).toMatch(/^run: out of memory/);
});
