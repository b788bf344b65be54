/** `darkmatter eval`: what a run's encoder knows, beside what is reached without learning. */
import type { Command } from "commander";
import type { EvaluateOptions } from "../../recipes/index.js";
import type { CommandDefinition } from "../command.js";
import { LiveLine } from "../live-line.js";
import { renderDataProgress, renderStage } from "../progress-text.js";
import { parseNumber, parseSetting } from "../values.js";

interface EvalFlags {
  readonly data?: string;
  readonly labels?: string;
  readonly label?: string;
  readonly grouping?: string;
  readonly twin?: string;
  readonly seed?: number;
  readonly numLabels?: number;
  readonly full?: boolean;
  readonly probes?: readonly string[];
  readonly columns?: readonly string[];
  readonly kind?: Readonly<Record<string, unknown>>;
  readonly pictures: boolean;
  readonly json?: boolean;
}

export const evaluate: CommandDefinition = {
  name: "eval",
  summary: "measure what a run has learnt, beside chance, pixels, PCA and the untrained encoder",
  examples: [
    "darkmatter eval runs/photos-simclr",
    "darkmatter eval runs/photos-simclr --labels labels.csv",
    "darkmatter eval runs/photos-simclr --full",
    "darkmatter eval runs/photos-simclr --labels labels.csv --columns species,age --kind age=number",
    "darkmatter eval runs/photos-simclr --data ./other-photos --json",
    "darkmatter eval runs/sensor.csv-simclr --label state",
  ],
  configure(command: Command) {
    command
      .argument("<run>", "folder of the run")
      .option("--data <data>", "other images than it was trained on")
      .option("--labels <file.csv>", "columns file and label; with more columns each is a task")
      .option("--label <column>", "of a series: the column of classes, if it is not the one it was trained with")
      .option("--grouping <name>", "which grouping is the label, such as a column of the labels file")
      .option("--twin <run>", "of a run with several futures: one of the same settings that knows one")
      .option("--seed <number>", "of the split into training and test images (default: 0)", (text) =>
        parseNumber("eval", "--seed", { isWhole: true, min: 0 }, text),
      )
      .option("--num-labels <count>", "let the probes learn from at most so many labels (default: all)", (text) =>
        parseNumber("eval", "--num-labels", { isWhole: true, min: 1 }, text),
      )
      .option("--full", "also what takes training with labels, minutes: attentive, finetune and efficiency")
      .option("--probes <names>", "only some of those: attentive,finetune,efficiency", listOf)
      .option(
        "--columns <names>",
        "columns of the labels file that are tasks (default: all that can be learnt)",
        listOf,
      )
      .option(
        "--kind <column=kind>",
        "what a column is: class, number or tags (red|round); repeatable",
        (text, earlier) => parseSetting("eval", "--kind", text, earlier as Record<string, unknown> | undefined),
      )
      .option("--no-pictures", "leave the pictures out")
      .option("--json", "end with one line of JSON")
      .action(runEval);
  },
};

// Registered things are exported under their own name, but no variable may be called eval.
export { evaluate as eval };

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

async function runEval(run: string, flags: EvalFlags): Promise<void> {
  const { json = false, full = false, probes, columns, kind, ...given } = flags;
  const { evaluateRun } = await import("../../recipes/index.js");
  const { flatReport, THOROUGH_PARTS } = await import("../../evaluate/index.js");
  const thorough = probes ?? (full ? THOROUGH_PARTS : []);
  const chosen = { ...(columns && { only: columns }), ...(kind && { kinds: kind }) };
  const options = { ...given, thorough, ...((columns || kind) && { columns: chosen }) } as EvaluateOptions;
  const live = new LiveLine();
  try {
    live.hint("opening the run ...");
    const { report, world, text, pictures } = await evaluateRun(run, options, {
      onData: (progress) => live.update(renderDataProgress(progress)),
      onStage: (name, done, total) => live.update(renderStage(name, done, total)),
    });
    live.clear();
    process.stdout.write(`${text}\n`);
    if (report.floors === undefined && world === undefined) process.stdout.write(`${NO_LABELS}\n`);
    if (pictures.length > 0) process.stdout.write(`\nPictures:\n${pictures.map((path) => `  ${path}\n`).join("")}`);
    if (json) process.stdout.write(`${JSON.stringify({ ...flatReport(report), ...(world && { world }) })}\n`);
  } finally {
    live.clear();
  }
}

const NO_LABELS =
  "\nThere are no labels, so nothing could be scored. Give some with --labels file.csv (columns file and label), or keep" +
  "\nthe images of each class in a folder of their own; of a series, name their column with --label.";
