/**
 * Augmented views a second: SimCLR's recipe on JPEG pictures of 64 and 256 pixels, views of 32 and 128. Ours (threads on
 * pixels decoded once) beside torchvision (PIL, in the processes of a DataLoader; from JPEG files and from decoded
 * pixels) and sharp (from JPEG). One worker each and two. Then the share of a short real training run that is spent
 * waiting for views.
 *
 *   npm run bench -- pipeline [--size 32,128] [--threads 1,2] [--rounds 5] [--count 2048] [--json]
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { DarkmatterError, ValueError } from "darkmatter/compute";
import { openImages } from "darkmatter/data";
import {
  type Bench,
  type BenchOptions,
  type BenchResult,
  numberOf,
  numbersOf,
  type Row,
  resultOf,
} from "./frame/bench.js";
import { pythonProgram } from "./frame/python-peer.js";
import { nodeProgram, type Side, type SideProgram, startSide } from "./frame/side.js";
import { type Comparison, takeTurns } from "./frame/timing.js";
import { jpegPicture } from "./models/pictures.js";
import { shareOfWaiting } from "./models/waiting.js";

const NUM_IMAGES = 512;
/** Pictures are twice as large as views, so that crops have something to zoom into. */
const ZOOM = 2;
const ROUNDS = 5;
/** Views in a turn, by their size: a second or two of work, and whole batches of 256. */
const COUNTS: Readonly<Record<number, number>> = { 32: 2048, 128: 256 };
/** The most of a training step that may be spent waiting for data. */
const TARGET_SHARE = 0.05;
/** Sides draw other crops and colours, and sharp's operations differ: their views must only be alike. */
const MEAN_TOLERANCE = 0.3;
const STD_TOLERANCE = 0.3;
const COLUMNS = ["torchvision, pixels", "torchvision, jpeg", "sharp, jpeg"] as const;

export default {
  name: "pipeline",
  summary: "augmented views a second, beside torchvision and sharp, and the share of a step spent waiting for them",
  run,
} satisfies Bench;

