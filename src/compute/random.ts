/**
 * Host randomness. A key is derived from a seed and a path (`keyFor(seed, "crop", step, index)`), never stored, so
 * every draw of a run can be made again from the config and the step alone: the same numbers on every engine, and a
 * resume that replays nothing.
 *
 * Generator: xoshiro128** (Blackman and Vigna 2018), seeded by hashing the path with 32-bit murmur-style mixing.
 * Normals by Box-Muller. Not for cryptography.
 */

import { ValueError } from "./errors.js";

/** A place in the tree of random streams. Plain data: it can be sent to a worker thread. */
export interface Key {
  readonly words: readonly [number, number, number, number];
}

/** The key of a path. Numbers and strings of the path are hashed with their kind, so 1 and "1" differ. */
export function keyFor(seed: number, ...path: readonly (string | number)[]): Key {
  const hash = new PathHash();
  hash.number(seed);
  for (const part of path) {
    if (typeof part === "number") hash.number(part);
    else hash.text(part);
  }
  return { words: hash.words() };
}

/** The key of a place below `key`. */
export function childKey(key: Key, ...path: readonly (string | number)[]): Key {
  const hash = new PathHash();
  for (const word of key.words) hash.word(word);
  for (const part of path) {
    if (typeof part === "number") hash.number(part);
    else hash.text(part);
  }
  return { words: hash.words() };
}

/** A stream of draws from one key. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  #spare: number | undefined;

  constructor(key: Key) {
    [this.#a, this.#b, this.#c, this.#d] = key.words;
  }

  /** Uniform 32-bit unsigned integer. */
  uint32(): number {
    const scaled = Math.imul(this.#b, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** Uniform in [low, high), 53 bits. */
  uniform(low = 0, high = 1): number {
    const unit = ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
    return low + (high - low) * unit;
  }

  /**
   * Uniform integer in [0, bound), without modulo bias.
   * @throws ValueError unless bound is a whole number from 1 to 2^32
   */
  integer(bound: number): number {
    if (!(Number.isInteger(bound) && bound >= 1 && bound <= 4294967296)) {
      throw new ValueError("integer", "bound", "a whole number from 1 to 2^32", bound);
    }
    const limit = Math.floor(4294967296 / bound) * bound;
    let draw = this.uint32();
    while (draw >= limit) draw = this.uint32();
    return draw % bound;
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Standard normal. */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** A permutation of 0..count-1 (Fisher-Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swapped = order[i]!;
      order[i] = order[j]!;
      order[j] = swapped;
    }
    return order;
  }
}

/** Four 32-bit lanes, each absorbing every word with its own constant. */
class PathHash {
  #lanes: [number, number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x517cc1b7];

  word(value: number): void {
    for (let lane = 0; lane < 4; lane++) {
      let mixed = Math.imul((value ^ LANE_SALT[lane]!) | 0, 0xcc9e2d51);
      mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
      const state = this.#lanes[lane]! ^ mixed;
      this.#lanes[lane] = (Math.imul((state << 13) | (state >>> 19), 5) + 0xe6546b64) | 0;
    }
  }

  number(value: number): void {
    SCRATCH.setFloat64(0, value + 0); // -0 + 0 is 0: the two zeros are one place
    this.word(1);
    this.word(SCRATCH.getInt32(0));
    this.word(SCRATCH.getInt32(4));
  }

  text(value: string): void {
    this.word(2);
    this.word(value.length);
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
  }

  words(): [number, number, number, number] {
    const mixed = this.#lanes.map(finalMix) as [number, number, number, number];
    // xoshiro must not start at all zeros
    return mixed.every((word) => word === 0) ? [1, 2, 3, 4] : mixed;
  }
}

const LANE_SALT = [0, 0x68e31da4, 0xb5297a4d, 0x1b56c4e9] as const;
const SCRATCH = new DataView(new ArrayBuffer(8));

function finalMix(state: number): number {
  let h = state;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
