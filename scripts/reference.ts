/**
 * docs/objectives.md from the catalogues: what there is by name, with every option, its default and its bounds.
 * `npm run docs` writes it, and the table of docs/dialects.md; test/reference.test.ts fails when it is stale.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { augmentations, encoders, objectives, presets } from "darkmatter";
import {
  type Augmentation,
  type Preset,
  type SeriesAugmentation,
  seriesAugmentations,
  seriesPresets,
} from "darkmatter/augment";
import { type OptionTable, resolveOptions } from "darkmatter/compute";
import type { EncoderDefinition } from "darkmatter/encoders";
import type { Objective, ObjectiveNeeds, ProjectionTarget } from "darkmatter/objectives";
import { type Optimizer, optimizers } from "darkmatter/optim";
import { dialects } from "../src/objectives/dialects/index.js";
import { writeChoosing } from "./choosing.js";

export const REFERENCE_PATH = fileURLToPath(new URL("../docs/objectives.md", import.meta.url));

export const DIALECTS_PATH = fileURLToPath(new URL("../docs/dialects.md", import.meta.url));

/** The whole page. */
export function referencePage(): string {
  const sections = [
    INTRODUCTION,
    objectiveOverview(Object.values<Objective>(objectives)),
    ...Object.values<Objective>(objectives).map(objectiveSection),
    OPTIMIZERS,
    ...Object.values<Optimizer>(optimizers).map(optimizerSection),
    ENCODERS,
    ...Object.values<EncoderDefinition>(encoders).map(encoderSection),
    VIEWS,
    presetTable(presets),
    AUGMENTATIONS,
    ...Object.values<Augmentation>(augmentations).map(augmentationSection),
    SERIES,
    presetTable(seriesPresets),
    ...Object.values<SeriesAugmentation>(seriesAugmentations).map(augmentationSection),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** The page about dialects: its text as it is, its last section from their tables. */
export function dialectsPage(text: string): string {
  const start = text.indexOf(ALL_DIALECTS) + ALL_DIALECTS.length;
  const rows = Object.entries(dialects).flatMap(([objective, known]) =>
    Object.entries(known).map(([name, { source, formula, coefficients }]) => {
      const standard = Object.entries(coefficients).map(([key, option]) => `\`${key}\` ${shown(option.default)}`);
      return [
        `[${objective}](objectives.md#${objective.toLowerCase()})`,
        name,
        formula,
        standard.join(", "),
        linked(source),
      ];
    }),
  );
  return `${text.slice(0, start)}\n\n${table(["Objective", "Dialect", "Its total, in our terms", "Defaults", "Source"], rows)}\n`;
}

const ALL_DIALECTS = "## All dialects";

const INTRODUCTION = `# Objectives, encoders, augmentations

Everything that is chosen by name, with its options. This page is written by \`npm run docs\` from the same catalogues
that the command line reads; [adding-an-objective.md](adding-an-objective.md) says how to add to them.

## Objectives

\`darkmatter train ./photos --objective vicreg --set covarianceWeight=2\`. An objective scores what a *head*, which is
dropped after training, makes of the encoder's output: *projections* of several views of the same images, which are
compared with each other, or *predictions*, which are compared with a *target*: what the same network, or a slowly moving
average of it, makes of another view, or the image itself. [dialects.md](dialects.md) has the coefficients of other
libraries.`;

const OPTIMIZERS = `## Optimizers

\`darkmatter train ./photos --optimizer lars --optimizer-set trust=0.001\`. An optimizer turns gradients into steps. Its
learning rate, and where it says so its weight decay, take the place of the usual ones unless you choose them.`;

const ENCODERS = `## Encoders

\`darkmatter train ./photos --encoder vit --encoder-set depth=4\`. An encoder turns an image, or a window of a series,
into one vector, and into a map of vectors, one a place.`;

const VIEWS = `## Views

Views are all the supervision there is: what they change, the encoder learns to ignore. \`darkmatter preview ./photos\`
draws them. Presets are made stronger or weaker with \`--strength\`; a config file or the library takes a recipe in full.`;

const AUGMENTATIONS = `## Augmentations

The steps of a recipe: one that frames the view, any number that change the picture, and at most one that finishes it.`;

const SERIES = `## Views of series

Windows of a series, and rows of a table, have steps of their own; [series.md](series.md) shows them at work. Values are
standardised before the first step: 1 is the spread of a channel.`;

function objectiveOverview(all: readonly Objective[]): string {
  const rows = all.map((objective) => [
    `[${objective.name}](#${objective.name.toLowerCase()})`,
    objective.summary,
    totalOf(objective),
    TARGETS[objective.projectionTarget],
  ]);
  return table(["Name", "In words", "Minimises, by default", "Drives projections to"], rows);
}

const TARGETS: Readonly<Record<ProjectionTarget, string>> = {
  "scale-free": "directions that differ; their length means nothing",
  "unit-spread": "a standard deviation in each dimension; the mean is free",
  "standard-normal": "mean 0 and covariance I",
  free: "nothing in particular",
};

/** "25 invariance + covariance": the terms under their default weights. */
function totalOf(objective: Objective): string {
  const weights = objective.weights(resolveOptions(objective.name, objective.options));
  return Object.entries(weights)
    .map(([term, weight]) => (weight === 1 ? term : `${weight} ${term}`))
    .join(" + ");
}

function objectiveSection(objective: Objective): string {
  const { name, summary, source, needs, options, projector, defaultViews, localPreset } = objective;
  const widths = projector && [...Array<number>(projector.numHiddenLayers).fill(projector.hiddenDim), projector.outDim];
  const facts = [
    `Needs ${needsOf(needs)}.`,
    [
      widths && `Usual projector: ${widths.join(" → ")}.`,
      `Usual views: ${defaultViews.join(", ")}${localPreset ? `; small ones: ${localPreset}` : ""}.`,
    ],
    [...trainingOf(objective), objective.evaluates === "target" && "The averaged copy is evaluated and exported."],
    `Source: ${linked(source)}. Formula, reductions and deviations: [${fileOf(name)}](../src/objectives/${fileOf(name)}).`,
    Object.hasOwn(dialects, name) && `[Dialects](dialects.md): ${Object.keys(dialects[name]!).join(", ")}.`,
  ];
  const lines = facts.map((fact) => (Array.isArray(fact) ? fact.filter(Boolean).join(" ") : fact)).filter(Boolean);
  return [`### ${name}`, sentence(summary), lines.join("\n"), optionTable(options)].join("\n\n");
}

/** What is usual where it is not the trainer's usual, and what changes during a run. */
function trainingOf({ name, options, training = {}, schedules }: Objective): string[] {
  const { learningRateFactor, weightDecay, finalWeightDecay, maxGradientNorm } = training;
  const usual = [
    learningRateFactor !== undefined && `${learningRateFactor} times the encoder's learning rate`,
    weightDecay !== undefined && `weight decay ${span(weightDecay, finalWeightDecay ?? weightDecay)}`,
    maxGradientNorm !== undefined && `gradients no longer than ${maxGradientNorm}`,
  ].filter(Boolean);
  const run = { totalSteps: 1000, stepsPerEpoch: 100 };
  const moving = Object.entries(schedules?.(resolveOptions(name, options), run) ?? {}).map(
    ([scalar, schedule]) => `${scalar} ${span(schedule(0), schedule(run.totalSteps))}`,
  );
  return [
    ...(usual.length > 0 ? [`Usually trained with ${usual.join(", ")}.`] : []),
    ...(moving.length > 0 ? [`During a run: ${moving.join(", ")}.`] : []),
  ];
}

/** ".996 to 1", or one number if nothing changes. */
function span(first: number, last: number): string {
  return first === last ? shown(first) : `${shown(first)} to ${shown(last)}`;
}

function fileOf(name: string): string {
  return `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
}

function needsOf({ views, localViews, tokens, masking, target }: ObjectiveNeeds): string {
  const parts = [
    views === 1 ? "one view of an image, or more" : `at least ${views} views of an image`,
    localViews ? "some may be small local ones" : views === 1 ? "" : "all of one kind",
    tokens === "pooled" ? "one vector an image" : "one vector a place",
    MASKINGS[masking],
    HELD_TARGETS[target],
  ];
  return parts.filter(Boolean).join("; ");
}

const MASKINGS: Readonly<Record<ObjectiveNeeds["masking"], string>> = {
  none: "",
  noise: "noise on the pixels that the encoder sees",
  random: "an encoder that can leave out places, drawn at random",
  block: "an encoder that can leave out places, in blocks",
  tube: "an encoder that can leave out places, the same at all times",
};

const HELD_TARGETS: Readonly<Record<ObjectiveNeeds["target"], string>> = {
  none: "",
  "stop-gradient": "its own outputs, held fixed, as target",
  ema: "an averaged copy of the encoder as target",
};

function optimizerSection({ name, summary, options }: Optimizer): string {
  return [`### ${name}`, sentence(summary), optionTable(options)].join("\n\n");
}

function encoderSection({ name, summary, takes, options }: EncoderDefinition): string {
  return [`### ${name}`, `${sentence(summary)} Takes ${takes}.`, optionTable(options)].join("\n\n");
}

function augmentationSection({
  name,
  summary,
  stage,
  options,
}: Pick<Augmentation, "name" | "summary" | "options"> & { readonly stage: string }): string {
  return [`### ${name}`, `${sentence(summary)} Stage: ${stage}.`, optionTable(options)].join("\n\n");
}

function presetTable(all: Readonly<Record<string, Pick<Preset, "summary">>>): string {
  return table(
    ["Preset", "Views"],
    Object.entries(all).map(([name, { summary }]) => [`\`${name}\``, summary]),
  );
}

function optionTable(options: OptionTable): string {
  const rows = Object.entries(options).map(([name, option]) => [
    `\`${name}\``,
    shown(option.default),
    allowed(option),
    option.doc,
  ]);
  return rows.length === 0 ? "No options." : table(["Option", "Default", "Allowed", "Meaning"], rows);
}

function shown(value: OptionTable[string]["default"]): string {
  return typeof value === "number" ? `${Number(value.toPrecision(4))}` : `${value}`;
}

/** The values an option takes, in words. */
function allowed(option: OptionTable[string]): string {
  if ("choices" in option) return option.choices.join(", ");
  if (typeof option.default === "boolean") return "true, false";
  const { min, max, integer } = option as { min?: number; max?: number; integer?: boolean };
  const kind = integer ? "whole numbers" : "numbers";
  if (min !== undefined && max !== undefined) return `${kind} from ${min} to ${max}`;
  if (min !== undefined) return `${kind} from ${min}`;
  return max !== undefined ? `${kind} up to ${max}` : kind;
}

function linked(source: string): string {
  const paper = /^arXiv:(\S+)$/.exec(source)?.[1];
  if (paper !== undefined) return `[${source}](https://arxiv.org/abs/${paper})`;
  return /^[\w-]+\/[\w-]+$/.test(source) ? `[${source}](https://github.com/${source})` : source;
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(REFERENCE_PATH, referencePage());
  writeFileSync(DIALECTS_PATH, dialectsPage(readFileSync(DIALECTS_PATH, "utf8")));
  await writeChoosing();
}