async function run({ args, say }: BenchOptions): Promise<BenchResult> {
  const rows: Row[] = [];
  const allThreads = numbersOf(args, "threads", availableParallelism() > 1 ? [1, 2] : [1]);
  for (const size of numbersOf(args, "size", [32, 128])) {
    const folder = mkdtempSync(join(tmpdir(), "darkmatter-bench-"));
    try {
      await writePictures(folder, size * ZOOM, size);
      for (const threads of allThreads) rows.push(...(await measure({ folder, size, threads }, { args, say })));
      if (size === 32) rows.push(await waitingRow(folder, size, say));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  if (rows.every(({ ratio }) => ratio === null)) throw new DarkmatterError("bench: no peer runs here.");
  return resultOf(rows);
}

/** JPEG files, their pixels in one raw file, and our cache of them. */
async function writePictures(folder: string, side: number, size: number): Promise<void> {
  mkdirSync(join(folder, "images"));
  for (let i = 0; i < NUM_IMAGES; i++) {
    writeFileSync(join(folder, "images", `${String(i).padStart(4, "0")}.jpg`), await jpegPicture(i, side));
  }
  const set = await openImages(join(folder, "images"), { trainingSize: size, cacheDir: join(folder, "cache") });
  try {
    if (set.imageSize !== side) throw new ValueError("pipeline", "cached size", `${side} px`, set.imageSize);
    const all = Uint32Array.from({ length: set.numImages }, (_, i) => i);
    writeFileSync(join(folder, "pixels.u8"), set.readPixels(all));
  } finally {
    set.close();
  }
}

interface ViewCase {
  readonly folder: string;
  readonly size: number;
  readonly threads: number;
}

async function measure({ folder, size, threads }: ViewCase, { args, say }: BenchOptions): Promise<Row[]> {
  const count = numberOf(args, "count", COUNTS[size] ?? 1024);
  const words = ["--folder", folder, "--size", `${size}`, "--side", `${size * ZOOM}`, "--count", `${count}`];
  const options = { args: words, threads, say };
  const label = `${size * ZOOM} to ${size} px, ${threads} worker${threads === 1 ? "" : "s"}`;
  say(label);
  const running: Side[] = [];
  try {
    const ours = await startSide(nodeProgram("models/our-views.ts", options));
    running.push(ours);
    const expected = await ours.ask("step");
    const peers: Record<string, Side> = {};
    const absent: Record<string, string> = {};
    for (const [column, program] of Object.entries(peerPrograms(options))) {
      try {
        const side = await startSide(program());
        running.push(side);
        requireAlike(String(side.info.side), expected, await side.ask("step"));
        peers[column] = side;
      } catch (error) {
        if (!(error instanceof DarkmatterError) || error instanceof ValueError) throw error;
        absent[column] = error.message;
        say(`  ${column}: skipped. ${error.message}`);
      }
    }
    const rounds = numberOf(args, "rounds", ROUNDS);
    const contender = (side: Side) => ({ step: secondsOf(side), rounds });
    const compared = await takeTurns({
      ours: secondsOf(ours),
      peers: Object.fromEntries(Object.entries(peers).map(([column, side]) => [column, contender(side)])),
      onRound: (round, seconds) => say(`  round ${round + 1}: ${inWords(seconds, count)}`),
    });
    return COLUMNS.map((column) => rowOf(label, column, peers[column], compared[column], count, absent[column]));
  } finally {
    for (const side of running) side.kill();
  }
}

function peerPrograms(options: { args: string[]; threads: number; say: (line: string) => void }) {
  const torchvision = (source: string) => (): SideProgram =>
    pythonProgram("views.py", {
      ...options,
      modules: ["torch", "numpy", "PIL"],
      args: [...options.args, "--source", source],
    });
  const programs: Record<(typeof COLUMNS)[number], () => SideProgram> = {
    "torchvision, pixels": torchvision("pixels"),
    "torchvision, jpeg": torchvision("jpeg"),
    "sharp, jpeg": () => nodeProgram("peers/views-sharp.ts", options),
  };
  return programs;
}

/** @throws ValueError if the views of a peer are not like ours at all */
function requireAlike(name: string, ours: Record<string, unknown>, theirs: Record<string, unknown>): void {
  const [meanGap, stdRatio] = [Number(theirs.mean) - Number(ours.mean), Number(theirs.std) / Number(ours.std)];
  if (Math.abs(meanGap) <= MEAN_TOLERANCE && Math.abs(stdRatio - 1) <= STD_TOLERANCE) return;
  const expected = `mean ${ours.mean} and deviation ${ours.std}, as ours, within 0.3`;
  throw new ValueError("pipeline", `views of ${name}`, expected, [theirs.mean, theirs.std]);
}

/** Seconds become views a second: of these, more is better. */
function rowOf(
  label: string,
  column: string,
  side: Side | undefined,
  comparison: Comparison | undefined,
  count: number,
  note: string | undefined,
): Row {
  const common = { label, column, peerName: String(side?.info.side ?? column), unit: "views a second" };
  if (comparison === undefined) {
    const nothing = { ours: null, peer: null, ratio: null, runs: 0, spread: { ours: 0, peer: 0 } };
    return { ...common, ...nothing, ...(note === undefined ? {} : { note }) };
  }
  return { ...common, ...comparison, ours: count / comparison.ours, peer: count / comparison.peer };
}

async function waitingRow(folder: string, size: number, say: (line: string) => void): Promise<Row> {
  const { share, steps } = await shareOfWaiting(folder, size);
  say(`training waits for views ${(100 * share).toFixed(1)} % of its time (${steps} steps)`);
  return {
    label: "waiting for views, ViT step, batch 64",
    column: "target",
    peerName: "target",
    ours: share,
    peer: TARGET_SHARE,
    ratio: TARGET_SHARE / share,
    unit: "of a step",
    runs: steps,
    spread: { ours: 0, peer: 0 },
  };
}

function secondsOf(side: Side) {
  return async () => Number((await side.ask("step")).seconds);
}

function inWords(seconds: Readonly<Record<string, number>>, count: number): string {
  return Object.entries(seconds)
    .map(([name, value]) => `${name} ${(count / value).toFixed(0)}/s`)
    .join(", ");
}
