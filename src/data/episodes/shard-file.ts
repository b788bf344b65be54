/**
 * One file holds some episodes. Little-endian:
 *   "dmepisod", version (uint32), bytes of the index (uint32)
 *   index: JSON, see `ShardIndex`
 *   for each episode: actions, factors (float32), then its observations in runs of a few, each deflated by itself
 * A clip is read by inflating the runs it touches.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { DarkmatterError } from "../../compute/errors.js";
import type { EpisodeRecord } from "./episode-source.js";

/** Raised whenever the same source would be written as other bytes. */
export const SHARD_VERSION = 1;

const MAGIC = "dmepisod";
const HEADER_BYTES = 16;
/** Observations that are deflated together: enough to shrink, few enough to be read in vain. */
const RUN_LENGTH = 8;

interface EpisodeIndex {
  readonly numObservations: number;
  /** Bytes of actions, of factors, and of each run. */
  readonly actionBytes: number;
  readonly factorBytes: number;
  readonly runBytes: readonly number[];
}

type ShardIndex = readonly EpisodeIndex[];

/** The bytes of a shard. */
export function encodeShard(episodes: readonly EpisodeRecord[], bytesPerObservation: number): Buffer {
  const index: EpisodeIndex[] = [];
  const parts: Uint8Array[] = [];
  for (const { observations, actions, factors } of episodes) {
    const runs: Buffer[] = [];
    for (let start = 0; start < observations.length; start += RUN_LENGTH * bytesPerObservation) {
      runs.push(deflateRawSync(observations.subarray(start, start + RUN_LENGTH * bytesPerObservation), { level: 6 }));
    }
    parts.push(bytesOf(actions), bytesOf(factors), ...runs);
    index.push({
      numObservations: observations.length / bytesPerObservation,
      actionBytes: actions.byteLength,
      factorBytes: factors.byteLength,
      runBytes: runs.map((run) => run.length),
    });
  }
  const json = Buffer.from(JSON.stringify(index), "utf8");
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 0, "latin1");
  header.writeUInt32LE(SHARD_VERSION, 8);
  header.writeUInt32LE(json.length, 12);
  return Buffer.concat([header, json, ...parts]);
}

/** The episodes of one file, read where they are asked about. */
export class ShardReader {
  readonly numObservations: readonly number[];
  readonly #file: number;
  readonly #index: ShardIndex;
  readonly #offsets: readonly number[];

  /** @throws DarkmatterError for a file that is gone, cut off or of another version */
  constructor(
    private readonly path: string,
    private readonly bytesPerObservation: number,
  ) {
    this.#file = openFile(path);
    try {
      const { index, firstByte, totalBytes } = readIndex(this.#file, path);
      const [offsets, end] = offsetsOf(index, firstByte);
      if (end !== totalBytes) throw damaged(path, "its size does not fit its index");
      this.#index = index;
      this.#offsets = offsets;
      this.numObservations = index.map(({ numObservations }) => numObservations);
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  /** [n - 1, actionDim] */
  readActions(episode: number): Float32Array {
    return floatsOf(this.#read(this.#offsets[episode]!, this.#index[episode]!.actionBytes));
  }

  /** [n, numFactors] */
  readFactors(episode: number): Float32Array {
    const { actionBytes, factorBytes } = this.#index[episode]!;
    return floatsOf(this.#read(this.#offsets[episode]! + actionBytes, factorBytes));
  }

  /** Observations first, first + stride, ... as bytes, written into `into`. */
  readObservations(
    episode: number,
    { first, count, stride }: { readonly first: number; readonly count: number; readonly stride: number },
    into: Uint8Array,
  ): void {
    const bytes = this.bytesPerObservation;
    let run: { readonly number: number; readonly observations: Uint8Array } | undefined;
    for (let i = 0; i < count; i++) {
      const at = first + i * stride;
      const number = Math.floor(at / RUN_LENGTH);
      if (run?.number !== number) run = { number, observations: this.#readRun(episode, number) };
      const start = (at % RUN_LENGTH) * bytes;
      into.set(run.observations.subarray(start, start + bytes), i * bytes);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #readRun(episode: number, number: number): Uint8Array {
    const { actionBytes, factorBytes, runBytes } = this.#index[episode]!;
    let offset = this.#offsets[episode]! + actionBytes + factorBytes;
    for (let run = 0; run < number; run++) offset += runBytes[run]!;
    return inflateRawSync(this.#read(offset, runBytes[number]!));
  }

  #read(offset: number, length: number): Buffer {
    return readAt(this.#file, this.path, offset, length);
  }
}

/** Where each episode begins, and where the last one ends. */
function offsetsOf(index: ShardIndex, firstByte: number): [offsets: number[], end: number] {
  const offsets: number[] = [];
  let at = firstByte;
  for (const { actionBytes, factorBytes, runBytes } of index) {
    offsets.push(at);
    at += actionBytes + factorBytes + runBytes.reduce((sum, bytes) => sum + bytes, 0);
  }
  return [offsets, at];
}

function readIndex(file: number, path: string) {
  const header = readAt(file, path, 0, HEADER_BYTES);
  if (header.toString("latin1", 0, 8) !== MAGIC) throw damaged(path, "it does not begin like one");
  const version = header.readUInt32LE(8);
  if (version !== SHARD_VERSION) throw damaged(path, `its version is ${version}, not ${SHARD_VERSION}`);
  const indexBytes = header.readUInt32LE(12);
  const index = JSON.parse(readAt(file, path, HEADER_BYTES, indexBytes).toString("utf8")) as ShardIndex;
  return { index, firstByte: HEADER_BYTES + indexBytes, totalBytes: fstatSync(file).size };
}

function openFile(path: string): number {
  try {
    return openSync(path, "r");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw damaged(path, code === "ENOENT" ? "it is gone" : `it cannot be read (${code})`, cause);
  }
}

function readAt(file: number, path: string, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  if (readSync(file, bytes, 0, length, offset) < length) throw damaged(path, "it ends too early");
  return bytes;
}

function damaged(path: string, how: string, cause?: unknown): DarkmatterError {
  return new DarkmatterError(`openEpisodes: ${path} is no whole shard of episodes: ${how}. Make the data again.`, {
    cause,
  });
}

function bytesOf(numbers: Float32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function floatsOf(bytes: Buffer): Float32Array {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}
