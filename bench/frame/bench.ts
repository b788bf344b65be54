/** What a bench is and what it reports. One bench a file in bench/, its default export a `Bench` named like the file. */
import { availableParallelism, cpus, totalmem } from "node:os";
import type { Spread } from "./timing.js";

export interface BenchOptions {
  /** Print what happens on the way. Results on stdout are `run.ts`'s to print. */
  readonly say: (line: string) => void;
  /** Words after the bench's name that the frame does not know, such as `--data photos.tar`. */
  readonly args: readonly string[];
}

/** One measurement of ours beside the same measurement of a named peer, taken in the same run. */
export interface BenchResult {
  /** null where the bench was asked for the peer alone. */
  readonly ours: number | null;
  readonly peer: number;
  /** Who the peer is, with its version: "PyTorch 1.13, 2 threads". */
  readonly peerName: string;
  /** How many times better ours is: above 1 is better than the peer, whether the unit is seconds or accuracy. */
  readonly ratio: number | null;
  readonly unit: string;
  /** Measurements of each side. */
  readonly runs: number;
  /** Relative spread of each side's measurements (interquartile range over median); 0 where there is one. */
  readonly spread: Spread;
  /** Whatever else is worth keeping: configuration, other accuracies, times. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Bench {
  readonly name: string;
  /** One line for the list of benches. */
  readonly summary: string;
  run(options: BenchOptions): Promise<BenchResult>;
}

/** The machine in words, as it goes into every result. */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown CPU";
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${model}, ${availableParallelism()} cores, ${memory} GiB, ${process.platform}-${process.arch}, Node ${process.version}`;
}

/** The value of `--name value` or `--name=value` among a bench's own arguments. */
export function argumentOf(args: readonly string[], name: string): string | undefined {
  const flag = `--${name}`;
  const joined = args.find((word) => word.startsWith(`${flag}=`));
  if (joined !== undefined) return joined.slice(flag.length + 1);
  const at = args.indexOf(flag);
  return at < 0 ? undefined : args[at + 1];
}
