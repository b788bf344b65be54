/** What this machine can do: its engines, their speeds beside its peak, and what to install for more. */
import { availableParallelism, loadavg, totalmem } from "node:os";
import { type Adapter, type Engine, type EngineName, engines } from "../../compute/index.js";
import { hintsFor } from "./hints.js";
import { measureMemoryBandwidth, measureSpeed, type Speed } from "./measure.js";
import { type Peak, type Processor, peakOf, readProcessor } from "./processor.js";
import { workloads } from "./workloads.js";

export interface EngineReport {
  readonly name: EngineName;
  readonly summary: string;
  /** Why it does not run here and what to do about it; undefined if it runs. */
  readonly problem?: string;
  readonly adapter?: Adapter;
  /** Empty if it does not run here. */
  readonly speeds: readonly Speed[];
}

export interface MachineReport {
  readonly processor: Processor;
  /** Threads that run at once. */
  readonly numThreads: number;
  readonly memoryBytes: number;
  /** Read and written by one core that copies, in GB/s. */
  readonly memoryBandwidth: number;
  /** Processes that wanted a core during the last minute, before anything was measured; 0 where the system does not tell. */
  readonly load: number;
  readonly peak: Peak;
  /** Measured above the estimated peak: the estimate is wrong for this processor. */
  readonly isPeakTooLow: boolean;
  readonly engines: readonly EngineReport[];
  readonly hints: readonly string[];
}

export interface MachineObserver {
  /** "native: matmul, 2 threads". */
  readonly onStage?: (text: string) => void;
}

/** Look at every engine, and time what runs here. Takes some ten seconds. */
export async function inspectMachine({ onStage }: MachineObserver = {}): Promise<MachineReport> {
  const [load] = loadavg() as [number];
  onStage?.("processor and memory");
  const processor = readProcessor();
  const memoryBandwidth = await measureMemoryBandwidth();
  const numThreads = availableParallelism();
  const peak = peakOf(processor);
  const measured: EngineReport[] = [];
  for (const name of Object.keys(engines) as EngineName[])
    measured.push(await inspectEngine(name, numThreads, onStage));
  const bound = new Set(workloads.filter(({ isBoundByPeak }) => isBoundByPeak).map(({ name }) => name));
  const onCpu = measured.filter(({ adapter }) => adapter === undefined).flatMap(({ speeds }) => speeds);
  const isPeakTooLow = onCpu.some((speed) => bound.has(speed.workload) && shareOf(speed, peak) > 1);
  const facts = {
    processor,
    numThreads,
    memoryBytes: totalmem(),
    memoryBandwidth,
    load,
    peak,
    isPeakTooLow,
    engines: measured.map((engine) => (isPeakTooLow || engine.adapter ? engine : withShares(engine, peak))),
  };
  return { ...facts, hints: hintsFor(facts) };
}

async function inspectEngine(
  name: EngineName,
  numThreads: number,
  onStage: MachineObserver["onStage"],
): Promise<EngineReport> {
  const engine: Engine = engines[name];
  const { summary } = engine;
  const problem = await engine.unavailable();
  if (problem !== undefined) return { name, summary, problem: problem.message, speeds: [] };
  const adapter = await engine.adapter?.();
  const counts = engine === engines.native ? [...new Set([1, numThreads])] : [undefined];
  const speeds: Speed[] = [];
  for (const workload of workloads) {
    for (const count of counts) {
      onStage?.(
        `${name}: ${workload.name}${count === undefined ? "" : `, ${count} ${count === 1 ? "thread" : "threads"}`}`,
      );
      speeds.push(await measureSpeed(engine, workload, count));
    }
  }
  return { name, summary, ...(adapter === undefined ? {} : { adapter }), speeds };
}

function withShares(engine: EngineReport, peak: Peak): EngineReport {
  const speeds = engine.speeds.map((speed) => {
    const shareOfPeak = shareOf(speed, peak);
    return shareOfPeak > 1 ? speed : { ...speed, shareOfPeak };
  });
  return { ...engine, speeds };
}

/** Engines that choose their threads themselves run on one, in Node. */
function shareOf({ gflops, numThreads = 1 }: Speed, { gflopsPerCore, gflops: all }: Peak): number {
  return gflops / Math.min(all, gflopsPerCore * numThreads);
}
