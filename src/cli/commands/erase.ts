/** `darkmatter erase`: what each augmentation erases and what it gains. */
import type { Command } from "commander";
import type { EraseObserver, EraseProgress } from "../../recipes/index.js";
import { colours } from "../colours.js";
import type { CommandDefinition } from "../command.js";
import { flagWords } from "../flag-words.js";
import { listenForInterrupt } from "../interrupt.js";
import { commandLine } from "../invocation.js";
import { LiveLine } from "../live-line.js";
import { renderDataProgress, renderTrainProgress } from "../progress-text.js";
import { addChoiceFlags } from "../train-choices.js";
import { formatSeconds } from "../units.js";
import { parseNumber } from "../values.js";
import { wrapText } from "../wrap-text.js";

interface EraseFlags {
  readonly labels?: string;
  readonly objective?: string;
  readonly encoder?: string;
  readonly encoderSet?: Readonly<Record<string, unknown>>;
  readonly size?: number;
  readonly batch?: number;
  readonly lr?: number;
  readonly steps?: number;
  readonly seeds?: number;
  readonly images?: number;
  readonly alone?: boolean;
  readonly minutes?: number;
  readonly out?: string;
  readonly json?: boolean;
}

export const erase: CommandDefinition = {
  name: "erase",
  summary: "train with each augmentation on and off, and report what each one erases and what it gains",
  examples: [
    "darkmatter erase",
    "darkmatter erase --minutes 60 --seeds 5 --alone",
    "darkmatter erase ./photos --labels labels.csv --objective vicreg",
  ],
  configure(command: Command) {
    command.argument("[data]", "folder of images, tar archive(s) or name of a data set", "placed-objects");
    addChoiceFlags(command, [
      "labels",
      "objective",
      "encoder",
      "encoderOptions",
      "size",
      "batch",
      "learningRate",
      "steps",
    ]);
    command
      .option("--minutes <time>", "for everything, instead of --steps (default: 30)", (text) =>
        parseNumber("erase", "--minutes", { above: 0 }, text),
      )
      .option("--seeds <count>", "runs of each condition; intervals need two or more (default: 3)", (text) =>
        parseNumber("erase", "--seeds", { isWhole: true, min: 1 }, text),
      )
      .option("--images <count>", "how many images, at most (default: 4,000)", (text) =>
        parseNumber("erase", "--images", { isWhole: true, min: 40 }, text),
      )
      .option("--alone", "also train with each augmentation by itself")
      .option("--out <folder>", "folder of the runs, the report and the picture (default: runs/erase)")
      .option("--json", "end with one line of JSON")
      .action(runCommand);
  },
};

async function runCommand(data: string, flags: EraseFlags): Promise<void> {
  const { runErase } = await import("../../recipes/index.js");
  const { json = false, seeds, images, encoderSet, lr, ...rest } = flags;
  const live = new LiveLine();
  const interrupt = listenForInterrupt(() => live.print(colours.yellow("Saving after this step, then stopping.")));
  try {
    live.hint("opening the images ...");
    const result = await runErase(
      {
        ...rest,
        data,
        ...(seeds !== undefined && { numSeeds: seeds }),
        ...(images !== undefined && { numImages: images }),
        ...(encoderSet && { encoderOptions: encoderSet }),
        ...(lr !== undefined && { learningRate: lr }),
      },
      { ...progressOn(live, () => interrupt.saveFromNowOn()), signal: interrupt.signal },
    );
    live.clear();
    if (result === undefined) {
      process.stdout.write(
        `Stopped and saved. Go on with:\n  ${commandLine(["erase", data, ...flagWords({ ...flags, json: false })])}\n`,
      );
      process.exitCode = interrupt.exitCode ?? 1;
      return;
    }
    const { text, picture, path, report } = result;
    const lines = text.split("\n").map((line) => (line.length > 100 ? wrapText("  ", line.trim()) : line));
    process.stdout.write(`${lines.join("\n")}\n\nPicture:\n  ${picture}\n\nThe runs are in ${path}.\n`);
    if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  } finally {
    live.clear();
    interrupt.close();
  }
}

/** Which run it is, as a line that stays; the run itself as the live line. */
function progressOn(live: LiveLine, onStarted: () => void): EraseObserver {
  return {
    onData: (progress) => live.update(renderDataProgress(progress)),
    onCell(cell) {
      live.print(renderCell(cell));
      live.hint("compiling the step and timing it ...");
    },
    onPlan: onStarted,
    onProgress: (progress) => live.update(renderTrainProgress(progress)),
    onStage: (name) => live.update(name),
  };
}

function renderCell({ number, total, condition, seed, secondsLeft }: EraseProgress): string {
  const left = secondsLeft === undefined ? "" : ` · about ${formatSeconds(secondsLeft)} left`;
  return `run ${number} of ${total}: ${condition}, seed ${seed}${left}`;
}
