import { expect, test } from "vitest";
import { hintsFor } from "./hints.js";
import type { EngineReport, MachineReport } from "./machine-report.js";

const speed = (gflops: number, numThreads?: number) => ({
  workload: "matmul",
  size: "8 x 8 x 8",
  gflops,
  ...(numThreads === undefined ? {} : { numThreads }),
});
const engine = (name: EngineReport["name"], more: Partial<EngineReport> = {}): EngineReport => ({
  name,
  summary: "",
  speeds: [],
  ...more,
});
const facts = (more: Partial<MachineReport>): Omit<MachineReport, "hints"> => ({
  processor: { model: "", numCores: 4, gigahertz: 3, vectorUnits: { name: "", operationsPerCycle: 32 } },
  numThreads: 4,
  memoryBytes: 8e9,
  memoryBandwidth: 10,
  load: 0,
  peak: { gflopsPerCore: 96, gflops: 384, basis: "" },
  isPeakTooLow: false,
  engines: [engine("native", { speeds: [speed(50, 1), speed(150, 4)] })],
  ...more,
});

test("threads: how much they give, and that one is enough where they give little", () => {
  expect(hintsFor(facts({}))).toEqual(["4 threads make the native engine 3.0 times as fast as one."]);
  const [hint] = hintsFor(facts({ engines: [engine("native", { speeds: [speed(50, 1), speed(60, 4)] })] }));
  expect(hint).toMatch(/1\.2 times.*--threads 1\.$/);
});

test("a busy machine says nothing of threads", () => {
  expect(hintsFor(facts({ load: 3.5 }))).toEqual([
    "Other programs wanted 3.5 cores, and there are 4: on an idle machine the numbers are higher.",
  ]);
});

test("what is missing is said with its remedy, and a peak that cannot be is given up", () => {
  const problem = "webgpu engine: the package webgpu is not installed. Install it with `npm install webgpu`.";
  const hints = hintsFor(facts({ isPeakTooLow: true, engines: [engine("native"), engine("webgpu", { problem })] }));
  expect(hints).toEqual([problem, expect.stringMatching(/^The peak of 384 GFLOP\/s is estimated too low/)]);
});

test("a GPU is worth a try where it is faster; an emulated one never is", () => {
  const withGpu = (isSoftware: boolean, gflops: number) => {
    const gpu = engine("webgpu", { adapter: { name: "Quick", isSoftware }, speeds: [speed(gflops)] });
    return hintsFor(facts({ numThreads: 1, engines: [engine("native", { speeds: [speed(50, 1)] }), gpu] }));
  };
  expect(withGpu(false, 500)).toEqual([
    "The GPU's products are 10.0 times as fast as the native engine's: try --engine webgpu.",
  ]);
  expect(withGpu(false, 20)).toEqual([]);
  expect(withGpu(true, 500)).toEqual([expect.stringMatching(/^The webgpu engine runs on an emulated GPU \(Quick\)/)]);
});
