/** A training plan as a block of text, before training begins. */

import type { TrainPlan } from "../recipes/index.js";
import { colours } from "./colours.js";
import { countOf, formatBytes, formatCount, formatLarge, formatNumber, formatSeconds } from "./units.js";

const MOST_SKIPPED_SHOWN = 3;
const LABEL_WIDTH = 11;
const MOST_COLUMNS_SHOWN = 6;

/** What is about to happen: data, model, views, schedule, and what it will cost. */
export function renderPlan(plan: TrainPlan): string {
  const { config, path, numParameters } = plan;
  const rows: [label: string, text: string][] = [
    ["data", dataOf(plan)],
    ["encoder", `${config.encoder.name}${settings(config.encoder.options)} · ${formatLarge(numParameters)} parameters`],
    ["objective", `${config.objective.name}${settings(config.objective.options)}`],
    ["projector", projectorOf(config.projector)],
    ...config.views.flatMap((_, index) => viewRow(config, index)),
    ["batch", batchOf(plan)],
    ["schedule", scheduleOf(plan)],
    ["optimizer", optimizerOf(config)],
    ["engine", `${config.engine}, ${countOf(config.numThreads, "thread")} · seed ${config.seed}`],
    ["estimate", estimateOf(plan)],
    ["run", path],
  ];
  const lines = rows.map(([label, text]) => `${colours.dim(label.padEnd(LABEL_WIDTH))}${text}`);
  return [
    ...lines,
    ...skippedLines(plan),
    ...plan.warnings.map((warning) => `${colours.yellow("warning:")} ${warning}`),
  ].join("\n");
}

function dataOf({ config, noun, numImages, skipped }: TrainPlan): string {
  const { source, labels, series, clips } = config.data;
  const parts = [
    source,
    `${countOf(numImages, noun)}${skipped.length > 0 ? `, ${formatCount(skipped.length)} skipped` : ""}`,
    ...(series !== undefined ? windowsOf(series) : clips !== undefined ? clipsOf(config, clips) : pixelsOf(config)),
    ...(labels === undefined ? [] : [`labels for evaluation: ${labels}`]),
  ];
  return parts.join(" · ");
}

function pixelsOf({ data, imageSize }: TrainPlan["config"]): string[] {
  return [data.channels === 1 ? "gray" : "colour", `${imageSize} × ${imageSize} px`];
}

/** "9 observations each, 2 steps apart · 28 × 28 px, 2 channels · actions of 2 numbers" */
function clipsOf({ data, imageSize }: TrainPlan["config"], clips: NonNullable<TrainPlan["config"]["data"]["clips"]>) {
  const { clipLength, frameStride, observation, actionDim } = clips;
  const apart = frameStride === 1 ? "" : `, ${frameStride} steps apart`;
  const channels = countOf(data.channels, observation === "frames" ? "channel" : "number");
  return [
    `${clipLength} observations each${apart}`,
    observation === "frames" ? `${imageSize} × ${imageSize} px, ${channels}` : channels,
    actionDim === 0 ? "no actions" : `actions of ${countOf(actionDim, "number")}`,
  ];
}

function windowsOf({
  columns,
  window,
  stride,
  time,
  group,
  label,
}: NonNullable<TrainPlan["config"]["data"]["series"]>) {
  const shown = columns.slice(0, MOST_COLUMNS_SHOWN).join(", ") + (columns.length > MOST_COLUMNS_SHOWN ? ", ..." : "");
  return [
    `${countOf(columns.length, "channel")} (${shown})`,
    ...(window === 1 ? [] : [`${window} rows each, every ${stride}`]),
    ...(time === undefined ? [] : [`time: ${time}`]),
    ...(group === undefined ? [] : [`within each ${group}`]),
    ...(label === undefined ? [] : [`label for evaluation: ${label}`]),
  ];
}

function settings(options: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(options).map(([key, value]) => `${key} ${value}`);
  return pairs.length === 0 ? "" : ` (${pairs.join(", ")})`;
}

function projectorOf(projector: TrainPlan["config"]["projector"]): string {
  if (projector === undefined) return "none";
  const { hiddenDim, numHiddenLayers, outDim } = projector;
  const hidden =
    numHiddenLayers === 0 ? "no hidden layer" : `${countOf(numHiddenLayers, "hidden layer")} of ${hiddenDim}`;
  return `${hidden}, projections of ${outDim}`;
}

/** One row for equal views: "2 × 32 px: random resized crop, ..." */
function viewRow({ views, data }: TrainPlan["config"], index: number): [string, string][] {
  // Observations of clips are what they are, and the data says how many.
  if (data.clips !== undefined) return [];
  const unit = data.series === undefined ? "px" : "steps";
  const text = viewText(views[index]!, unit);
  const alike = views.flatMap((view, other) => (viewText(view, unit) === text ? [other] : []));
  return alike[0] === index ? [[index === 0 ? "views" : "", `${alike.length} × ${text}`]] : [];
}

function viewText({ size, steps }: TrainPlan["config"]["views"][number], unit: string): string {
  const names = steps.map(({ name }) => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
  return `${unit === "steps" && size === 1 ? "1 row" : `${size} ${unit}`}: ${names.join(", ")}`;
}

function batchOf({ config, noun, numImages, stepsPerEpoch }: TrainPlan): string {
  const { batchSize, chunkSize } = config;
  const parts = [
    `${formatCount(batchSize)} of ${countOf(numImages, noun)}`,
    ...(chunkSize === undefined ? [] : [`encoded ${formatCount(chunkSize)} at a time`]),
    `${countOf(stepsPerEpoch, "step")} an epoch`,
  ];
  return parts.join(" · ");
}

function scheduleOf({ config, stepsPerEpoch, resumedFrom }: TrainPlan): string {
  const { totalSteps } = config;
  const epochs = formatNumber(Math.round((10 * totalSteps) / stepsPerEpoch) / 10);
  const whole = `${countOf(totalSteps, "step")} (${epochs} ${epochs === "1" ? "epoch" : "epochs"})`;
  return resumedFrom === undefined ? whole : `${whole}, going on from step ${formatCount(resumedFrom)}`;
}

function optimizerOf({
  optimizer,
  learningRate,
  warmupSteps,
  finalLearningRate,
  weightDecay,
}: TrainPlan["config"]): string {
  const warmUp = `learning rate ${formatNumber(learningRate)} after ${countOf(warmupSteps, "step")} of warm-up`;
  const decay = `weight decay ${formatNumber(weightDecay)}`;
  return `${optimizer.name} · ${warmUp}, cosine to ${formatNumber(finalLearningRate)} · ${decay}`;
}

function estimateOf({
  config,
  noun,
  estimatedSeconds,
  estimatedBytes,
  imagesPerSecond,
  resumedFrom = 0,
}: TrainPlan): string {
  const left = estimatedSeconds * (1 - resumedFrom / config.totalSteps);
  return `${formatSeconds(left)} at ${formatCount(Math.round(imagesPerSecond))} ${noun}s/s · ${formatBytes(estimatedBytes)} of memory`;
}

function skippedLines({ skipped }: TrainPlan): string[] {
  const shown = skipped
    .slice(0, MOST_SKIPPED_SHOWN)
    .map(({ path, reason }) => `${colours.yellow("skipped:")} ${path}: ${reason}`);
  const rest = skipped.length - shown.length;
  return rest > 0 ? [...shown, `${colours.yellow("skipped:")} ${formatCount(rest)} more`] : shown;
}
