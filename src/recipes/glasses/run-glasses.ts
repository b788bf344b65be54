/**
 * Complexity is in the eye of the beholder: put glasses on a learner that exchange all pixels by one fixed permutation, see
 * what that costs whom, and find the glasses again by statistics alone.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chooseEngine, keyFor, Random, ValueError } from "../../compute/index.js";
import { type ImageSet, openImages, split, subset } from "../../data/index.js";
import {
  deflateLength,
  drawGlasses,
  inverseOrder,
  neighborCodeLength,
  neighborPrediction,
  neighborsFound,
  orderFreeAccuracy,
  type PixelTable,
  ProgramCache,
  placeCodeLength,
  recoverLayout,
  uprightLayout,
  writePng,
} from "../../evaluate/index.js";
import { RunFolder, writeJsonAtomic } from "../../train/index.js";
import { imagePixels } from "../draw-pictures.js";
import type { TrainChoices, TrainObserver } from "../main-job.js";
import { probeEncoder } from "../probe-encoder.js";
import { trainOrResume } from "../train-or-resume.js";
import {
  GLASSES_STATES,
  type GlassesReport,
  type GlassesState,
  renderGlasses,
  type StateReport,
} from "./glasses-report.js";
import { openReordered } from "./reordered-set.js";

export interface GlassesOptions {
  /** Folder, archive or data set; default fashion-mnist. */
  readonly data?: string;
  readonly labels?: string;
  /** Folder of the three runs and the report; default runs/glasses. */
  readonly out?: string;
  /** Minutes of training, all three together; default 6. 0 trains nothing. */
  readonly minutes?: number;
  /** At most so many images, drawn by the seed; default 10,000. */
  readonly numImages?: number;
  /** Side of the images in pixels, at most 48; default 32, or what the images have. */
  readonly size?: number;
  readonly objective?: string;
  readonly encoder?: string;
  readonly encoderOptions?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
}

export interface GlassesObserver extends TrainObserver {
  readonly onStage?: (name: string) => void;
}

export interface GlassesResult {
  readonly report: GlassesReport;
  readonly text: string;
  readonly picture: string;
  readonly path: string;
}

const LARGEST_SIDE = 48;
const TEST_SHARE = 0.2;
/** Images that codes and predictions read: enough for three digits. */
const NUM_READ = 2000;
/** Training and test images of the order-free learners, each. */
const NUM_ORDER_FREE = 1000;
const NUM_SHOWN = 7;

/**
 * Run the experiment; its runs, report.json and glasses.png stay in the folder. What is finished there is not done again.
 * @returns undefined if training was stopped before its end
 * @throws ValueError for a size or a number of images that does not fit; DarkmatterError as `trainImages`
 */
export async function runGlasses(
  options: GlassesOptions = {},
  observer: GlassesObserver = {},
): Promise<GlassesResult | undefined> {
  const { out = "runs/glasses", seed = 0, minutes = 6 } = options;
  const opened: ImageSet[] = [];
  const programs = new ProgramCache(await chooseEngine());
  try {
    const whole = await openWhole(options, observer);
    opened.push(whole);
    const set = drawImages(whole, options.numImages ?? 10_000, seed);
    const name = options.data ?? "fashion-mnist";
    const order = new Random(keyFor(seed, "glasses")).permutation(set.imageSize ** 2);
    const permuted = await openReordered(set, order, `${name} permuted`, observer.onData);
    opened.push(permuted);
    const { cells, places } = await recoverLayout(tableOf(permuted, set.numImages), {
      seed,
      programs,
      ...(observer.onStage && { onStage: observer.onStage }),
    });
    const recovered = await openReordered(permuted, inverseOrder(cells), `${name} recovered`, observer.onData);
    opened.push(recovered);
    const sets = { before: set, permuted, recovered };
    const layouts = layoutsOf(order, cells);
    const hasTraining = set.labels !== undefined && minutes > 0;
    const trained = hasTraining ? await trainAll(sets, name, { ...options, out, minutes, seed }, observer) : undefined;
    if (hasTraining && trained === undefined) return undefined;
    const states: Partial<Record<GlassesState, StateReport>> = {};
    for (const state of GLASSES_STATES) {
      observer.onStage?.(`reading and asking: ${state}`);
      states[state] = {
        ...complexityOf(sets[state], seed),
        neighborsFound: neighborsFound(layouts[state], set.imageSize),
        ...(set.labels && { orderFree: orderFreeOf(sets[state], seed) }),
        ...(trained && (await askEncoder(trained[state], sets[state], seed, programs))),
      };
    }
    const report: GlassesReport = {
      data: name,
      numImages: set.numImages,
      imageSize: set.imageSize,
      channels: set.channels,
      seed,
      ...(trained && describeTraining(trained.before)),
      ...(set.labels && { numClasses: set.labels.classNames.length }),
      states: states as Record<GlassesState, StateReport>,
    };
    await mkdir(out, { recursive: true });
    await writeJsonAtomic(join(out, "report.json"), report);
    observer.onStage?.("drawing glasses.png");
    const picture = join(out, "glasses.png");
    await writePng(picture, drawSheet(report, sets, { order, places, cells }, seed));
    return { report, text: renderGlasses(report), picture, path: out };
  } finally {
    for (const set of opened.reverse()) set.close();
    await programs.dispose();
  }
}

