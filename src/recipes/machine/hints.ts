/** What the numbers of a machine suggest. */
import type { EngineReport, MachineReport } from "./machine-report.js";
import type { Speed } from "./measure.js";

type Facts = Omit<MachineReport, "hints">;

/** Sentences for the user, the most important first. */
export function hintsFor(facts: Facts): string[] {
  return [loadHint(facts), threadsHint(facts), gpuHint(facts), ...installHints(facts), peakHint(facts)].filter(
    (hint) => hint !== undefined,
  );
}

const isBusy = ({ load, processor }: Facts): boolean => load >= 0.5 * processor.numCores;

function loadHint(facts: Facts): string | undefined {
  const { load, processor } = facts;
  if (!isBusy(facts)) return undefined;
  return `Other programs wanted ${load.toFixed(1)} cores, and there are ${processor.numCores}: on an idle machine the numbers are higher.`;
}

function threadsHint(facts: Facts): string | undefined {
  const { engines, numThreads } = facts;
  if (numThreads === 1 || isBusy(facts)) return undefined;
  const speeds = engines.find(({ name }) => name === "native")?.speeds ?? [];
  const meanLog = (count: number): number => {
    const logs = speeds.filter((speed) => speed.numThreads === count).map(({ gflops }) => Math.log(gflops));
    return logs.reduce((sum, log) => sum + log, 0) / logs.length;
  };
  const gain = Math.exp(meanLog(numThreads) - meanLog(1));
  if (Number.isNaN(gain)) return undefined;
  const text = `${numThreads} threads make the native engine ${gain.toFixed(1)} times as fast as one`;
  return gain > 0.6 * numThreads
    ? `${text}.`
    : `${text}: the cores share their units, so little is lost with --threads 1.`;
}

function gpuHint({ engines }: Facts): string | undefined {
  const webgpu = engines.find(({ name }) => name === "webgpu");
  if (webgpu?.adapter === undefined) return undefined;
  if (webgpu.adapter.isSoftware) {
    return `The webgpu engine runs on an emulated GPU (${webgpu.adapter.name}): right numbers for tests, but slow, so it is only used with --engine webgpu.`;
  }
  const native = engines.find(({ name }) => name === "native");
  const gain = fastest(webgpu) / fastest(native);
  return gain > 1
    ? `The GPU's products are ${gain.toFixed(1)} times as fast as the native engine's: try --engine webgpu.`
    : undefined;
}

function fastest(engine: EngineReport | undefined): number {
  return Math.max(0, ...(engine?.speeds ?? []).map(({ gflops }: Speed) => gflops));
}

function installHints({ engines }: Facts): string[] {
  return engines.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
}

function peakHint({ isPeakTooLow, peak }: Facts): string | undefined {
  if (!isPeakTooLow) return undefined;
  return `The peak of ${peak.gflops.toFixed(0)} GFLOP/s is estimated too low for this processor, since more was measured: no shares are shown.`;
}
