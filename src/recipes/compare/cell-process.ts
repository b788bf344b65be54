/** A process that runs one cell: orders come from the parent, and what happens goes back to it. */
import { DarkmatterError } from "../../compute/index.js";
import type { RunVerdict } from "../main-job.js";
import type { CellRow } from "./results.js";
import { type CellOrder, runCell } from "./run-cell.js";

export type ToCell = { readonly kind: "run"; readonly order: CellOrder } | { readonly kind: "stop" };

export interface CellProgress {
  readonly step: number;
  readonly totalSteps: number;
  readonly secondsLeft: number;
  readonly loss: number;
  readonly verdict?: Pick<RunVerdict, "name" | "isHealthy">;
}

export type FromCell =
  | { readonly kind: "progress"; readonly progress: CellProgress }
  | { readonly kind: "stage"; readonly name: string }
  | { readonly kind: "finished"; readonly row: CellRow }
  | { readonly kind: "stopped"; readonly step: number }
  /** It cannot be run, and trying again would not help. */
  | { readonly kind: "failed"; readonly message: string };

const PROGRESS_INTERVAL_MS = 250;

const stop = new AbortController();
/** Set once the training is over and saved: what follows can be done again, so that nobody need wait for its end. */
let stepEvaluated: number | undefined;
let isOver = false;
// Ctrl-C reaches every process of the terminal: the parent decides what it means, and tells.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
// A parent that is gone will never ask for the rest: keep what there is.
process.on("disconnect", () => {
  if (!isOver) stopSoon();
});
process.on("message", (message: ToCell) => {
  if (message.kind === "stop") stopSoon();
  else void carryOut(message.order);
});

function stopSoon(): void {
  stop.abort();
  if (stepEvaluated !== undefined) end({ kind: "stopped", step: stepEvaluated });
}

async function carryOut(order: CellOrder): Promise<void> {
  let shownMs = Number.NEGATIVE_INFINITY;
  try {
    const outcome = await runCell(order, {
      signal: stop.signal,
      onStage(name) {
        stepEvaluated ??= order.choices.steps ?? 0;
        tell({ kind: "stage", name });
      },
      onProgress({ step, totalSteps, secondsLeft, scalars, verdict }) {
        if (performance.now() - shownMs < PROGRESS_INTERVAL_MS && step < totalSteps) return;
        shownMs = performance.now();
        const loss = scalars["train/total"] ?? Number.NaN;
        tell({ kind: "progress", progress: { step, totalSteps, secondsLeft, loss, ...(verdict && { verdict }) } });
      },
    });
    end("stoppedAt" in outcome ? { kind: "stopped", step: outcome.stoppedAt } : { kind: "finished", row: outcome });
  } catch (error) {
    // A bug of ours dies loudly, and is tried once more; what a person can mend is said.
    if (!(error instanceof DarkmatterError)) throw error;
    end({ kind: "failed", message: error.message });
  }
}

/** The last word, after which there is nothing to stay for. */
function end(message: FromCell): void {
  if (isOver) return;
  isOver = true;
  if (process.connected) process.send!(message, () => process.exit());
  else process.exit();
}

function tell(message: FromCell): void {
  if (process.connected) process.send!(message);
}
