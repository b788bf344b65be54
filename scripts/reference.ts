/**
 * docs/objectives.md from the catalogues: what there is by name, with every option, its default and its bounds.
 * `npm run docs` writes it; test/reference.test.ts fails when it is stale.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { augmentations, encoders, objectives, presets } from "darkmatter";
import type { Augmentation, Preset } from "darkmatter/augment";
import { type OptionTable, resolveOptions } from "darkmatter/compute";
import type { EncoderDefinition } from "darkmatter/encoders";
import type { Objective, ObjectiveNeeds, ProjectionTarget } from "darkmatter/objectives";

export const REFERENCE_PATH = fileURLToPath(new URL("../docs/objectives.md", import.meta.url));

/** The whole page. */
export function referencePage(): string {
  const sections = [
    INTRODUCTION,
    objectiveOverview(Object.values<Objective>(objectives)),
    ...Object.values<Objective>(objectives).map(objectiveSection),
    ENCODERS,
    ...Object.values<EncoderDefinition>(encoders).map(encoderSection),
    VIEWS,
    presetTable(presets),
    AUGMENTATIONS,
    ...Object.values<Augmentation>(augmentations).map(augmentationSection),
  ];
  return `${sections.join("\n\n")}\n`;
}

const INTRODUCTION = `# Objectives, encoders, augmentations

Everything that is chosen by name, with its options. This page is written by \`npm run docs\` from the same catalogues
that the command line reads; [adding-an-objective.md](adding-an-objective.md) says how to add to them.

## Objectives

\`darkmatter train ./photos --objective vicreg --set covarianceWeight=2\`. An objective scores the *projections* of
several views of the same images: what a projector, an MLP that is dropped after training, makes of the encoder's
features.`;

const ENCODERS = `## Encoders

\`darkmatter train ./photos --encoder vit --encoder-set depth=4\`. An encoder turns an image into one vector, and into a
map of vectors, one a place.`;

const VIEWS = `## Views

Views are all the supervision there is: what they change, the encoder learns to ignore. \`darkmatter preview ./photos\`
draws them. Presets are made stronger or weaker with \`--strength\`; a config file or the library takes a recipe in full.`;

const AUGMENTATIONS = `## Augmentations

The steps of a recipe: one that frames the view, any number that change the picture, and at most one that finishes it.`;

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

function objectiveSection({ name, summary, source, needs, options, projector, defaultViews }: Objective): string {
  const widths = projector && [...Array<number>(projector.numHiddenLayers).fill(projector.hiddenDim), projector.outDim];
  const facts = [
    `Needs ${needsOf(needs)}.`,
    `${widths ? `Usual projector: ${widths.join(" → ")}. ` : ""}Usual views: ${defaultViews.join(", ")}. Source: ${linked(source)}.`,
    `Formula, reductions and deviations: [${fileOf(name)}](../src/objectives/${fileOf(name)}).`,
  ];
  return [`### ${name}`, sentence(summary), facts.join("\n"), optionTable(options)].join("\n\n");
}

function fileOf(name: string): string {
  return `${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`;
}

function needsOf({ views, localViews, tokens, masking, target }: ObjectiveNeeds): string {
  const parts = [
    `at least ${views} views of an image`,
    localViews ? "some may be small local ones" : "all of one kind",
    tokens === "pooled" ? "one vector an image" : "one vector a place",
    masking === "none" ? "" : `${masking} masking`,
    target === "none" ? "" : `a ${target} target`,
  ];
  return parts.filter(Boolean).join("; ");
}

function encoderSection({ name, summary, options }: EncoderDefinition): string {
  return [`### ${name}`, sentence(summary), optionTable(options)].join("\n\n");
}

function augmentationSection({ name, summary, stage, options }: Augmentation): string {
  return [`### ${name}`, `${sentence(summary)} Stage: ${stage}.`, optionTable(options)].join("\n\n");
}

function presetTable(all: Readonly<Record<string, Preset>>): string {
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
  return paper ? `[${source}](https://arxiv.org/abs/${paper})` : source;
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
}
