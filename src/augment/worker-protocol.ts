/** What the loader and its threads say to each other, and how a thread is started. */
import { Worker } from "node:worker_threads";
import type { BatchRecipe } from "./batch-maker.js";

/** Shared memory for one batch. */
export interface SlotMemory {
  /** One int32: the first position of the batch that no thread has taken. */
  readonly nextPosition: SharedArrayBuffer;
  /** float32 [B, C, H, W], one a view. */
  readonly views: readonly SharedArrayBuffer[];
}

export interface WorkerSetup {
  readonly recipe: BatchRecipe;
  readonly slots: readonly SlotMemory[];
}

/** To every thread: help to make this step in this slot. */
export interface BatchRequest {
  readonly step: number;
  readonly slot: number;
}

/** From every thread, once the batch has nothing left to take (or its own share failed). */
export interface BatchDone {
  readonly slot: number;
  readonly numViews: number;
  readonly seconds: number;
  readonly error?: unknown;
}

/** Start a thread: from the built file, or when this runs as TypeScript source (tests, scripts) through tsx. */
export function startViewWorker(setup: WorkerSetup): Worker {
  const isSource = import.meta.url.endsWith(".ts");
  const entry = new URL(isSource ? "./view-worker.ts" : "./view-worker.js", import.meta.url);
  return new Worker(isSource ? throughTsx(entry) : entry, { workerData: setup, execArgv: [] });
}

/** A module that teaches its thread TypeScript before it imports the entry; `--import tsx` reaches main threads only. */
function throughTsx(entry: URL): URL {
  const tsx = import.meta.resolve("tsx/esm/api");
  const module = `import { register } from ${JSON.stringify(tsx)}; register(); await import(${JSON.stringify(entry.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(module)}`);
}
