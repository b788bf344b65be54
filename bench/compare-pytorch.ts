/**
 * Whether PyTorch learns the same: three methods trained here and by a twin in PyTorch, from the same start, on the same
 * views, with the same optimizer and schedules; then both encoders are asked by the same kNN and linear probe.
 *
 *   npm run bench -- compare-pytorch --data cifar10-train.tar.gz
 *     [--methods simclr,vicreg,byol] [--encoders convnet,vit] [--steps 200] [--batch 128] [--seeds 3]
 *
 * The twin takes seed 0; the other seeds are ours alone and say how far apart two runs are that differ in nothing but
 * luck. The pair agrees if the twin lies in the 95 % interval for one more seed of ours.
 */
import { chooseEngine, keyFor, lookUp, Random, ValueError } from "darkmatter/compute";
import { groupingOf, type ImageSet, openImages, split, subset } from "darkmatter/data";
import {
  type EvaluationTask,
  evaluateFeatures,
  type Features,
  meanEstimate,
  studentQuantile975,
} from "darkmatter/evaluate";
import { chooseConfig, type TrainChoices } from "darkmatter/recipes";
import {
  argumentOf,
  type Bench,
  type BenchOptions,
  type BenchResult,
  numberOf,
  type Row,
  resultOf,
} from "./frame/bench.js";
import { trainTwins } from "./twins/twin-run.js";

const NUM_HELD_OUT = 5_000;
const NUM_LABELLED = 10_000;
const SIZE = 32;
/** Methods that twin_models.py has. */
const METHODS = { simclr: {}, vicreg: {}, barlowTwins: {}, byol: {} } as const;
const ENCODERS: Readonly<Record<string, Partial<TrainChoices>>> = {
  convnet: { encoder: "convnet", encoderOptions: { width: 32 }, learningRate: 2e-3 },
  vit: {
    encoder: "vit",
    encoderOptions: { width: 128, depth: 4, numHeads: 2, patchSize: 8 },
    learningRate: 1e-3,
  },
};
const PROBES = ["knn", "linear"] as const;
const TRACKED_STEPS = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000];

export default {
  name: "compare-pytorch",
  summary:
    "accuracy of three methods trained here and by a twin in PyTorch on the same views (`--data` names the images)",
  run,
} satisfies Bench;

/** One method on one encoder. */
interface Pair {
  readonly method: keyof typeof METHODS;
  readonly encoder: string;
}

async function run({ args, say }: BenchOptions): Promise<BenchResult> {
  const whole = await openImages(dataOf(args), { trainingSize: SIZE, channels: 3 });
  try {
    const numSeeds = numberOf(args, "seeds", 3);
    if (numSeeds < 3)
      throw new ValueError("compare-pytorch", "--seeds", "at least 3: fewer say nothing of luck", numSeeds);
    const sides = splitImages(whole);
    const rows: Row[] = [];
    const losses: Record<string, unknown> = {};
    for (const pair of pairsOf(args)) {
      const compared = await comparePair(pair, sides, { numSeeds, args, say });
      rows.push(...compared.rows);
      losses[`${pair.method} on ${pair.encoder}`] = compared.losses;
    }
    return resultOf(rows, { losses });
  } finally {
    whole.close();
  }
}

interface Sides {
  readonly trained: ImageSet;
  /** Labelled ones that probes learn from, then those they are asked about. */
  readonly asked: ImageSet;
  readonly probes: Pick<EvaluationTask, "labels" | "split">;
}

function splitImages(whole: ImageSet): Sides {
  const { kept, heldOut } = split(whole, { heldOut: Math.min(NUM_HELD_OUT, Math.floor(whole.numImages / 5)), seed: 0 });
  const numLabelled = Math.min(NUM_LABELLED, kept.numImages);
  const labelled = new Random(keyFor(0, "compare-pytorch")).permutation(kept.numImages).subarray(0, numLabelled);
  const rows = [...Array.from(labelled.sort(), (row) => kept.indices![row]!), ...heldOut.indices!];
  const asked = subset(whole, rows);
  const places = Array.from({ length: rows.length }, (_, i) => i);
  return {
    trained: kept,
    asked,
    probes: {
      labels: groupingOf("compare-pytorch", asked, "labels").classOf,
      split: { train: places.slice(0, numLabelled), test: places.slice(numLabelled) },
    },
  };
}

interface PairOptions extends BenchOptions {
  readonly numSeeds: number;
}

