/** `darkmatter train`: learn an encoder from images or a series without labels, or go on with a run. */
import type { Command } from "commander";
import { DarkmatterError, ValueError } from "../../compute/errors.js";
import type { TrainChoices, TrainSummary } from "../../recipes/index.js";
import type { CommandDefinition } from "../command.js";
import { readConfigFile } from "../config-file.js";
import { commandLine } from "../invocation.js";
import { describeEncoders, describeObjectives, describeOptimizers } from "../option-help.js";
import { addChoiceFlags, choicesFromFlags, mergeChoices } from "../train-choices.js";
import { renderSummary, watchTraining } from "../train-session.js";

export const train: CommandDefinition = {
  name: "train",
  summary: "learn an encoder from a folder of images, or a series in a file, without labels",
  examples: [
    "darkmatter train ./photos",
    "darkmatter train ./photos --minutes 5 --objective vicreg --set covarianceWeight=2",
    "darkmatter train shards/train-{000..009}.tar --encoder vit --encoder-set depth=4",
    "darkmatter train sensor.csv --window 128 --group machine --label state --hold-out 0.2",
    "darkmatter train --config train.ts",
    "darkmatter train --resume runs/photos-simclr",
  ],
  configure(command: Command) {
    command.argument(
      "[data]",
      "folder of images, tar archive(s), data set (see `darkmatter data list`), or .csv or .parquet file",
    );
    addChoiceFlags(command);
    command
      .option("--resume [run]", "go on with a run, by its folder or that of --out, to the same end as if unbroken")
      .option("--config <file>", "choices from a .json or .ts file, named as in the library; flags come first")
      .action(async (data: string | undefined, flags: TrainFlags) => {
        await runTrain(await choicesOf(data, flags), flags.resume);
      });
  },
  details: async () =>
    [await describeObjectives(), await describeEncoders(), await describeOptimizers(), CONFIG_HELP].join("\n\n"),
};

interface TrainFlags extends Readonly<Record<string, unknown>> {
  /** true without a value */
  readonly resume?: string | true;
  readonly config?: string;
}

const CONFIG_HELP = `A config file, train.ts:
  import type { TrainChoices, TrainSummary } from 'darkmatter';
  export default {
    data: "./photos", objective: "lejepa", objectiveOptions: { regularizerWeight: 0.02 }, minutes: 30,
  } satisfies TrainChoices;`;

async function choicesOf(data: string | undefined, flags: TrainFlags): Promise<Partial<TrainChoices>> {
  const file = flags.config === undefined ? {} : await readConfigFile(flags.config);
  return mergeChoices(file, { ...choicesFromFlags(flags), ...(data !== undefined && { data }) });
}

async function runTrain(choices: Partial<TrainChoices>, resume: string | true | undefined): Promise<void> {
  const { resumeTraining, trainImages } = await import("../../recipes/index.js");
  const { result, plan, exitCode } = await watchTraining((observer, live) => {
    live.hint("opening the data, compiling the step and timing it ...");
    if (resume === undefined) return trainImages({ ...choices, data: requireData(choices) }, observer);
    const { path, asked } = whatToResume(choices, resume);
    return resumeTraining(path, asked, observer);
  });
  process.stdout.write(`${renderSummary(result)}\n`);
  if (result.isFinished) process.stdout.write(nextSteps(result, plan?.config.data.source ?? "./photos"));
  else if (exitCode !== undefined) process.exitCode = exitCode;
}

function requireData({ data }: Partial<TrainChoices>): string {
  if (data !== undefined) return data;
  const hint = "Name a folder of images, an archive, a data set or a .csv file: darkmatter train ./photos";
  throw new DarkmatterError(`darkmatter train: <data> is missing. ${hint}`);
}

/** The run to go on with, and what is asked of it beside. */
function whatToResume({ out, ...asked }: Partial<TrainChoices>, resume: string | true) {
  if (resume === true) {
    if (out !== undefined) return { path: out, asked };
    const hint = "Write --resume runs/photos-simclr, or name the folder with --out.";
    throw new ValueError("train", "--resume", "the folder of a run", "nothing", hint);
  }
  // In `--out run --resume photos` the flag has swallowed the data.
  const hasSwallowed = out !== undefined && asked.data === undefined;
  return hasSwallowed ? { path: out, asked: { ...asked, data: resume } } : { path: resume, asked };
}

function nextSteps({ path, noun, verdict }: TrainSummary, data: string): string {
  const steps: { readonly why: string; readonly words: readonly string[] }[] = [
    ...(verdict?.isHealthy === false ? [{ why: "what went wrong, and what to do", words: ["doctor", path] }] : []),
    { why: "what it learnt, beside its floors, with pictures", words: ["eval", path] },
    {
      why: `one vector ${noun === "image" ? "an" : "a"} ${noun}`,
      words: ["embed", path, data, "-o", "embeddings.parquet"],
    },
  ];
  const commands = steps.map(({ words }) => commandLine(words));
  const width = Math.max(...commands.map((command) => command.length));
  const lines = steps.map(({ why }, i) => `  ${commands[i]!.padEnd(width)}  # ${why}\n`);
  return `The run is in ${path}. Next:\n${lines.join("")}`;
}
