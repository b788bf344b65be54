/** What a bench is and what it reports. One bench a file in bench/, its default export a `Bench` named like the file. */
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { ValueError } from "darkmatter/compute";
import type { Spread } from "./timing.js";

export interface BenchOptions {
  /** Print what happens on the way. Results on stdout are `run.ts`'s to print. */
  readonly say: (line: string) => void;
  /** Words after the bench's name that the frame does not know, such as `--data photos.tar`. */
  readonly args: readonly string[];
}

/** One measurement of ours beside the same measurement of a named peer, taken in the same run. */
export interface Measurement {
  /** null where the bench was asked for the peer alone, or ours could not be run. */
  readonly ours: number | null;
  /** null where the peer is not here: `note` says why. */
  readonly peer: number | null;
  /** Who the peer is, with its version: "PyTorch 1.13, 2 threads". */
  readonly peerName: string;
  /** How many times better ours is: above 1 is better than the peer, whether the unit is seconds or accuracy. */
  readonly ratio: number | null;
  readonly unit: string;
  /** Measurements of each side. */
  readonly runs: number;
  /** Relative spread of each side's measurements (interquartile range over median); 0 where there is one. */
  readonly spread: Spread;
}

/** One line of a bench that measures several things. */
export interface Row extends Measurement {
  /** What was measured: "batch 64, 2 threads". */
  readonly label: string;
  /** Column of the table in README.md: the kind of peer, without its version. */
  readonly column: string;
  /** What a reader must know: why a peer is missing, what was scaled down. */
  readonly note?: string;
}

/** The headline, and all rows where there are several. */
export interface BenchResult extends Measurement {
  readonly rows?: readonly Row[];
  /** Whatever else is worth keeping: configuration, other accuracies, times. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Bench {
  readonly name: string;
  /** One line for the list of benches. */
  readonly summary: string;
  run(options: BenchOptions): Promise<BenchResult>;
}

/** The result of several rows; its headline is the first one in which both sides were measured. */
export function resultOf(rows: readonly Row[], details?: BenchResult["details"]): BenchResult {
  const headline = rows.find(({ ratio }) => ratio !== null) ?? rows.find(({ ours }) => ours !== null) ?? rows[0];
  if (headline === undefined) throw new ValueError("bench", "rows", "at least one row", "none");
  const { ours, peer, peerName, ratio, unit, runs, spread } = headline;
  return { ours, peer, peerName, ratio, unit, runs, spread, rows, ...(details === undefined ? {} : { details }) };
}

/** The machine in words, as it goes into every result. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown CPU";
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${model}, ${availableParallelism()} cores, ${memory} GiB, ${process.platform}-${process.arch}, Node ${process.version}`;
}

/** How busy the machine is: processes that want a core, over the last minute. Above 0.5 before a start, do not trust it. */
export function load(): number {
  return Math.round(loadavg()[0]! * 10) / 10;
}

/** The value of `--name value` or `--name=value` among a bench's own arguments. */
export function argumentOf(args: readonly string[], name: string): string | undefined {
  const flag = `--${name}`;
  const joined = args.find((word) => word.startsWith(`${flag}=`));
  if (joined !== undefined) return joined.slice(flag.length + 1);
  const at = args.indexOf(flag);
  return at < 0 ? undefined : args[at + 1];
}

/** A positive number among a bench's own arguments. */
export function numberOf(args: readonly string[], name: string, fallback: number): number {
  const text = argumentOf(args, name);
  const value = text === undefined ? fallback : Number(text);
  if (!(value > 0)) throw new ValueError("bench", `--${name}`, "a number above 0", text);
  return value;
}

/** `--batch 64,256`: a list of positive numbers. */
export function numbersOf(args: readonly string[], name: string, fallback: readonly number[]): readonly number[] {
  const text = argumentOf(args, name);
  if (text === undefined) return fallback;
  const values = text.split(",").map(Number);
  if (!values.every((value) => value > 0))
    throw new ValueError("bench", `--${name}`, "numbers above 0, such as 64,256", text);
  return values;
}
