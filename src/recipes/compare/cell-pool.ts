/** Cells in processes of their own, several at a time: one that dies takes none of the others with it. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { CellProgress, FromCell, ToCell } from "./cell-process.js";
import type { CellRow } from "./results.js";
import type { CellOrder } from "./run-cell.js";

/** How a cell ended. */
export type CellEnd =
  | { readonly kind: "finished"; readonly row: CellRow }
  | { readonly kind: "stopped"; readonly step: number }
  | { readonly kind: "failed"; readonly message: string };

export interface PoolObserver {
  readonly onStart?: (order: CellOrder) => void;
  readonly onProgress?: (order: CellOrder, progress: CellProgress) => void;
  readonly onStage?: (order: CellOrder, name: string) => void;
  /** Its process died; it is started once more. */
  readonly onRetry?: (order: CellOrder, how: string) => void;
  readonly onEnd?: (order: CellOrder, end: CellEnd) => void | Promise<void>;
}

export interface PoolOptions {
  /** Processes at a time. */
  readonly jobs: number;
  /** When aborted, running cells save and stop, and no other is started. */
  readonly signal?: AbortSignal;
  /** Module of a cell's process; a test names another. */
  readonly entry?: URL;
}

/** Run every order. Never rejects because of a cell: its end says what became of it. */
export async function runCells(
  orders: readonly CellOrder[],
  { jobs, signal, entry = CELL_PROCESS }: PoolOptions,
  observer: PoolObserver,
): Promise<void> {
  const waiting = [...orders];
  const work = async (): Promise<void> => {
    for (let order = waiting.shift(); order !== undefined && !signal?.aborted; order = waiting.shift()) {
      observer.onStart?.(order);
      const end = await runWithRetry(order, entry, signal, observer);
      await observer.onEnd?.(order, end);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, orders.length) }, work));
}

async function runWithRetry(
  order: CellOrder,
  entry: URL,
  signal: AbortSignal | undefined,
  observer: PoolObserver,
): Promise<CellEnd> {
  const first = await runInProcess(order, entry, signal, observer);
  if (first.kind !== "died") return first;
  if (signal?.aborted) return { kind: "stopped", step: 0 };
  observer.onRetry?.(order, first.how);
  const second = await runInProcess(order, entry, signal, observer);
  if (second.kind !== "died") return second;
  return { kind: "failed", message: `its process died twice (${second.how})` };
}

type ProcessEnd = CellEnd | { readonly kind: "died"; readonly how: string };

function runInProcess(
  order: CellOrder,
  entry: URL,
  signal: AbortSignal | undefined,
  observer: PoolObserver,
): Promise<ProcessEnd> {
  const child = startProcess(entry);
  const words = new LastWords(child);
  const stop = (): void => send(child, { kind: "stop" });
  signal?.addEventListener("abort", stop);
  send(child, { kind: "run", order });
  return new Promise((resolve) => {
    let end: CellEnd | undefined;
    child.on("message", (message: FromCell) => {
      if (message.kind === "progress") observer.onProgress?.(order, message.progress);
      else if (message.kind === "stage") observer.onStage?.(order, message.name);
      else end = message;
    });
    child.on("error", ({ message }) => words.add(message));
    child.on("close", (code, cause) => {
      signal?.removeEventListener("abort", stop);
      resolve(
        end ?? { kind: "died", how: words.with(cause === null ? `exit code ${code}` : `${cause}: out of memory?`) },
      );
    });
  });
}

const isSource = import.meta.url.endsWith(".ts");
const CELL_PROCESS = new URL(isSource ? "./cell-process.ts" : "./cell-process.js", import.meta.url);

/** From the built file, or when this runs as TypeScript source (tests, scripts) through tsx. */
function startProcess(entry: URL): ChildProcess {
  const execArgv = entry.pathname.endsWith(".ts") ? [`--import=${import.meta.resolve("tsx")}`] : [];
  return fork(fileURLToPath(entry), [], { execArgv, stdio: ["ignore", "ignore", "pipe", "ipc"] });
}

function send(child: ChildProcess, message: ToCell): void {
  // A process that just died is told nothing; its end says so.
  if (child.connected) child.send(message, () => {});
}

const MOST_CHARACTERS = 2_000;

/** The end of what a process wrote to stderr: the reason, if it dies. */
class LastWords {
  #text = "";

  constructor(child: ChildProcess) {
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.add(text));
  }

  add(text: string): void {
    this.#text = (this.#text + text).slice(-MOST_CHARACTERS);
  }

  /** "exit code 1; Error: ...": the line that names the error, else the last one. */
  with(how: string): string {
    const lines = this.#text.split("\n").filter((line) => line.trim() !== "");
    const reason = lines.findLast((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1);
    return reason === undefined ? how : `${how}; ${reason.trim()}`;
  }
}
