/** Tables of what was trained with labels: attentive probe, fine-tuning, label efficiency, many tasks. */
import type { Estimate } from "./intervals.js";
import type { EfficiencyPoint, HeadReport, LabelEfficiency, ThoroughReport } from "./supervised/index.js";

/** Aligned columns, the first to the left; a rule under the headers. */
export function alignedTable(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headers.map((header, column) => Math.max(header.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd();
  return [line(headers), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

export function renderThorough({ attentive, finetune, efficiency, skipped }: ThoroughReport): string {
  const rows = [
    ...(attentive ? [["attention over frozen places", ...cellsOf(attentive)]] : []),
    ...(finetune ? [["fine-tuned from the run", ...cellsOf(finetune)]] : []),
  ];
  return [
    ...(rows.length > 0 ? [alignedTable(["trained with labels, %", "accuracy", "95 % interval"], rows)] : []),
    ...Object.entries(skipped).map(([part, reason]) => `${part}: left out, ${reason}`),
    ...(efficiency ? [renderEfficiency(efficiency)] : []),
  ].join("\n\n");
}

function renderEfficiency({ points, n }: LabelEfficiency): string {
  const rows = points.map((point) => [
    point.perClass === undefined ? "all" : String(point.perClass),
    point.numLabels.toLocaleString("en-US"),
    ...cellsOf(point.frozen),
    ...cellsOf(point.twin),
    neededLabels(point, points),
  ]);
  const headers = ["labels a class", "labels", "frozen, %", "95 %", "twin, %", "95 %", "twin needs"];
  const intervals = `Intervals: ${points[0]!.frozen.n} draws of the labels each; with all labels, ${n.toLocaleString("en-US")} test images.`;
  return [alignedTable(headers, rows), ...savings(points), intervals].join("\n");
}

function neededLabels({ twinNeeds }: EfficiencyPoint, points: readonly EfficiencyPoint[]): string {
  const most = points.at(-1)!.numLabels.toLocaleString("en-US");
  return twinNeeds === undefined ? `more than ${most}` : Math.round(twinNeeds).toLocaleString("en-US");
}

/** One sentence: what background knowledge saves at the smallest number of labels where it can be told. */
function savings(points: readonly EfficiencyPoint[]): string[] {
  const few = points.filter(({ perClass }) => perClass !== undefined);
  const point = few.find(({ perClass }) => perClass === 10) ?? few.at(-1);
  if (point === undefined) return [];
  const { numLabels, twinNeeds, frozen } = point;
  const reached = `${percent(frozen.mean)} % with ${numLabels} labels`;
  if (twinNeeds === undefined) {
    const most = points.at(-1)!.numLabels.toLocaleString("en-US");
    return [`Background knowledge: ${reached}; the twin from scratch does not get there with all ${most}.`];
  }
  const saved = Math.round(twinNeeds) - numLabels;
  return saved > 0
    ? [
        `Background knowledge: ${reached}; the twin needs about ${Math.round(twinNeeds).toLocaleString("en-US")}, so ${saved.toLocaleString("en-US")} are saved.`,
      ]
    : [`Background knowledge saves no labels here: ${reached}; the twin from scratch is as good with as many.`];
}

/** Heads of many tasks, each beside its floors and its single-task twin. */
export function renderTasks(tasks: Readonly<Record<string, HeadReport>>): string {
  const reports = Object.entries(tasks);
  const floors = Object.keys(reports[0]?.[1].floors ?? {});
  const rows = reports.map(([name, report]) => [
    name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 1)}…` : name,
    report.measure,
    report.joint.n.toLocaleString("en-US"),
    percent(report.trivial),
    ...floors.map((floor) => percent(report.floors[floor]!.mean)),
    percent(report.alone.mean),
    ...cellsOf(report.joint),
    `${signed(report.difference.mean)} (${signed(report.difference.low)}…${signed(report.difference.high)})`,
  ]);
  const headers = ["task, × 100", "measure", "n", "trivial", ...floors, "alone", "joint", "95 %", "gain"];
  return alignedTable(headers, rows);
}

const MAX_NAME = 12;

function cellsOf({ mean, low, high }: Estimate): [string, string] {
  return [percent(mean), `${percent(low)}–${percent(high)}`];
}

function percent(share: number): string {
  return Number.isNaN(share) ? "–" : (100 * share).toFixed(1).replace("-", "−");
}

function signed(share: number): string {
  const text = percent(share);
  return share > 0 ? `+${text}` : text;
}
