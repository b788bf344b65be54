/** A temporary folder with pictures, and command lines run in it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll } from "vitest";
import { keyFor, Random } from "../../compute/random.js";

const TSX = import.meta.resolve("tsx");
const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** Press Ctrl-C once stderr shows this. */
  interruptAt(pattern: RegExp): void;
  readonly finished: Promise<Finished>;
}

export interface Workplace {
  /** A folder of pictures, half of them round and in "round", half striped and in "striped"; all one if `areAlike`. */
  pictures(folder: string, count: number, options?: { readonly areAlike?: boolean }): Promise<void>;
  /** Start `darkmatter` from source in a process of its own. */
  start(...words: string[]): Running;
}

/** The current folder of the tests of a file, removed after them; the cache of decoded images lies in it, too. */
export function useWorkplace(): Workplace {
  const home = process.cwd();
  const { DARKMATTER_CACHE: cache } = process.env;
  beforeAll(() => {
    process.chdir(realpathSync(mkdtempSync(join(tmpdir(), "darkmatter-cli-"))));
    process.env.DARKMATTER_CACHE = join(process.cwd(), "cache");
  });
  afterAll(() => {
    const folder = process.cwd();
    process.chdir(home);
    if (cache === undefined) delete process.env.DARKMATTER_CACHE;
    else process.env.DARKMATTER_CACHE = cache;
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    pictures: drawPictures,
    start(...words) {
      // As if called by its name, whatever runs the tests.
      const { npm_command, npm_package_name, FORCE_COLOR, ...env } = process.env;
      return watch(spawn(process.execPath, ["--import", TSX, MAIN, ...words], { env: { ...env, NO_COLOR: "1" } }));
    },
  };
}

function watch(child: ChildProcess): Running {
  let [stdout, stderr] = ["", ""];
  let awaited: RegExp | undefined;
  const interruptIfShown = (): void => {
    if (!awaited?.test(stderr)) return;
    awaited = undefined;
    child.kill("SIGINT");
  };
  child.stdout?.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    stderr += text;
    interruptIfShown();
  });
  return {
    interruptAt(pattern) {
      awaited = pattern;
      interruptIfShown();
    },
    finished: new Promise((resolve, reject) => {
      child.on("error", reject).on("close", (code) => resolve({ code, stdout, stderr }));
    }),
  };
}

const SIDE = 24;

async function drawPictures(folder: string, count: number, { areAlike = false } = {}): Promise<void> {
  for (let i = 0; i < count; i++) {
    const isRound = i % 2 === 0;
    const path = join(folder, isRound ? "round" : "striped", `picture ${i} ü.png`);
    mkdirSync(dirname(path), { recursive: true });
    const pixels = pixelsOf(new Random(keyFor(0, "picture", areAlike ? 0 : i)), areAlike || isRound);
    await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
      .png()
      .toFile(path);
  }
}

/** A disc or stripes of one colour on another. */
function pixelsOf(random: Random, isRound: boolean): Buffer {
  const colour = () => [random.integer(256), random.integer(256), random.integer(256)];
  const [front, back] = [colour(), colour()];
  const [x0, y0, radius] = [random.uniform(6, 18), random.uniform(6, 18), random.uniform(4, 9)];
  const pixels = Buffer.alloc(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const isFront = isRound ? Math.hypot(x - x0, y - y0) < radius : Math.sin((2 * (x + y0)) / radius) > 0;
      pixels.set(isFront ? front : back, 3 * (y * SIDE + x));
    }
  }
  return pixels;
}
