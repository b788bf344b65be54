/** Results that are kept: one file a machine in bench/results/, one JSON line a bench. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchResult } from "./bench.js";

export const RESULTS_FOLDER = fileURLToPath(new URL("../results", import.meta.url));

/** What the last line of `npm run bench -- <name> --json` holds, and when it was written. */
export interface KeptResult extends BenchResult {
  readonly name: string;
  readonly machine: string;
  /** Day, as 2026-01-31. */
  readonly date: string;
}

/** "AMD EPYC, 2 cores, 24 GiB, ..." is kept as amd-epyc-2-cores-24-gib.jsonl. */
export function resultsFile(machine: string, folder = RESULTS_FOLDER): string {
  const [model, cores, memory] = machine.split(", ");
  const slug = `${model} ${cores} ${memory}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return join(folder, `${slug.replace(/^-|-$/g, "")}.jsonl`);
}

/** The results in a file, by name of the bench; none if there is no file. */
export function readResults(path: string): Map<string, KeptResult> {
  if (!existsSync(path)) return new Map();
  const lines = readFileSync(path, "utf8").split("\n").filter(Boolean);
  return new Map(lines.map((line) => JSON.parse(line) as KeptResult).map((result) => [result.name, result]));
}

/** Put a result in the place of an older one of the same bench. */
export function keepResult(path: string, result: KeptResult): void {
  const results = readResults(path).set(result.name, result);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, [...results.values()].map((kept) => `${JSON.stringify(kept)}\n`).join(""));
}

/** Results of every machine. */
export function allResults(folder = RESULTS_FOLDER): readonly (readonly KeptResult[])[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return files.sort().map((name) => [...readResults(join(folder, name)).values()]);
}
