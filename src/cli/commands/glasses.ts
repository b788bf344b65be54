/** `darkmatter glasses`: permute all pixels alike, see what it costs whom, and find the permutation out. */
import type { Command } from "commander";
import type { CommandDefinition } from "../command.js";
import { flagWords } from "../flag-words.js";
import { commandLine } from "../invocation.js";
import { addChoiceFlags } from "../train-choices.js";
import { watchTraining } from "../train-session.js";
import { parseNumber } from "../values.js";

interface GlassesFlags {
  readonly labels?: string;
  readonly size?: number;
  readonly objective?: string;
  readonly encoder?: string;
  readonly encoderSet?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  readonly out?: string;
  readonly minutes?: number;
  readonly images?: number;
  readonly json?: boolean;
}

export const glasses: CommandDefinition = {
  name: "glasses",
  summary: "permute all pixels alike, measure what a learner loses by it, and find the permutation out",
  examples: [
    "darkmatter glasses",
    "darkmatter glasses ./photos --images 5000 --minutes 10",
    "darkmatter glasses fashion-mnist --minutes 0 --json",
  ],
  configure(command: Command) {
    command.argument("[data]", "folder of images, tar archive(s) or name of a data set", "fashion-mnist");
    addChoiceFlags(command, ["labels", "size", "objective", "encoder", "encoderOptions", "seed"]);
    command
      .option("--images <count>", "how many images, at most (default: 10,000)", (text) =>
        parseNumber("glasses", "--images", { isWhole: true, min: 100 }, text),
      )
      .option("--minutes <time>", "of training, in all three states together; 0 trains nothing (default: 6)", (text) =>
        parseNumber("glasses", "--minutes", { min: 0 }, text),
      )
      .option("--out <folder>", "folder of the runs, the report and the picture (default: runs/glasses)")
      .option("--json", "end with one line of JSON")
      .action(runCommand);
  },
};

async function runCommand(data: string, { json = false, images, encoderSet, ...flags }: GlassesFlags): Promise<void> {
  const { runGlasses } = await import("../../recipes/index.js");
  const { result, exitCode } = await watchTraining(async (observer, live) => {
    live.hint("opening the images ...");
    const options = {
      ...flags,
      data,
      ...(images !== undefined && { numImages: images }),
      ...(encoderSet && { encoderOptions: encoderSet }),
    };
    try {
      return await runGlasses(options, { ...observer, onStage: (name) => live.update(name) });
    } finally {
      live.clear();
    }
  });
  if (result === undefined) {
    const words = flagWords({ ...flags, encoderSet, images });
    process.stdout.write(`Stopped and saved. Go on with:\n  ${commandLine(["glasses", data, ...words])}\n`);
    process.exitCode = exitCode ?? 1;
    return;
  }
  const { text, picture, path, report } = result;
  process.stdout.write(`${text}\n\nPicture:\n  ${picture}\n\nThe runs are in ${path}.\n`);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
}
