/**
 * A process of its own that trains a run, new or begun, and kills itself with SIGKILL, which nothing can catch:
 *   node --import tsx run-until-killed.ts '<UntilKilled as JSON>'
 */
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TrainConfig } from "../config.js";
import { runTraining } from "../run.js";
import { openTiny } from "./tiny-run.js";

export interface UntilKilled {
  readonly folder: string;
  readonly path: string;
  readonly config: TrainConfig;
  readonly checkpointEvery: number;
  /** The update after which it dies; or, if `whileSaving`, the first checkpoint from there on. */
  readonly step: number;
  readonly whileSaving: boolean;
}

const order = JSON.parse(process.argv[2]!) as UntilKilled;
const { folder, path, config, checkpointEvery, step, whileSaving } = order;
const checkpoints = join(path, "checkpoints");

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

function dieOnceSaving(): void {
  const isSaving = existsSync(checkpoints) && readdirSync(checkpoints).some((name) => name.endsWith(".tmp"));
  if (isSaving) die();
  setImmediate(dieOnceSaving);
}

const set = await openTiny(folder);
await runTraining({
  config,
  cadence: { checkpointEvery, metersEvery: 5 },
  set,
  path,
  resume: existsSync(join(path, "config.json")),
  onProgress: (progress) => {
    if (progress.step !== step) return;
    if (whileSaving) dieOnceSaving();
    else die();
  },
});
throw new Error(`nothing killed the run in ${dirname(path)}`);
