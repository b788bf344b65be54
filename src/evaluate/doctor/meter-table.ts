/** The meters of a reading as tables for a terminal. */
import type { ProjectionTarget } from "../../objectives/index.js";
import type { Reading } from "./history.js";
import { brief, LAYER_COLUMNS, type LayerColumn, layerRows, meterRows } from "./meter-rows.js";

const MARK = "!";

/**
 * Meters beside what is healthy, then layers; a mark stands before what is outside.
 * @returns lines without the verdict
 */
export function renderMeters(reading: Reading, target: ProjectionTarget): string[] {
  const rows = meterRows(reading, target);
  const [partWidth, meterWidth] = [widest(rows.map(({ part }) => part)), widest(rows.map(({ meter }) => meter))];
  const values = rows.map(({ value }) => brief(value));
  const lines = rows.map(({ part, meter, healthy, isOutside }, i) => {
    const shownPart = part === rows[i - 1]?.part ? "" : part;
    const cells = [shownPart.padEnd(partWidth), meter.padEnd(meterWidth), values[i]!.padStart(widest(values))];
    return `${isOutside ? MARK : " "} ${cells.join("  ")}  ${healthy}`.trimEnd();
  });
  const head = `  ${"".padEnd(partWidth + meterWidth + 2)}  ${"now".padStart(widest(values))}  healthy`;
  return [head, ...lines, ...renderLayers(reading)];
}

function renderLayers(reading: Reading): string[] {
  const rows = layerRows(reading);
  const columns = LAYER_COLUMNS.filter((column) => rows.some(({ cells }) => cells[column] !== ""));
  if (columns.length === 0) return [];
  const width = widest(["layer", ...rows.map(({ layer }) => layer)]);
  const widthOf = (column: LayerColumn) => widest([column, ...rows.map(({ cells }) => cells[column])]);
  const line = (mark: string, layer: string, cellOf: (column: LayerColumn) => string) =>
    `${mark} ${layer.padEnd(width)}  ${columns.map((column) => cellOf(column).padStart(widthOf(column))).join("  ")}`.trimEnd();
  return [
    "",
    line(" ", "layer", (column) => column),
    ...rows.map(({ layer, cells, isOutside }) => line(isOutside ? MARK : " ", layer, (column) => cells[column])),
  ];
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}
