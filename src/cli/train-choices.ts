/** What can be chosen about a training run: by flag, and by the same name in a config file. */
import { type Command, Option } from "commander";
import { UnknownNameError, ValueError } from "../compute/errors.js";
import type { TrainChoices } from "../recipes/index.js";
import { checkNumber, type NumberBounds, parseNumber, parseSetting } from "./values.js";

interface Choice {
  readonly kind: "text" | "number" | "settings" | "list" | "words";
  /** Commander's notation; absent for what only a config file can say. */
  readonly flag?: string;
  readonly doc: string;
  readonly bounds?: NumberBounds;
}

const COUNT: NumberBounds = { isWhole: true, min: 1 };

/** Every choice there is: the type check finds one that is missing. */
const CHOICES: Readonly<Record<keyof TrainChoices, Choice>> = {
  data: { kind: "text", doc: "folder of images or of episodes, tar archive, data set, or .csv or .parquet file" },
  labels: { kind: "text", flag: "--labels <file.csv>", doc: "columns file and label; only evaluation sees them" },
  holdOut: {
    kind: "number",
    flag: "--hold-out <share>",
    doc: "set images aside for evaluation: a fraction, or a count",
    bounds: { above: 0 },
  },
  holdOutSeed: {
    kind: "number",
    flag: "--hold-out-seed <number>",
    doc: "which ones, whatever the seed of the run (default: by that seed)",
    bounds: { isWhole: true, min: 0 },
  },
  objective: { kind: "text", flag: "--objective <name>", doc: "what is learnt by (default: simclr)" },
  objectiveOptions: { kind: "settings", flag: "--set <key=value>", doc: "option of the objective; may be repeated" },
  encoder: {
    kind: "text",
    flag: "--encoder <name>",
    doc: "what learns (default: convnet, or vit where places are hidden)",
  },
  encoderOptions: {
    kind: "settings",
    flag: "--encoder-set <key=value>",
    doc: "option of the encoder; may be repeated",
  },
  optimizer: { kind: "text", flag: "--optimizer <name>", doc: "what follows the gradient (default: adamw)" },
  optimizerOptions: {
    kind: "settings",
    flag: "--optimizer-set <key=value>",
    doc: "option of the optimizer; may be repeated",
  },
  projector: { kind: "settings", doc: "{ hiddenDim, numHiddenLayers, outDim }" },
  size: { kind: "number", flag: "--size <pixels>", doc: "side of the views (default: from the images)", bounds: COUNT },
  epochs: { kind: "number", flag: "--epochs <count>", doc: "train for so many passes", bounds: { above: 0 } },
  steps: { kind: "number", flag: "--steps <count>", doc: "train for so many steps", bounds: COUNT },
  minutes: { kind: "number", flag: "--minutes <time>", doc: "train for so long", bounds: { above: 0 } },
  batch: {
    kind: "number",
    flag: "--batch <images>",
    doc: "images a step (default: from their number)",
    bounds: { isWhole: true, min: 2 },
  },
  chunk: {
    kind: "number",
    flag: "--chunk <images>",
    doc: "encode a batch so many images at a time: same gradient, less memory",
    bounds: COUNT,
  },
  seed: {
    kind: "number",
    flag: "--seed <number>",
    doc: "everything random follows from it (default: 0)",
    bounds: { isWhole: true, min: 0 },
  },
  learningRate: { kind: "number", flag: "--lr <rate>", doc: "peak learning rate", bounds: { above: 0 } },
  weightDecay: { kind: "number", flag: "--weight-decay <rate>", doc: "decoupled weight decay", bounds: { min: 0 } },
  strength: {
    kind: "number",
    flag: "--strength <factor>",
    doc: "of the augmentation: 1 as published, 0 hardly any (default: 1)",
    bounds: { min: 0 },
  },
  localViews: {
    kind: "number",
    flag: "--local-views <count>",
    doc: "small crops of an image beside its usual views (default: none)",
    bounds: { isWhole: true, min: 0 },
  },
  views: { kind: "list", doc: "view recipes { size, steps } in full, instead of the objective's own" },
  numGlobalViews: { kind: "number", doc: "how many of the views are global", bounds: COUNT },
  engine: { kind: "text", flag: "--engine <name>", doc: "native, webgpu or wasm (default: the best one here)" },
  threads: { kind: "number", flag: "--threads <count>", doc: "threads of the engine (default: all)", bounds: COUNT },
  out: { kind: "text", flag: "--out <folder>", doc: "folder of the run (default: runs/<data>-<objective>)" },
  checkpointEvery: {
    kind: "number",
    flag: "--checkpoint-every <steps>",
    doc: "save a checkpoint so often",
    bounds: COUNT,
  },
  metersEvery: {
    kind: "number",
    flag: "--meters-every <steps>",
    doc: "let the collapse doctor look so often",
    bounds: COUNT,
  },
  knnEvery: {
    kind: "number",
    flag: "--knn-every <steps>",
    doc: "record the kNN accuracy of labelled images set aside so often: eval names the best step",
    bounds: COUNT,
  },
  window: {
    kind: "number",
    flag: "--window <rows>",
    doc: "series: rows of a window; 1 makes every row a sample (default: up to 64)",
    bounds: COUNT,
  },
  stride: {
    kind: "number",
    flag: "--stride <rows>",
    doc: "series: rows from one window to the next (default: half a window)",
    bounds: COUNT,
  },
  time: { kind: "text", flag: "--time <column>", doc: "series: when a row was; windows do not cross gaps" },
  group: { kind: "text", flag: "--group <column>", doc: "series: what windows stay within, such as a machine" },
  label: { kind: "text", flag: "--label <column>", doc: "series: classes; only evaluation sees them" },
  columns: {
    kind: "words",
    flag: "--columns <names>",
    doc: "series: the channels, with commas (default: all numbers)",
  },
  missing: {
    kind: "text",
    flag: "--missing <policy>",
    doc: "series: interpolate missing values, or refuse them (default: interpolate)",
  },
  clipLength: {
    kind: "number",
    flag: "--clip-length <count>",
    doc: "episodes: observations of a clip (default: 9)",
    bounds: { isWhole: true, min: 2 },
  },
  frameStride: {
    kind: "number",
    flag: "--frame-stride <steps>",
    doc: "episodes: steps from one observation of a clip to the next (default: 1)",
    bounds: COUNT,
  },
  clipEvery: {
    kind: "number",
    flag: "--clip-every <steps>",
    doc: "episodes: steps from the start of one clip to that of the next (default: 1)",
    bounds: COUNT,
  },
};

