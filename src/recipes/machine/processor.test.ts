import { expect, test } from "vitest";
import { peakOf, readProcessor, vectorUnitsOf } from "./processor.js";

test("the peak is cores x cycles x operations a cycle", () => {
  const vectorUnits = { name: "AVX2 with FMA, 2 units", operationsPerCycle: 32 };
  expect(peakOf({ model: "", numCores: 4, gigahertz: 2.5, vectorUnits })).toEqual({
    gflopsPerCore: 80,
    gflops: 320,
    basis: "4 cores x 2.5 GHz (measured) x 32 float32 operations a cycle (AVX2 with FMA, 2 units)",
  });
});

test.each([
  ["x64", { flags: "sse sse2" }, 8], // 4 lanes, adding and multiplying in turns
  ["x64", { flags: "sse2 avx" }, 16],
  ["x64", { flags: "sse2 avx avx2 fma" }, 32],
  ["x64", { flags: "avx avx2 fma avx512f", "cpu family": "6" }, 64],
  ["x64", { flags: "avx avx2 fma avx512f", "cpu family": "25" }, 32], // Zen 4
  ["x64", {}, 32],
  ["arm64", { Features: "asimd" }, 16],
])("%s with %j does %i operations a cycle", (arch, info, expected) => {
  expect(vectorUnitsOf(arch, "linux", info as Record<string, string>).operationsPerCycle).toBe(expected);
});

test("Apple's cores have four units", () => {
  expect(vectorUnitsOf("arm64", "darwin", {}).operationsPerCycle).toBe(32);
});

test("the clock of this machine is that of a processor", () => {
  const { gigahertz, numCores, model } = readProcessor();
  expect(gigahertz).toBeGreaterThan(0.3); // a busy machine gives the chain a part of its time
  expect(gigahertz).toBeLessThan(7);
  expect(numCores).toBeGreaterThan(0);
  expect(model).not.toBe("");
});
