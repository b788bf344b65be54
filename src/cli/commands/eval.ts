/** `darkmatter eval`: what a run's encoder knows, beside what is reached without learning. */
import type { Command } from "commander";
import type { CommandDefinition } from "../command.js";
import { LiveLine } from "../live-line.js";
import { renderDataProgress, renderStage } from "../progress-text.js";
import { parseNumber } from "../values.js";

interface EvalFlags {
  readonly data?: string;
  readonly labels?: string;
  readonly label?: string;
  readonly grouping?: string;
  readonly seed?: number;
  readonly numLabels?: number;
  readonly pictures: boolean;
  readonly json?: boolean;
}

export const evaluate: CommandDefinition = {
  name: "eval",
  summary: "measure what a run has learnt: neighbours, linear probe, few-shot, retrieval, pictures",
  examples: [
    "darkmatter eval runs/photos-simclr",
    "darkmatter eval runs/photos-simclr --labels labels.csv",
    "darkmatter eval runs/photos-simclr --data ./other-photos --json",
    "darkmatter eval runs/sensor.csv-simclr --label state",
  ],
  configure(command: Command) {
    command
      .argument("<run>", "folder of the run")
      .option("--data <data>", "other images than it was trained on")
      .option("--labels <file.csv>", "columns file and label, and any further groupings")
      .option("--label <column>", "of a series: the column of classes, if it is not the one it was trained with")
      .option("--grouping <name>", "which grouping is the label, such as a column of the labels file")
      .option("--seed <number>", "of the split into training and test images (default: 0)", (text) =>
        parseNumber("eval", "--seed", { isWhole: true, min: 0 }, text),
      )
      .option("--num-labels <count>", "let the probes learn from at most so many labels (default: all)", (text) =>
        parseNumber("eval", "--num-labels", { isWhole: true, min: 1 }, text),
      )
      .option("--no-pictures", "leave the pictures out")
      .option("--json", "end with one line of JSON")
      .action(runEval);
  },
};

// Registered things are exported under their own name, but no variable may be called eval.
export { evaluate as eval };

async function runEval(run: string, { json = false, ...options }: EvalFlags): Promise<void> {
  const { evaluateRun } = await import("../../recipes/index.js");
  const { flatReport } = await import("../../evaluate/index.js");
  const live = new LiveLine();
  try {
    live.hint("opening the run ...");
    const { report, text, pictures } = await evaluateRun(run, options, {
      onData: (progress) => live.update(renderDataProgress(progress)),
      onStage: (name, done, total) => live.update(renderStage(name, done, total)),
    });
    live.clear();
    process.stdout.write(`${text}\n`);
    if (report.floors === undefined) process.stdout.write(`${NO_LABELS}\n`);
    if (pictures.length > 0) process.stdout.write(`\nPictures:\n${pictures.map((path) => `  ${path}\n`).join("")}`);
    if (json) process.stdout.write(`${JSON.stringify(flatReport(report))}\n`);
  } finally {
    live.clear();
  }
}

const NO_LABELS =
  "\nThere are no labels, so nothing could be scored. Give some with --labels file.csv (columns file and label), or keep" +
  "\nthe images of each class in a folder of their own; of a series, name their column with --label.";
