/**
 * Runs every bench that needs no data of its own, keeps the results in bench/results/ (a file a machine, a line a bench)
 * and rewrites the tables of bench/README.md from all files there.
 *
 *   npm run bench -- table [--only step-vit,memory] [--again step-vit] [--again all] [--json]
 *
 * A bench with a kept result on this machine is not run again unless --again names it, so a run that was interrupted
 * goes on where it stopped. Takes about half an hour of a quiet machine.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DarkmatterError, lookUp } from "darkmatter/compute";
import { argumentOf, type Bench, type BenchOptions, type BenchResult, machine, resultOf } from "./frame/bench.js";
import { allResults, keepResult, readResults, resultsFile } from "./frame/results.js";
import { withTables } from "./frame/results-table.js";

const BENCHES = ["step-vit", "step-resnet18", "step-small", "memory", "pipeline", "scaling"] as const;
const BIOME = fileURLToPath(new URL("../node_modules/@biomejs/biome/bin/biome", import.meta.url));
const README = fileURLToPath(new URL("./README.md", import.meta.url));

export default {
  name: "table",
  summary: "runs the benches and writes their results into bench/README.md",
  run,
} satisfies Bench;

async function run({ args, say }: BenchOptions): Promise<BenchResult> {
  const file = resultsFile(machine());
  const again = namesOf(args, "again", []);
  for (const name of namesOf(args, "only", BENCHES)) {
    if (readResults(file).has(name) && !again.includes(name)) {
      say(`${name}: kept from ${readResults(file).get(name)!.date}`);
      continue;
    }
    const result = await runBench(name, say);
    if (result !== undefined) keepResult(file, { ...result, date: new Date().toISOString().slice(0, 10) });
  }
  writeFileSync(README, withTables(readFileSync(README, "utf8"), allResults()));
  // Columns as the format check of `npm test` wants them.
  execFileSync(process.execPath, [BIOME, "format", "--write", README], { stdio: "ignore" });
  const kept = [...readResults(file).values()];
  if (kept.length === 0) throw new DarkmatterError("bench table: no bench gave a result; their words are above.");
  return resultOf(kept.flatMap(({ rows = [] }) => rows));
}

/** The JSON of a bench's last line, or nothing if it failed. */
async function runBench(name: string, say: (line: string) => void) {
  const words = ["--import", "tsx", fileURLToPath(new URL("./run.ts", import.meta.url)), name, "--json"];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  let last = "";
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== "" && !line.startsWith("{")) say(line);
    last = line;
  }
  const [code] = await ended;
  if (code === 0) return JSON.parse(last);
  say(`${name}: failed, left out`);
  return undefined;
}

function namesOf(args: readonly string[], flag: string, fallback: readonly string[]): readonly string[] {
  const text = argumentOf(args, flag);
  if (text === undefined) return fallback;
  if (text === "all") return BENCHES;
  const known = Object.fromEntries(BENCHES.map((name) => [name, name]));
  return text.split(",").map((name) => lookUp("bench table", "bench", known, name));
}
