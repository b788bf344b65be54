/**
 * `npm run bench -- <name> [--json]`: runs bench/<name>.ts and prints ours beside a named peer. With `--json` the last
 * line is one JSON object: name, ours, peer, ratio (above 1: better than the peer), unit, runs, spread, machine.
 * Without a name it lists the benches.
 */
import { readdirSync } from "node:fs";
import { DarkmatterError, lookUp } from "darkmatter/compute";
import { type Bench, type Measurement, machine } from "./frame/bench.js";

type Load = () => Promise<{ readonly default: Bench }>;

/** Every bench by its name. */
function findBenches(): Readonly<Record<string, Load>> {
  const names = readdirSync(new URL(".", import.meta.url))
    .filter((file) => file.endsWith(".ts") && file !== "run.ts")
    .map((file) => file.replace(/\.ts$/, ""))
    .sort();
  return Object.fromEntries(names.map((name) => [name, () => import(`./${name}.js`)]));
}

async function main(words: readonly string[]): Promise<void> {
  const benches = findBenches();
  const [name, ...args] = words.filter((word) => word !== "--json");
  if (name === undefined || name === "--help" || name === "-h") return listBenches(benches);
  const { default: bench } = await lookUp("bench", "bench", benches, name)();
  console.log(`${bench.name}: ${bench.summary}\n${machine()}\n`);
  const result = await bench.run({ say: (line) => console.log(line), args });
  console.log();
  for (const row of result.rows ?? []) console.log(`${row.label}: ${inWords(row)}${row.note ? ` (${row.note})` : ""}`);
  console.log(inWords(result));
  if (words.includes("--json")) console.log(JSON.stringify({ name: bench.name, ...result, machine: machine() }));
}

async function listBenches(benches: Readonly<Record<string, Load>>): Promise<void> {
  console.log("npm run bench -- <name> [--json]\n");
  for (const [name, load] of Object.entries(benches))
    console.log(`  ${name.padEnd(20)} ${(await load()).default.summary}`);
}

function inWords({ ours, peer, peerName, ratio, unit, runs, spread }: Measurement): string {
  const side = (value: number, width: number): string =>
    `${value.toPrecision(4)} ${unit}${runs > 1 ? ` ±${(width * 100).toFixed(0)}%` : ""}`;
  const count = runs > 1 ? `, medians of ${runs} runs` : "";
  if (peer === null) return `${peerName}: not measured`;
  const theirs = `${peerName} ${side(peer, spread.peer)}`;
  if (ours === null || ratio === null) return theirs + count;
  return `ours ${side(ours, spread.ours)} · ${theirs} · ratio ${ratio.toFixed(2)}${count}`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof DarkmatterError ? error.message : error);
  process.exitCode = 1;
});
