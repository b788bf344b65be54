/**
 * The run folder, the interface between the trainer and everything that reads a run:
 *   config.json          what the run is; written once
 *   metrics.jsonl        one measured value a line, append-only
 *   checkpoints/         last.safetensors, replaced atomically
 *   lock.json            the process that trains it, while it does
 *   report.json, *.png   what evaluation wrote
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { DarkmatterError, type HostArray, type Tree, unflattenTree, ValueError } from "../compute/index.js";
import { isTemporary, writeError, writeFileAtomic, writeJsonAtomic } from "./atomic-file.js";
import type { TrainCadence, TrainConfig } from "./config.js";
import { decodeSafetensors, encodeSafetensors, type TensorFile } from "./safetensors.js";
import { arraysOf, brokenArrayOf, type TrainState } from "./state.js";

/** Raised when a later version changes what a run folder holds. */
export const RUN_VERSION = 1;

export interface RunRecord {
  readonly version: number;
  readonly createdAt: string;
  /** Processor it began on: another kind may round differently. */
  readonly processor: string;
  readonly config: TrainConfig;
  readonly cadence: TrainCadence;
}

/** One line of metrics.jsonl. JSON has no NaN, so a value that is not finite is null. */
export interface MetricLine {
  readonly step: number;
  readonly name: string;
  readonly value: number | null;
}

export class RunFolder {
  private constructor(
    readonly path: string,
    readonly record: RunRecord,
  ) {}

  /** @throws ValueError if the folder already holds a run */
  static requireFree(path: string): void {
    if (!existsSync(join(path, "config.json"))) return;
    const hint = "Resume it with --resume, or name another folder with --out.";
    throw new ValueError("train", "out", "a folder without a run in it", path, hint);
  }

  /** @throws ValueError if the folder already holds a run; DarkmatterError if it cannot be written */
  static async create(path: string, config: TrainConfig, cadence: TrainCadence): Promise<RunFolder> {
    RunFolder.requireFree(path);
    try {
      mkdirSync(join(path, "checkpoints"), { recursive: true });
    } catch (cause) {
      throw writeError(path, cause as NodeJS.ErrnoException);
    }
    const createdAt = new Date().toISOString();
    const record = { version: RUN_VERSION, createdAt, processor: thisProcessor(), config, cadence };
    await writeJsonAtomic(join(path, "config.json"), record);
    return new RunFolder(path, record);
  }

  /** @throws DarkmatterError if there is no run, or one that a newer darkmatter wrote */
  static async open(path: string): Promise<RunFolder> {
    const configPath = join(path, "config.json");
    if (!existsSync(configPath)) {
      throw new ValueError(
        "openRun",
        "run",
        "a run folder (with a config.json)",
        path,
        "Train one with `darkmatter train`.",
      );
    }
    let record: RunRecord;
    try {
      record = JSON.parse(await readFile(configPath, "utf8"));
    } catch {
      throw new DarkmatterError(`openRun: ${configPath} is no JSON. Was it edited by hand?`);
    }
    if (typeof record?.version !== "number" || record.config === undefined || record.cadence === undefined) {
      throw new DarkmatterError(`openRun: ${configPath} does not describe a run. Was it edited by hand?`);
    }
    if (record.version > RUN_VERSION) {
      throw new DarkmatterError(
        `openRun: ${path} was written by a newer darkmatter (run version ${record.version}, this one reads up to ${RUN_VERSION}). Update darkmatter.`,
      );
    }
    return new RunFolder(path, record);
  }

  get config(): TrainConfig {
    return this.record.config;
  }

  fileNamed(name: string): string {
    return join(this.path, name);
  }

  get checkpointPath(): string {
    return join(this.path, "checkpoints", "last.safetensors");
  }

  hasCheckpoint(): boolean {
    return existsSync(this.checkpointPath);
  }

  /**
   * Replace the last checkpoint; if that fails the old one stays.
   * @throws DarkmatterError if the disk is full, or an array holds a value that is not finite
   */
  async saveCheckpoint(state: TrainState): Promise<void> {
    const broken = brokenArrayOf(state);
    if (broken !== undefined) {
      throw new DarkmatterError(
        `saveCheckpoint: "${broken}" is not finite after step ${state.step}. The checkpoint before it is kept. ` +
          "Start a new run with a lower learning rate.",
      );
    }
    const metadata = { format: "darkmatter", version: String(RUN_VERSION), step: String(state.step) };
    await writeFileAtomic(this.checkpointPath, encodeSafetensors({ tensors: arraysOf(state), metadata }));
  }

