import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import type { MachineReport } from "../recipes/index.js";
import { renderMachine } from "./machine-text.js";
import { darkmatter } from "./testing/command-line.js";

const report: MachineReport = {
  processor: { model: "Abacus 2", numCores: 2, gigahertz: 2, vectorUnits: { name: "Beads", operationsPerCycle: 32 } },
  numThreads: 2,
  memoryBytes: 8e9,
  memoryBandwidth: 10,
  load: 0,
  peak: { gflopsPerCore: 64, gflops: 128, basis: "2 cores x 2.0 GHz x 32" },
  isPeakTooLow: false,
  engines: [
    {
      name: "native",
      summary: "",
      speeds: [
        { workload: "matmul", size: "1024 x 1024 x 1024", numThreads: 1, gflops: 32, shareOfPeak: 0.5 },
        { workload: "matmul", size: "1024 x 1024 x 1024", numThreads: 2, gflops: 57.6, shareOfPeak: 0.45 },
      ],
    },
    { name: "webgpu", summary: "", problem: "webgpu engine: no GPU.", speeds: [] },
    {
      name: "wasm",
      summary: "",
      speeds: [{ workload: "matmul", size: "256 x 256 x 256", gflops: 0.25, shareOfPeak: 0.0039 }],
    },
  ],
  hints: ["webgpu engine: no GPU."],
};

test("a table of engines, the sizes timed, and what to do", () => {
  expect(stripVTControlCharacters(renderMachine(report))).toBe(`\
processor   Abacus 2, 2 cores at 2.0 GHz
memory      8.0 GB; one core copies at 10 GB/s, read and written
peak        128 GFLOP/s, estimated from 2 cores x 2.0 GHz x 32

engine   threads   matmul
                   GFLOP/s, of peak
──────   ───────   ────────────────
native   1            32   50 %
         2            58   45 %
webgpu   does not run here, see the hints
wasm     –           0.3   <1 %

Timed: matmul 1024 x 1024 x 1024. Best of several runs, with the arrays' way in and out. A
convolution is counted as its definition has it.
wasm is slow and did matmul 256 x 256 x 256.

Hints
- webgpu engine: no GPU.`);
});

test("a peak that was exceeded is said to be wrong, and no shares are shown", () => {
  const text = renderMachine({ ...report, isPeakTooLow: true });
  expect(text).toContain("estimated from 2 cores x 2.0 GHz x 32: too low, more was measured");
  expect(text).not.toContain("of peak");
});

test("doctor --machine measures this machine; nothing is above its peak", async () => {
  const { code, stdout } = await darkmatter("doctor", "--machine", "--json");
  expect(code).toBe(0);
  const { engines, peak, hints } = JSON.parse(stdout) as MachineReport;
  expect(engines.map(({ name }) => name)).toEqual(["native", "webgpu", "wasm"]);
  const [native, webgpu] = engines as [MachineReport["engines"][number], MachineReport["engines"][number]];
  expect(native.problem).toBeUndefined();
  expect(new Set(native.speeds.map(({ workload }) => workload)).size).toBe(3);
  for (const { speeds } of engines) {
    for (const { gflops, shareOfPeak = 0 } of speeds) {
      expect(gflops).toBeGreaterThan(0);
      expect(shareOfPeak).toBeLessThanOrEqual(1);
    }
  }
  expect(peak.gflops).toBeGreaterThan(1);
  expect(webgpu.problem === undefined || hints.includes(webgpu.problem)).toBe(true);
});

test("doctor needs a run or --machine, not both", async () => {
  expect((await darkmatter("doctor")).stderr).toContain(
    "doctor: <run> is missing. Give the folder of a run, or --machine",
  );
  expect((await darkmatter("doctor", "runs/a", "--machine")).stderr).toContain(
    '"<run>" must be left out with --machine',
  );
});