async function comparePair({ method, encoder }: Pair, sides: Sides, { numSeeds, args, say }: PairOptions) {
  const label = `${method} on ${encoder}`;
  say(`${label}: seed 0 here and in PyTorch, then ${numSeeds - 1} more seeds of ours`);
  const trained = async (seed: number) => {
    const choices = { data: dataOf(args), objective: method, size: SIZE, threads: 1, seed, ...ENCODERS[encoder] };
    const length = { steps: numberOf(args, "steps", 200), batch: numberOf(args, "batch", 128) };
    const config = await chooseConfig({ ...choices, ...length }, sides.trained);
    return trainTwins({ config, set: sides.trained, asked: sides.asked, withPeer: seed === 0, say });
  };
  const { losses, features, peer } = await trained(0);
  const tracked = trackedLosses(losses, peer!.losses);
  for (const { step, ours: own, peer: other } of tracked) {
    say(`  step ${step}: loss ${own.toPrecision(7)} here, ${other.toPrecision(7)} there (${relative(own, other)})`);
  }
  const theirs = await accuracyOf(peer!.features, sides);
  const ours = [await accuracyOf(features, sides)];
  say(`  seed 0: here ${inWords(ours[0]!)}; PyTorch ${inWords(theirs)}`);
  for (let seed = 1; seed < numSeeds; seed++) {
    const { features } = await trained(seed);
    ours.push(await accuracyOf(features, sides));
    say(`  seed ${seed}: here ${inWords(ours.at(-1)!)}`);
  }
  const rows = PROBES.map((probe) => {
    const ofSeeds = ours.map((accuracies) => accuracies[probe]);
    return rowOf(label, probe, ofSeeds, theirs[probe], peer!.name);
  });
  for (const { label: what, note } of rows) say(`  ${what}: ${note}`);
  return { rows, losses: tracked };
}

function inWords(accuracies: Readonly<Record<Probe, number>>): string {
  return PROBES.map((probe) => `${probe} ${percent(accuracies[probe])}`).join(", ");
}

type Probe = (typeof PROBES)[number];

async function accuracyOf(features: Features, { probes }: Sides): Promise<Record<Probe, number>> {
  const report = await evaluateFeatures({
    encoder: features,
    ...probes,
    seed: 0,
    engine: await chooseEngine("native"),
  });
  return { knn: report.knn!.mean, linear: report.linear!.mean };
}

/** Ours is the seed that the twin took; whether the two agree is for the spread of our seeds to say. */
function rowOf(label: string, probe: Probe, ours: readonly number[], peer: number, peerName: string): Row {
  const { mean } = meanEstimate(ours);
  const half = noiseOfOneMore(ours);
  const agrees = Math.abs(peer - mean) <= half;
  const note =
    `PyTorch ${percent(peer)}, ours ${ours.map(percent).join(", ")}: one more seed of ours lies in ` +
    `${percent(mean)} ± ${percent(half)} (95 %), so the twin ${agrees ? "agrees" : "DIFFERS"}`;
  return {
    ...{ label: `${label}, ${probe}`, column: "PyTorch", peerName, unit: "top-1" },
    ...{ ours: ours[0]!, peer, ratio: ours[0]! / peer, runs: 1, spread: { ours: 0, peer: 0 } },
    note,
  };
}

/** Half the 95 % prediction interval for one more draw: t(n − 1) s √(1 + 1/n). */
export function noiseOfOneMore(draws: readonly number[]): number {
  const n = draws.length;
  const { mean } = meanEstimate(draws);
  const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / (n - 1);
  return studentQuantile975(n - 1) * Math.sqrt(variance * (1 + 1 / n));
}

function trackedLosses(ours: readonly number[], peer: readonly number[]) {
  const steps = TRACKED_STEPS.filter((step) => step < ours.length);
  return [...steps, ours.length].map((step) => ({ step, ours: ours[step - 1]!, peer: peer[step - 1]! }));
}

function pairsOf(args: readonly string[]): Pair[] {
  const methods = (argumentOf(args, "methods") ?? "simclr,vicreg,byol").split(",");
  const encoders = (argumentOf(args, "encoders") ?? "convnet").split(",");
  return encoders.flatMap((encoder) => {
    lookUp("compare-pytorch", "encoder", ENCODERS, encoder);
    return methods.map((method) => {
      lookUp("compare-pytorch", "method", METHODS, method);
      return { method: method as Pair["method"], encoder };
    });
  });
}

function dataOf(args: readonly string[]): string {
  const path = argumentOf(args, "data") ?? process.env.DARKMATTER_CIFAR10;
  if (path !== undefined) return path;
  const hint =
    "A folder or tar archive with one subfolder a class, or a data set; --data or $DARKMATTER_CIFAR10 names it.";
  throw new ValueError("compare-pytorch", "--data", "the images", "nothing", hint);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function relative(a: number, b: number): string {
  return `${(Math.abs(b - a) / Math.abs(a)).toExponential(1)} of it apart`;
}