  /**
   * Read the last checkpoint into a state of the same shape.
   * @throws DarkmatterError if there is none, it is damaged, or its arrays do not fit
   */
  async loadCheckpoint(into: TrainState): Promise<TrainState> {
    const { tensors, metadata } = await this.#readCheckpoint();
    for (const [name, target] of arraysOf(into)) {
      const saved = tensors.get(name);
      if (saved === undefined || saved.shape.join() !== target.shape.join()) {
        const got = saved === undefined ? "missing" : `[${saved.shape.join(", ")}]`;
        throw new DarkmatterError(`loadCheckpoint: "${name}" must be [${target.shape.join(", ")}], got ${got}.`);
      }
      target.data.set(saved.data);
    }
    return { ...into, step: Number(metadata.step) };
  }

  /**
   * Parameters of the last checkpoint as a tree, trained ones and buffers together.
   * @param copy those that gradients train, or the averaged copy that some objectives learn from (encoder included)
   */
  async loadParameters(copy: "online" | "target" = "online"): Promise<Tree<HostArray>> {
    const { tensors } = await this.#readCheckpoint();
    const root = copy === "target" ? "target/" : "";
    const parameters = new Map<string, HostArray>();
    for (const [name, array] of tensors) {
      for (const part of ["trainable", "buffers"].map((branch) => `${root}${branch}/`)) {
        if (name.startsWith(part)) parameters.set(name.slice(part.length), array);
      }
    }
    return unflattenTree(parameters);
  }

  /** Updates done at the last checkpoint; 0 without one. */
  async savedStep(): Promise<number> {
    return this.hasCheckpoint() ? Number((await this.#readCheckpoint()).metadata.step) : 0;
  }

  async #readCheckpoint(): Promise<TensorFile> {
    if (!this.hasCheckpoint()) {
      throw new DarkmatterError(
        `loadCheckpoint: ${this.path} has no checkpoint yet: it was stopped before its first one.`,
      );
    }
    const file = decodeSafetensors(await readFile(this.checkpointPath), this.checkpointPath);
    if (!Number.isInteger(Number(file.metadata.step ?? Number.NaN))) {
      throw new DarkmatterError(`loadCheckpoint: ${this.checkpointPath} does not say its step. Is it another file?`);
    }
    return file;
  }

  /** Append measured values; null stands for what is not finite. */
  appendMetrics(step: number, values: Readonly<Record<string, number>>): void {
    const lines = Object.entries(values).map(([name, value]) =>
      JSON.stringify({ step, name, value: Number.isFinite(value) ? value : null } satisfies MetricLine),
    );
    if (lines.length === 0) return;
    try {
      appendFileSync(this.#metricsPath, `${lines.join("\n")}\n`);
    } catch (cause) {
      throw writeError(this.#metricsPath, cause as NodeJS.ErrnoException);
    }
  }

  /** All whole lines; one cut off or damaged by a crash is left out. */
  readMetrics(): MetricLine[] {
    if (!existsSync(this.#metricsPath)) return [];
    return readFileSync(this.#metricsPath, "utf8").split("\n").flatMap(parseMetricLine);
  }

  /** Drop metrics of steps after `step`, and damaged lines: a resumed run measures them again. */
  async rewindMetrics(step: number): Promise<void> {
    if (!existsSync(this.#metricsPath)) return;
    const kept = this.readMetrics().filter((line) => line.step <= step);
    const text = kept.map((line) => `${JSON.stringify(line)}\n`).join("");
    if (text === readFileSync(this.#metricsPath, "utf8")) return;
    await writeFileAtomic(this.#metricsPath, [new TextEncoder().encode(text)]);
  }

  /** Remove what a killed process was about to write. */
  removeLeftovers(): void {
    for (const folder of [this.path, join(this.path, "checkpoints")]) {
      for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        if (isTemporary(name)) rmSync(join(folder, name), { force: true });
      }
    }
  }

  get #metricsPath(): string {
    return join(this.path, "metrics.jsonl");
  }
}

function parseMetricLine(line: string): MetricLine[] {
  try {
    const parsed = JSON.parse(line) as MetricLine;
    return typeof parsed?.step === "number" && typeof parsed.name === "string" ? [parsed] : [];
  } catch {
    return [];
  }
}

/** Model and architecture: "x64, Some Processor at 2 GHz". */
export function thisProcessor(): string {
  return `${process.arch}, ${cpus()[0]?.model ?? "unknown"}`;
}
