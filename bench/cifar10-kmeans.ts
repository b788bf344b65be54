/**
 * What the simplest unsupervised encoder reaches: k-means on patches with a linear classifier (Coates, Ng and Lee 2011)
 * on CIFAR-10 with 10,000 labels, beside the linear probe of one of our runs on the same validation images.
 *
 *   npm run darkmatter -- train cifar10-train.tar.gz --hold-out 5000 --minutes 15 --out runs/cifar10
 *   npm run darkmatter -- eval runs/cifar10 --num-labels 10000
 *   npm run bench -- cifar10-kmeans --data cifar10-train.tar.gz [--run runs/cifar10] [--centroids 1600]
 *
 * Without --run it measures the peer alone.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { keyFor, Random, ValueError } from "darkmatter/compute";
import { groupingOf, type ImageSet, openImages, split, subset } from "darkmatter/data";
import { argumentOf, type Bench, type BenchOptions, type BenchResult } from "./frame/bench.js";
import { runPeer } from "./frame/python-peer.js";

const SEED = 0;
const NUM_VALIDATION = 5_000;
const NUM_UNLABELLED = 20_000;
const NUM_LABELLED = 10_000;

export default {
  name: "cifar10-kmeans",
  summary: "accuracy on CIFAR-10 with 10,000 labels: our linear probe beside k-means patches",
  run,
} satisfies Bench;

async function run({ args, say }: BenchOptions): Promise<BenchResult> {
  const path = argumentOf(args, "data") ?? process.env.DARKMATTER_CIFAR10;
  if (path === undefined) {
    const hint = "It is a folder or tar archive with one subfolder a class; --data or $DARKMATTER_CIFAR10 names it.";
    throw new ValueError("cifar10-kmeans", "--data", "the CIFAR-10 training images", "nothing", hint);
  }
  const folder = mkdtempSync(join(tmpdir(), "darkmatter-kmeans-"));
  const images = await openImages(path, { trainingSize: 32, channels: 3 });
  try {
    dumpSplits(images, folder);
    const peer = await runPeer("kmeans_patches.py", {
      modules: ["torch", "numpy"],
      args: ["--data", folder, "--size", String(images.imageSize), ...passedOn(args)],
      threads: availableParallelism(),
      say,
    });
    return compare(linearProbeOf(argumentOf(args, "run")), peer);
  } finally {
    images.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The raw files the peer reads: 20,000 images of which the first 10,000 have labels, and 5,000 for validation. */
function dumpSplits(images: ImageSet, folder: string): void {
  const { kept, heldOut } = split(images, { heldOut: NUM_VALIDATION, seed: SEED });
  const order = new Random(keyFor(SEED, "cifar10-kmeans")).permutation(kept.numImages);
  dump(subset(kept, order.subarray(0, NUM_UNLABELLED)), NUM_LABELLED, folder, "train");
  dump(heldOut, NUM_VALIDATION, folder, "validation");
}

function dump(images: ImageSet, numLabels: number, folder: string, name: string): void {
  const indices = Uint32Array.from({ length: images.numImages }, (_, index) => index);
  const { classOf } = groupingOf("cifar10-kmeans", images, "labels");
  writeFileSync(join(folder, `${name}_images.u8`), images.readPixels(indices));
  writeFileSync(join(folder, `${name}_labels.i32`), classOf.slice(0, numLabels));
}

function passedOn(args: readonly string[]): string[] {
  return ["centroids", "patches", "iterations", "seed"].flatMap((name) => {
    const value = argumentOf(args, name);
    return value === undefined ? [] : [`--${name}`, value];
  });
}

/** Accuracy of the linear probe in a run's report. */
function linearProbeOf(run: string | undefined): number | null {
  if (run === undefined) return null;
  const { linear } = JSON.parse(readFileSync(join(run, "report.json"), "utf8"));
  if (typeof linear?.mean === "number") return linear.mean;
  throw new ValueError(
    "cifar10-kmeans",
    "--run",
    "a run whose report.json holds the linear probe",
    linear,
    "Run `darkmatter eval` first.",
  );
}

function compare(
  ours: number | null,
  { peer: peerName, accuracy, ...details }: Readonly<Record<string, unknown>>,
): BenchResult {
  const peer = Number(accuracy);
  const ratio = ours === null ? null : ours / peer;
  return {
    ours,
    peer,
    peerName: String(peerName),
    ratio,
    unit: "accuracy",
    runs: 1,
    spread: { ours: 0, peer: 0 },
    details,
  };
}