function openWhole({ data = "fashion-mnist", labels, size = 32 }: GlassesOptions, { onData }: GlassesObserver) {
  if (!(Number.isInteger(size) && size >= 8 && size <= LARGEST_SIDE)) {
    const hint = "The correlations of all pairs of pixels are looked at: 48 px are 2,304 pixels and 2.7 million pairs.";
    throw new ValueError("glasses", "size", `a whole number of pixels, 8 to ${LARGEST_SIDE}`, size, hint);
  }
  return openImages(data, {
    // twice the training size is what is kept of larger images
    trainingSize: Math.ceil(size / 2),
    ...(labels !== undefined && { labels }),
    ...(onData && { onProgress: onData }),
  });
}

function drawImages(whole: ImageSet, most: number, seed: number): ImageSet {
  const fewest = 100;
  if (!(Number.isInteger(most) && most >= fewest)) {
    throw new ValueError("glasses", "images", `a whole number, at least ${fewest}`, most);
  }
  if (whole.numImages < fewest) {
    const hint = "Statistics of pixels take hundreds of images, better thousands.";
    throw new ValueError("glasses", "data", `at least ${fewest} images`, whole.numImages, hint);
  }
  if (whole.numImages <= most) return whole;
  return subset(
    whole,
    new Random(keyFor(seed, "glasses images")).permutation(whole.numImages).subarray(0, most).sort(),
  );
}

/** Where each true place went, by state. */
function layoutsOf(order: Uint32Array, cells: Uint32Array): Readonly<Record<GlassesState, Uint32Array>> {
  const permuted = inverseOrder(order);
  return { before: order.map((_, place) => place), permuted, recovered: permuted.map((at) => cells[at]!) };
}

function tableOf(set: ImageSet, count: number): PixelTable {
  const rows = Array.from({ length: Math.min(count, set.numImages) }, (_, i) => i);
  const { imageSize, channels } = set;
  return { numImages: rows.length, numPixels: imageSize ** 2, channels, values: set.readPixels(rows) };
}

function complexityOf(set: ImageSet, seed: number) {
  const rows = new Random(keyFor(seed, "glasses read")).permutation(set.numImages).subarray(0, NUM_READ);
  const side = set.imageSize;
  const table = tableOf(subset(set, rows), NUM_READ);
  const { bitsPerValue, explained } = neighborPrediction(table, side);
  return {
    neighborBits: neighborCodeLength(table, side),
    predictionBits: bitsPerValue,
    predictionExplained: explained,
    deflateBits: deflateLength(table, side),
    placeBits: placeCodeLength(table),
  };
}

function orderFreeOf(set: ImageSet, seed: number) {
  const { classOf, classNames } = set.labels!;
  const labelled = new Random(keyFor(seed, "order free"))
    .permutation(set.numImages)
    .filter((row) => classOf[row]! >= 0);
  const numTrain = Math.min(NUM_ORDER_FREE, Math.floor(labelled.length / 2));
  return orderFreeAccuracy({
    table: tableOf(set, set.numImages),
    labels: classOf,
    numClasses: classNames.length,
    train: labelled.subarray(0, numTrain),
    test: labelled.subarray(numTrain, 2 * numTrain),
  });
}

