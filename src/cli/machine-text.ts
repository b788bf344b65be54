/** The report on a machine as text: a table of speeds, what they are measured by, and what to do. */
import type { EngineReport, MachineReport, Speed } from "../recipes/index.js";
import { colours } from "./colours.js";
import { formatBytes } from "./units.js";
import { wrapText } from "./wrap-text.js";

const GAP = "   ";

export function renderMachine(report: MachineReport): string {
  const { processor, memoryBytes, memoryBandwidth, peak, isPeakTooLow, hints } = report;
  const cores = `${processor.numCores} ${processor.numCores === 1 ? "core" : "cores"}`;
  const peakLine = `${peak.gflops.toFixed(0)} GFLOP/s, estimated from ${peak.basis}`;
  const facts = [
    ["processor", `${processor.model}, ${cores} at ${processor.gigahertz.toFixed(1)} GHz`],
    ["memory", `${formatBytes(memoryBytes)}; one core copies at ${memoryBandwidth.toFixed(0)} GB/s, read and written`],
    ["peak", isPeakTooLow ? `${peakLine}: too low, more was measured` : peakLine],
  ] as const;
  return [
    ...facts.map(([name, text]) => wrapText(`${name.padEnd(9)}${GAP}`, text)),
    "",
    ...renderTable(rowsOf(report)),
    "",
    ...sizesOf(report).map((line) => wrapText("", line)),
    ...(hints.length === 0 ? [] : ["", "Hints", ...hints.map((hint) => wrapText("- ", hint))]),
  ].join("\n");
}

/** First the header; an engine with several numbers of threads has a row for each. */
function rowsOf({ engines, isPeakTooLow }: MachineReport): string[][] {
  const names = workloadNames(engines);
  const header = ["engine", "threads", ...names];
  const rows = engines.flatMap((engine) => {
    if (engine.problem !== undefined) return [[engine.name, colours.dim("does not run here, see the hints")]];
    const counts = [...new Set(engine.speeds.map(({ numThreads }) => numThreads))];
    return counts.map((count, i) => {
      const cells = names.map((name) =>
        cellOf(engine.speeds.find((s) => s.workload === name && s.numThreads === count)),
      );
      return [i === 0 ? titleOf(engine) : "", count === undefined ? "–" : String(count), ...cells];
    });
  });
  const unit = isPeakTooLow ? "GFLOP/s" : "GFLOP/s, of peak";
  return [header, ["", "", ...names.map(() => unit)], ...rows];
}

function titleOf({ name, adapter }: EngineReport): string {
  if (adapter === undefined) return name;
  return adapter.isSoftware ? `${name}, emulated GPU` : `${name}, ${adapter.name}`;
}

function cellOf(speed: Speed | undefined): string {
  if (speed === undefined) return "";
  const digits = speed.gflops < 9.95 ? 1 : 0;
  const share = speed.shareOfPeak === undefined ? "" : percent(speed.shareOfPeak);
  return `${speed.gflops.toFixed(digits).padStart(5)}${share.padStart(7)}`.trimEnd();
}

function percent(share: number): string {
  return share < 0.005 ? "<1 %" : `${Math.round(100 * share)} %`;
}

function renderTable(rows: readonly (readonly string[])[]): string[] {
  const numColumns = rows[0]!.length;
  const full = rows.filter((row) => row.length === numColumns); // an engine that does not run says so across the columns
  const widths = Array.from({ length: numColumns }, (_, i) => Math.max(...full.map((row) => row[i]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join(GAP)
      .trimEnd(),
  );
  const rule = widths.map((width) => "─".repeat(width)).join(GAP);
  return [...lines.slice(0, 2), rule, ...lines.slice(2)];
}

/** What was timed; slow engines did less of it. */
function sizesOf({ engines }: MachineReport): string[] {
  const largest = new Map<string, string>();
  for (const { workload, size } of engines.flatMap(({ speeds }) => speeds)) {
    if (!largest.has(workload)) largest.set(workload, size);
  }
  const text = [...largest].map(([workload, size]) => `${workload} ${size}`).join("; ");
  const smaller = engines.flatMap(({ name, speeds }) => {
    const own = speeds.filter(({ workload, size }) => largest.get(workload) !== size);
    const sizes = own.map(({ workload, size }) => `${workload} ${size}`);
    return sizes.length === 0 ? [] : [`${name} is slow and did ${sizes.join("; ")}.`];
  });
  const how =
    "Best of several runs, with the arrays' way in and out. A convolution is counted as its definition has it.";
  return [`Timed: ${text}. ${how}`, ...smaller];
}

function workloadNames(engines: readonly EngineReport[]): string[] {
  return [...new Set(engines.flatMap(({ speeds }) => speeds.map(({ workload }) => workload)))];
}