/** What is chosen about series alone. */
export const SERIES_CHOICES = ["window", "stride", "time", "group", "label", "columns", "missing"] as const;

/** How long to train can be said in one way only. */
const LENGTHS = ["epochs", "steps", "minutes"] as const;
const KEYS = Object.keys(CHOICES) as (keyof TrainChoices)[];

/** Declare the flags of these choices, or of all that have one. */
export function addChoiceFlags(command: Command, keys: readonly (keyof TrainChoices)[] = KEYS): void {
  for (const key of keys) {
    const option = optionOf(key, command.name());
    if (option !== undefined) command.addOption(option);
  }
}

function optionOf(key: keyof TrainChoices, operation: string): Option | undefined {
  const { kind, flag, doc, bounds = {} } = CHOICES[key];
  if (flag === undefined) return undefined;
  const option = new Option(flag, doc);
  const name = option.long ?? flag;
  if (kind === "number") option.argParser((text) => parseNumber(operation, name, bounds, text));
  if (kind === "words") option.argParser((text) => text.split(",").map((word) => word.trim()));
  if (kind === "settings") {
    option.argParser((text, earlier: Record<string, unknown> | undefined) =>
      parseSetting(operation, name, text, earlier),
    );
  }
  return option;
}

/** The choices among the values that commander parsed; nothing for flags that were not given. */
export function choicesFromFlags(given: Readonly<Record<string, unknown>>): Partial<TrainChoices> {
  const pairs = KEYS.flatMap((key) => {
    const attribute = optionOf(key, "train")?.attributeName();
    const value = attribute === undefined ? undefined : given[attribute];
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(pairs);
}

/**
 * The content of a config file as choices.
 * @throws UnknownNameError for a key that is no choice, with the nearest; ValueError for a value of a wrong kind
 */
export function parseChoices(path: string, content: unknown): Partial<TrainChoices> {
  const operation = `config file ${path}`;
  if (!isRecord(content)) {
    throw new ValueError(
      "train",
      "config",
      "a file that exports an object of choices",
      content,
      'Like { "size": 64 }.',
    );
  }
  for (const [key, value] of Object.entries(content)) {
    if (!Object.hasOwn(CHOICES, key)) throw new UnknownNameError(operation, "key", key, KEYS);
    checkKind(operation, key, CHOICES[key as keyof TrainChoices], value);
  }
  return content;
}

function checkKind(operation: string, key: string, { kind, bounds = {} }: Choice, value: unknown): void {
  if (kind === "number") checkNumber(operation, key, bounds, value);
  if (kind === "text" && typeof value !== "string") throw new ValueError(operation, key, "a text", value);
  if ((kind === "list" || kind === "words") && !Array.isArray(value))
    throw new ValueError(operation, key, "a list", value);
  if (kind === "settings" && !isRecord(value)) throw new ValueError(operation, key, "an object", value);
}

/** Options that belong to what another choice names. */
const OPTIONS_OF = {
  objective: "objectiveOptions",
  encoder: "encoderOptions",
  optimizer: "optimizerOptions",
} as const;

/**
 * Flags over config file. Options of the objective and the encoder are merged key by key, unless the flag names another
 * objective or encoder than the file; a length given by flag takes the place of any other in the file.
 * @throws ValueError if more than one length is left
 */
export function mergeChoices(file: Partial<TrainChoices>, flags: Partial<TrainChoices>): Partial<TrainChoices> {
  const base: Record<string, unknown> = { ...file };
  if (LENGTHS.some((key) => flags[key] !== undefined)) for (const key of LENGTHS) delete base[key];
  for (const name of ["objective", "encoder", "optimizer"] as const) {
    if (flags[name] !== undefined && flags[name] !== file[name]) delete base[OPTIONS_OF[name]];
  }
  const merged: Record<string, unknown> = { ...base, ...flags };
  for (const options of Object.values(OPTIONS_OF)) {
    if (base[options] && flags[options]) merged[options] = { ...Object(base[options]), ...flags[options] };
  }
  const lengths = LENGTHS.filter((key) => merged[key] !== undefined);
  if (lengths.length > 1) {
    throw new ValueError("train", "length", "one of --epochs, --steps and --minutes", lengths.join(" and "));
  }
  return merged;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
