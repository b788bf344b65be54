/** What a world model's states know of the truth behind a picture: its factors, read off linearly, beside floors. */
import { chooseEngine, type Engine, type HostArray, keyFor, Random, type Tree } from "../../compute/index.js";
import { type ClipSet, selectClips, splitClips } from "../../data/index.js";
import { alignedTable, type Estimate, ProgramCache, regress } from "../../evaluate/index.js";
import { initialise } from "../../nn/index.js";
import { buildModel, createImaginer, type RunFolder, type TrainConfig } from "../../train/index.js";

/** One factor: mean |error| in its own unit. */
export interface WhereRow {
  readonly factor: string;
  readonly model: Estimate;
  readonly untrained: number;
  readonly rawPixels: number;
  /** Of always saying the mean. */
  readonly mean: number;
}

export interface WhereReport {
  readonly rows: readonly WhereRow[];
  readonly numTrain: number;
  readonly numTest: number;
  /** Whether the episodes asked about were set aside in training. */
  readonly isHeldOut: boolean;
}

const MOST_TRAIN = 4000;
const MOST_TEST = 1000;
const HELD_OUT_SHARE = 0.2;

/** Undefined where the data holds no factors. */
export async function evaluateWhere(folder: RunFolder, set: ClipSet): Promise<WhereReport | undefined> {
  const names = Object.keys(set.measurements ?? {});
  if (names.length === 0) return undefined;
  const { config } = folder;
  const { holdOut, holdOutSeed } = config.data;
  const split = { heldOut: holdOut ?? HELD_OUT_SHARE, seed: holdOutSeed ?? config.seed };
  const { kept, heldOut } = splitClips(set, split);
  // Split and standardised as the run was, whatever the parts' own moments are.
  const [train, test] = [someOf(kept, MOST_TRAIN, set), someOf(heldOut, MOST_TEST, set)];
  const engine = await chooseEngine(config.engine);
  const trained = await folder.loadParameters("online");
  const untrained = initialise(buildModel(config).specs as never, keyFor(config.seed, "parameters"));
  const task = { train, test, names, engine, seed: config.seed };
  const model = await readFrom(task, (clips) => statesOf(config, trained as never, clips));
  const floor = await readFrom(task, (clips) => statesOf(config, untrained as never, clips));
  const pixels = await readFrom(task, async (clips) => firstObservations(clips));
  const rows = names.map((factor) => ({
    factor,
    model: model[factor]!.mae,
    untrained: floor[factor]!.mae.mean,
    rawPixels: pixels[factor]!.mae.mean,
    mean: model[factor]!.meanMae,
  }));
  return { rows, numTrain: train.numImages, numTest: test.numImages, isHeldOut: holdOut !== undefined };
}

export function renderWhere({ rows, numTrain, numTest, isHeldOut }: WhereReport): string {
  const asked = isHeldOut ? "of episodes that were set aside" : "of episodes that training saw, without their factors";
  const facts = `what states know: mean |error| of a linear reading, learnt from ${numTrain.toLocaleString("en-US")} observations, asked about ${numTest.toLocaleString("en-US")} ${asked}`;
  const cells = rows.map(({ factor, model, untrained, rawPixels, mean }) => [
    factor,
    ...[mean, rawPixels, untrained, model.mean].map(decimal),
    `${decimal(model.low)} – ${decimal(model.high)}`,
  ]);
  const headers = ["factor", "always the mean", "raw pixels", "untrained", "model", "95 % interval"];
  return `${facts}\n\n${alignedTable(headers, cells)}`;
}

interface Reading {
  readonly train: ClipSet;
  readonly test: ClipSet;
  readonly names: readonly string[];
  readonly engine: Engine;
  readonly seed: number;
}

async function readFrom(
  { train, test, names, engine, seed }: Reading,
  featuresOf: (clips: ClipSet) => Promise<Float32Array>,
) {
  const rowsOf = async (clips: ClipSet) => {
    const values = await featuresOf(clips);
    const { numImages } = clips;
    return {
      source: { numImages, dim: values.length / numImages, values },
      indices: Int32Array.from({ length: numImages }, (_, i) => i),
      targets: Array.from({ length: numImages }, (_, i) => names.map((name) => clips.measurements![name]![i]!)).flat(),
    };
  };
  const programs = new ProgramCache(engine);
  try {
    return (await regress({ train: await rowsOf(train), test: await rowsOf(test), names, seed, programs })).scores;
  } finally {
    await programs.dispose();
  }
}

async function statesOf(config: TrainConfig, parameters: Tree<HostArray>, clips: ClipSet): Promise<Float32Array> {
  const imaginer = await createImaginer(config, parameters);
  try {
    return await imaginer.statesOf(firstObservations(clips), clips.numImages);
  } finally {
    await imaginer.close();
  }
}

function firstObservations(clips: ClipSet): Float32Array {
  const length = clips.shape.reduce((size, dim) => size * dim, 1);
  const values = new Float32Array(clips.numImages * length);
  for (let i = 0; i < clips.numImages; i++) clips.readObservations(i, { first: 0, count: 1 }, values, i * length);
  return values;
}

/** At most so many clips of a part, standardised as the whole. */
function someOf(part: ClipSet, most: number, whole: ClipSet): ClipSet {
  const order = new Random(keyFor(0, "where", most)).permutation(part.numImages).subarray(0, most);
  return selectClips(
    whole,
    Array.from(order, (row) => part.indices![row]!),
  );
}

function decimal(value: number): string {
  return value.toPrecision(3);
}
