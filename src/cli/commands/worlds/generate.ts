/** `darkmatter worlds generate`: episodes of an environment as a data set. */
import type { Command } from "commander";
import { flagWords } from "../../flag-words.js";
import { writeWatched } from "../../write-watched.js";
import { addEnvironmentFlags, addNumberFlag } from "./flags.js";

interface GenerateFlags {
  readonly option?: Readonly<Record<string, unknown>>;
  readonly episodes?: number;
  readonly steps?: number;
  readonly seed?: number;
  readonly out?: string;
}

const NAME = "worlds generate";

export function addGenerate(worlds: Command): void {
  const command = worlds
    .command("generate")
    .description("write episodes of an environment into a folder; the same command goes on where it was stopped");
  addEnvironmentFlags(command, NAME);
  const count = { isWhole: true, min: 1 };
  addNumberFlag(command, NAME, "--episodes <count>", "how many (default: 1,000)", count);
  addNumberFlag(command, NAME, "--steps <count>", "steps of each; observations are one more (default: 64)", count);
  addNumberFlag(command, NAME, "--seed <number>", "which ones (default: 0)", { isWhole: true, min: 0 });
  command
    .option("-o, --out <folder>", "where to (default: episodes/<environment>)")
    .action(async (environment: string, flags: GenerateFlags) => {
      const { generateEpisodes } = await import("../../../recipes/index.js");
      const { option, episodes, steps, ...rest } = flags;
      const options = {
        ...{ environment, ...rest },
        ...(option !== undefined && { options: option }),
        ...(episodes !== undefined && { numEpisodes: episodes }),
        ...(steps !== undefined && { numSteps: steps }),
      };
      const again = ["worlds", "generate", environment, ...flagWords({ ...flags })];
      await writeWatched((observer) => generateEpisodes(options, observer), again);
    });
}