/** The three runs, one after the other, with as many steps each; undefined if stopped. */
async function trainAll(
  sets: Readonly<Record<GlassesState, ImageSet>>,
  data: string,
  options: GlassesOptions & { readonly out: string; readonly minutes: number; readonly seed: number },
  observer: GlassesObserver,
): Promise<Readonly<Record<GlassesState, RunFolder>> | undefined> {
  const { out, minutes, seed, objective, encoder, encoderOptions } = options;
  const folders: Partial<Record<GlassesState, RunFolder>> = {};
  let isAnnounced = false;
  const announceOnce: TrainObserver["onPlan"] = (plan) => {
    // the other states are trained alike
    if (!isAnnounced) observer.onPlan?.(plan);
    isAnnounced = true;
  };
  for (const state of GLASSES_STATES) {
    const steps = folders.before?.config.totalSteps;
    observer.onStage?.(`training on images ${state}`);
    const choices: TrainChoices & { readonly out: string } = {
      data,
      size: sets[state].imageSize,
      ...(objective !== undefined && { objective }),
      ...(encoder !== undefined && { encoder }),
      ...(encoderOptions && { encoderOptions }),
      seed,
      ...(steps === undefined ? { minutes: minutes / GLASSES_STATES.length } : { steps }),
      out: join(out, state),
    };
    const { kept } = split(sets[state], { heldOut: TEST_SHARE, seed });
    const { isFinished } = await trainOrResume(choices, { ...observer, onPlan: announceOnce }, kept);
    if (!isFinished) return undefined;
    folders[state] = await RunFolder.open(join(out, state));
  }
  return folders as Record<GlassesState, RunFolder>;
}

function describeTraining({ config }: RunFolder) {
  return { steps: config.totalSteps, objective: config.objective.name, encoder: config.encoder.name };
}

async function askEncoder(folder: RunFolder, set: ImageSet, seed: number, programs: ProgramCache) {
  const { kept, heldOut } = split(set, { heldOut: TEST_SHARE, seed });
  const encoder = await probeEncoder(folder, { train: kept, test: heldOut, seed, programs, which: "trained" });
  const randomInit = await probeEncoder(folder, { train: kept, test: heldOut, seed, programs, which: "untrained" });
  return { encoder, randomInit };
}

function drawSheet(
  { data, numImages, states }: GlassesReport,
  sets: Readonly<Record<GlassesState, ImageSet>>,
  layout: { readonly order: Uint32Array; readonly places: Float64Array; readonly cells: Uint32Array },
  seed: number,
) {
  const { imageSize: side } = sets.before;
  const indices = new Random(keyFor(seed, "glasses shown")).permutation(numImages).subarray(0, NUM_SHOWN);
  // turned upright for the eye; learners see it as it was found
  const { recovered } = layoutsOf(layout.order, layout.cells);
  const upright = uprightLayout(recovered, side);
  const found = imagePixels(sets.before);
  const turned = inverseOrder(upright);
  const { channels } = sets.before;
  const images = {
    before: found,
    permuted: imagePixels(sets.permuted),
    recovered: {
      ...found,
      pixels: (index: number) => {
        const original = found.pixels(index);
        return original.map((_, at) => original[turned[Math.floor(at / channels)]! * channels + (at % channels)]!);
      },
    },
  };
  const note = (state: GlassesState) => {
    const { neighborBits, encoder } = states[state];
    return `${neighborBits.toFixed(2)} bits a value${encoder ? `\nkNN ${(100 * encoder.knn.mean).toFixed(1)} %` : ""}`;
  };
  return drawGlasses({
    title: "Complexity is in the eye of the beholder",
    subtitle:
      `${numImages.toLocaleString("en-US")} images of ${data}: as they are, with all pixels permuted alike, and put together ` +
      `from statistics alone (${(100 * states.recovered.neighborsFound).toFixed(1)} % of neighbours found)`,
    states: GLASSES_STATES.map((name) => ({ name, note: note(name), images: images[name] })),
    indices: [...indices],
    side,
    places: layout.places,
    truePlaces: layout.order,
  });
}
