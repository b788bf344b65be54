/** Progress as one line of text. */

import type { Progress } from "../data/index.js";
import type { RunVerdict, TrainObserver } from "../recipes/index.js";
import { colours } from "./colours.js";
import { formatCount, formatNumber, formatSeconds } from "./units.js";
import { wrapText } from "./wrap-text.js";

export type TrainProgress = Parameters<NonNullable<TrainObserver["onProgress"]>>[0];

const SEPARATOR = " · ";
/** Scalars of a step that are no loss term. */
const ASIDE = ["train/total", "train/gradientNorm", "train/learningRate"];

/**
 * "step 120/300 · epoch 4 · 361 images/s · 2 min left · healthy · loss 3.412 (invariance 0.1, variance 0.5)".
 * What matters most stands first: a narrow terminal cuts the end.
 */
export function renderTrainProgress(progress: TrainProgress): string {
  const { step, totalSteps, epoch, noun, imagesPerSecond, secondsLeft, scalars, verdict } = progress;
  return [
    `step ${formatCount(step)}/${formatCount(totalSteps)}`,
    `epoch ${formatCount(epoch + 1)}`,
    `${formatCount(Math.round(imagesPerSecond))} ${noun}s/s`,
    `${formatSeconds(secondsLeft)} left`,
    ...(verdict === undefined ? [] : [verdictName(verdict)]),
    `loss ${formatNumber(scalars["train/total"] ?? Number.NaN)}${termsOf(scalars)}`,
  ].join(SEPARATOR);
}

function termsOf(scalars: Readonly<Record<string, number>>): string {
  const terms = Object.entries(scalars).filter(([name]) => name.startsWith("train/") && !ASIDE.includes(name));
  // A single term is the loss itself.
  if (terms.length < 2) return "";
  return ` (${terms.map(([name, value]) => `${name.slice("train/".length)} ${formatNumber(value, 3)}`).join(", ")})`;
}

/** Green if all is well, red otherwise. */
export function verdictName({ name, isHealthy }: RunVerdict): string {
  return isHealthy ? colours.green(name) : colours.red(name);
}

/** The doctor's verdict in full. */
export function renderVerdict(verdict: RunVerdict): string {
  const { evidence, remedy } = verdict;
  return [
    `${verdictName(verdict)}:`,
    wrapText("  ", evidence),
    ...(remedy === "" ? [] : [wrapText("  ", remedy)]),
  ].join("\n");
}

/** "decoding 120/1,204 · 350/s · 3 s left". */
export function renderDataProgress({ stage, done, total, perSecond, secondsLeft }: Progress): string {
  const counted = `${stage} ${formatCount(done)}/${formatCount(total)}`;
  return [counted, `${formatCount(Math.round(perSecond))}/s`, `${formatSeconds(secondsLeft)} left`].join(SEPARATOR);
}

/** "embedding: encoder 512/1,204"; just the name where nothing is counted. */
export function renderStage(name: string, done: number, total: number): string {
  return total > 0 ? `${name} ${formatCount(done)}/${formatCount(total)}` : name;
}
