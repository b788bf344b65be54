/** A bench of whole training steps: ours and the peers start from the same numbers and take turns. */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { DarkmatterError, lookUp } from "darkmatter/compute";
import { writeCase } from "../models/case-file.js";
import { type StepModelName, type StepShape, stepModels } from "../models/index.js";
import { checkAgreement, DisagreementError, warmUp } from "./agreement.js";
import {
  argumentOf,
  type BenchOptions,
  type BenchResult,
  load,
  numberOf,
  numbersOf,
  type Row,
  resultOf,
} from "./bench.js";
import { type Side, startSide } from "./side.js";
import { ourProgram, PEER_COLUMNS, type PeerColumn, peerProgram, type StepCase } from "./step-peers.js";
import { type Comparison, type Contender, TURN_SECONDS, takeTurns, turnOf } from "./timing.js";

const UNIT = "seconds a step";
const ROUNDS = 11;
/** The rounds of a peer end when they would take longer than this, so that a slow one does not hold the bench for hours. */
const BUDGET_SECONDS = 60;
const MIN_ROUNDS = 2;

/** One thing that a bench measures, on two cores and on one. */
export interface StepPart {
  readonly shape: StepShape;
  /** Default: all. */
  readonly peers?: readonly PeerColumn[];
  /** Added to the label: "nine frames". */
  readonly suffix?: string;
}

/**
 * Measure every part on two cores and on one.
 * Flags: `--batch 64,256` and `--threads 2,1` choose among the parts, `--peers "PyTorch 1,tfjs wasm"` among the peers;
 * `--rounds 15` and `--budget 60` (seconds a peer) limit the rounds.
 */
export async function runStepBench(
  model: StepModelName,
  parts: readonly StepPart[],
  options: BenchOptions,
): Promise<BenchResult> {
  const threads = numbersOf(options.args, "threads", availableParallelism() > 1 ? [2, 1] : [1]);
  const folder = mkdtempSync(join(tmpdir(), "darkmatter-bench-"));
  const rows: Row[] = [];
  try {
    for (const part of chosenParts(parts, options.args)) {
      const path = join(folder, `${rows.length}.safetensors`);
      writeCase(stepModels[model](part.shape), path);
      for (const count of threads) {
        rows.push(...(await measure(part, { model, shape: part.shape, threads: count, path }, options)));
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (rows.some(({ ratio }) => ratio !== null)) return resultOf(rows, { loadAtTheEnd: load() });
  throw new DarkmatterError(`bench: no peer runs here. ${[...new Set(rows.map(({ note }) => note))].join(" ")}`);
}

/** A peer that is ready, or why it is not. */
type Entry = { readonly column: PeerColumn; readonly name: string } & (
  | { readonly contender: Contender }
  | { readonly absence: string }
);

async function measure(part: StepPart, stepCase: StepCase, { args, say }: BenchOptions): Promise<Row[]> {
  const label = labelOf(part, stepCase.threads);
  say(`${label} (load ${load()})`);
  const running: Side[] = [];
  try {
    const ours = await startSide({ ...ourProgram(stepCase), say });
    running.push(ours);
    const { losses } = await warmUp(ours);
    const entries: Entry[] = [];
    for (const column of chosenColumns(part, args)) {
      const entry = await enter(column, stepCase, losses, running, { args, say });
      say(`  ${"absence" in entry ? `${column}: skipped. ${entry.absence}` : `${entry.name}: the losses agree`}`);
      entries.push(entry);
    }
    const compared = await takeTurns({
      ours: turnOf(stepOf(ours)),
      peers: Object.fromEntries(entries.flatMap((e) => ("contender" in e ? [[e.column, e.contender]] : []))),
      onRound: (round, seconds) => say(`  round ${round + 1}: ${inWords(seconds)}`),
    });
    return entries.map((entry) => rowOf(label, entry, compared[entry.column]));
  } finally {
    for (const side of running) side.kill();
  }
}

/** Start a peer, hold its losses against ours, and see how long its steps take. */
async function enter(
  column: PeerColumn,
  stepCase: StepCase,
  losses: readonly number[],
  running: Side[],
  { args, say }: BenchOptions,
): Promise<Entry> {
  const program = peerProgram(column, stepCase);
  if (typeof program === "string") return { column, name: column, absence: program };
  try {
    const side = await startSide({ ...program, say });
    running.push(side);
    const name = nameOf(side, stepCase.threads);
    const warm = await warmUp(side);
    checkAgreement(name, losses, warm.losses, stepModels[stepCase.model](stepCase.shape).laterTolerance);
    const affordable = Math.floor(numberOf(args, "budget", BUDGET_SECONDS) / Math.max(TURN_SECONDS, warm.seconds));
    const rounds = Math.min(numberOf(args, "rounds", ROUNDS), Math.max(MIN_ROUNDS, affordable));
    return { column, name, contender: { step: turnOf(stepOf(side)), rounds } };
  } catch (error) {
    // A peer that cannot run here is a gap in the table; one that computes something else is a mistake in it.
    if (!(error instanceof DarkmatterError) || error instanceof DisagreementError) throw error;
    return { column, name: column, absence: error.message };
  }
}

function rowOf(label: string, entry: Entry, comparison: Comparison | undefined): Row {
  const { column, name: peerName } = entry;
  if (comparison !== undefined) return { label, column, peerName, unit: UNIT, ...comparison };
  const nothing = { ours: null, peer: null, ratio: null, runs: 0, spread: { ours: 0, peer: 0 } };
  return { label, column, peerName, unit: UNIT, ...nothing, ...("absence" in entry ? { note: entry.absence } : {}) };
}

function chosenParts(parts: readonly StepPart[], args: readonly string[]): readonly StepPart[] {
  const known = parts.map(({ shape }) => shape.batch);
  const batches = numbersOf(args, "batch", known);
  const chosen = parts.filter(({ shape }) => batches.includes(shape.batch));
  if (chosen.length > 0) return chosen;
  throw new DarkmatterError(`bench: --batch ${batches.join(",")} is none of this bench's: ${known.join(", ")}.`);
}

function chosenColumns(part: StepPart, args: readonly string[]): readonly PeerColumn[] {
  const known: Readonly<Record<string, PeerColumn>> = Object.fromEntries(
    PEER_COLUMNS.map((column) => [column, column]),
  );
  const names = argumentOf(args, "peers")?.split(",") ?? PEER_COLUMNS;
  const chosen = names.map((name) => lookUp("bench", "peer", known, name));
  return chosen.filter((column) => part.peers?.includes(column) ?? true);
}

function labelOf({ shape, suffix }: StepPart, threads: number): string {
  const parts = [`batch ${shape.batch}`, ...(suffix ? [suffix] : []), `${threads} thread${threads === 1 ? "" : "s"}`];
  return parts.join(", ");
}

/** A side may have fewer threads than it was given, and says so. */
function nameOf({ info }: Side, threads: number): string {
  const own = Number(info.threads ?? threads);
  return `${info.side}${own === threads ? "" : ` (${own} thread)`}`;
}

function stepOf(side: Side) {
  return async () => Number((await side.ask("step")).seconds);
}

function inWords(seconds: Readonly<Record<string, number>>): string {
  return Object.entries(seconds)
    .map(([name, value]) => `${name} ${value.toPrecision(3)} s`)
    .join(", ");
}
