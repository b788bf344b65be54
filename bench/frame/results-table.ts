/** Kept results as the tables of bench/README.md. */
import type { Row } from "./bench.js";
import type { KeptResult } from "./results.js";

const START = "<!-- results: written by `npm run bench -- table` -->";
const END = "<!-- end of results -->";

/** The page with its tables replaced. */
export function withTables(page: string, machines: readonly (readonly KeptResult[])[]): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`the page must have the lines ${START} and ${END}`);
  const tables = machines.flatMap((results) => machineSection(results)).join("\n\n");
  return `${page.slice(0, start + START.length)}\n\n${tables}\n\n${page.slice(end)}`;
}

function machineSection(results: readonly KeptResult[]): string[] {
  const first = results[0];
  return first === undefined ? [] : [`### ${first.machine}`, ...results.map(benchTable)];
}

/** One line a label, one column a kind of peer: "what the peer has (ratio)". */
export function benchTable({ name, date, rows = [] }: KeptResult): string {
  const columns = unique(rows.map(({ column }) => column)).filter((column) => peerNamesOf(rows, column).length > 0);
  const lines = unique(rows.map(({ label }) => label)).flatMap((label) => {
    const line = rows.filter((row) => row.label === label);
    const own = line.filter((row) => row.ours !== null).sort((a, b) => b.runs - a.runs)[0];
    const cells = columns.map((column) => cellOf(line.find((row) => row.column === column)));
    if (cells.every((cell) => cell === "")) return [];
    return [[label, own === undefined ? "" : `${figure(own.ours!)} ${own.unit}`, ...cells]];
  });
  const heads = columns.map((column) => peerNamesOf(rows, column).join("; "));
  const table = [["", "ours", ...heads], ["---", ...["ours", ...heads].map(() => "---:")], ...lines];
  return `**${name}**, ${date}\n\n${table.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}`;
}

function cellOf(row: Row | undefined): string {
  if (row === undefined) return "";
  if (row.peer === null) return row.note?.startsWith("not run") ? row.note : "";
  if (row.ratio === null) return figure(row.peer);
  return `${figure(row.peer)} (**${row.ratio.toFixed(2)}**)`;
}

/** Names with versions, without what a row adds in brackets; none where the peer was absent. */
function peerNamesOf(rows: readonly Row[], column: string): string[] {
  const present = rows.filter((row) => row.column === column && row.peer !== null);
  return unique(present.map(({ peerName }) => peerName.replace(/ \(.*\)$/, "")));
}

/** Three digits that count. */
function figure(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
