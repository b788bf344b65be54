/** This machine's processor, and how many float32 operations it could do at best. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

export interface Processor {
  readonly model: string;
  /** Cores this process may use, without the second threads of a core. */
  readonly numCores: number;
  /** Clock under load, measured. */
  readonly gigahertz: number;
  readonly vectorUnits: VectorUnits;
}

/** What a core adds and multiplies at once. */
export interface VectorUnits {
  readonly name: string;
  /** float32 additions and multiplications in a cycle. */
  readonly operationsPerCycle: number;
}

export interface Peak {
  readonly gflopsPerCore: number;
  readonly gflops: number;
  /** In words: what the estimate multiplies. */
  readonly basis: string;
}

export function readProcessor(): Processor {
  const info = readCpuInfo();
  const threadsPerCore = Math.max(1, Math.round(Number(info.siblings ?? 1) / Number(info["cpu cores"] ?? 1)) || 1);
  return {
    model: cpus()[0]?.model.trim() || `${process.arch} processor`,
    numCores: Math.max(1, Math.round(availableParallelism() / threadsPerCore)),
    gigahertz: measureGigahertz(),
    vectorUnits: vectorUnitsOf(process.arch, process.platform, info),
  };
}

/** Cores x cycles x operations a cycle: what no program exceeds, if the vector units are told right. */
export function peakOf({ numCores, gigahertz, vectorUnits }: Processor): Peak {
  const gflopsPerCore = gigahertz * vectorUnits.operationsPerCycle;
  const factors = [
    `${numCores} ${numCores === 1 ? "core" : "cores"}`,
    `${gigahertz.toFixed(1)} GHz (measured)`,
    `${vectorUnits.operationsPerCycle} float32 operations a cycle (${vectorUnits.name})`,
  ];
  return { gflopsPerCore, gflops: gflopsPerCore * numCores, basis: factors.join(" x ") };
}

/**
 * Lanes x 2 (multiply and add) x units, from what the processor says of itself.
 * @param info fields of /proc/cpuinfo; empty where there is none
 */
export function vectorUnitsOf(arch: string, platform: string, info: Readonly<Record<string, string>>): VectorUnits {
  if (arch === "arm64") {
    return platform === "darwin"
      ? { name: "NEON, 4 units", operationsPerCycle: 32 }
      : { name: "NEON, 2 units assumed", operationsPerCycle: 16 };
  }
  const flags = new Set((info.flags ?? "").split(" "));
  if (flags.size === 1) return { name: "AVX2 with FMA assumed", operationsPerCycle: 32 };
  // AMD's Zen 4, family 25, runs 16 lanes as twice 8.
  if (flags.has("avx512f") && info["cpu family"] === "25")
    return { name: "AVX-512 at half rate", operationsPerCycle: 32 };
  if (flags.has("avx512f")) return { name: "AVX-512, 2 units assumed", operationsPerCycle: 64 };
  if (flags.has("avx2") && flags.has("fma")) return { name: "AVX2 with FMA, 2 units", operationsPerCycle: 32 };
  if (flags.has("avx")) return { name: "AVX", operationsPerCycle: 16 };
  return { name: "SSE", operationsPerCycle: 8 };
}

/** Of the first core, where the system is Linux. */
function readCpuInfo(): Record<string, string> {
  try {
    const [first = ""] = readFileSync("/proc/cpuinfo", "utf8").split("\n\n");
    const fields = first.split("\n").map((line) => line.split(/\s*:\s*/) as [string, string?]);
    return Object.fromEntries(fields.map(([name, value = ""]) => [name.trim(), value]));
  } catch {
    return {};
  }
}

const CYCLES_OF_A_MULTIPLICATION = 3; // of integers, one waiting for the other: Intel since 2006, AMD's Zen, Apple, ARM's Neoverse

/** The system tells a nominal clock; the real one follows from a chain of multiplications that wait for each other. */
function measureGigahertz(): number {
  const numRounds = 200_000;
  let best = 0;
  for (let attempt = 0; attempt < 12; attempt++) {
    const start = performance.now();
    chainOfMultiplications(numRounds, 1_664_525 + attempt);
    const seconds = (performance.now() - start) / 1000;
    best = Math.max(best, (numRounds * 8 * CYCLES_OF_A_MULTIPLICATION) / seconds / 1e9);
  }
  return best;
}

function chainOfMultiplications(numRounds: number, factor: number): number {
  let x = factor;
  for (let i = 0; i < numRounds; i++) {
    x = Math.imul(x, x);
    x = Math.imul(x, x);
    x = Math.imul(x, x);
    x = Math.imul(x, x);
    x = Math.imul(x, x);
    x = Math.imul(x, x);
    x = Math.imul(x, x);
    x = Math.imul(x, x);
  }
  return x;
}
