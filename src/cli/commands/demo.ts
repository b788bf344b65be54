/** `darkmatter demo`: the whole path in five minutes, on emoji. */
import type { Command } from "commander";
import type { CommandDefinition } from "../command.js";
import { commandLine } from "../invocation.js";
import { renderSummary, watchTraining } from "../train-session.js";
import { parseNumber } from "../values.js";

interface DemoFlags {
  readonly out?: string;
  readonly minutes?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

export const demo: CommandDefinition = {
  name: "demo",
  summary: "train on emoji of three vendors and see what was learnt, in about five minutes",
  examples: ["darkmatter demo", "darkmatter demo --minutes 15 --out runs/long-demo"],
  configure(command: Command) {
    command
      .option("--out <folder>", "folder of the run (default: runs/demo)")
      .option("--minutes <time>", "time for training", (text) => parseNumber("demo", "--minutes", { above: 0 }, text))
      .option("--seed <number>", "everything random follows from it (default: 0)", (text) =>
        parseNumber("demo", "--seed", { isWhole: true, min: 0 }, text),
      )
      .option("--json", "end with one line of JSON")
      .action(demonstrate);
  },
};

async function demonstrate({ json = false, ...options }: DemoFlags): Promise<void> {
  const { runDemo } = await import("../../recipes/index.js");
  const { flatReport } = await import("../../evaluate/index.js");
  const { result, exitCode } = await watchTraining(async (observer, live) => {
    live.hint("opening the emoji ...");
    try {
      return await runDemo(options, { ...observer, onStage: (name) => live.update(name) });
    } finally {
      live.clear();
    }
  });
  if (result === undefined) {
    process.stdout.write(`Stopped and saved. Go on with:\n  ${commandLine(["demo", ...flagsOf(options)])}\n`);
    process.exitCode = exitCode ?? 1;
    return;
  }
  const { training, text, pictures, path, report } = result;
  const lines = pictures.map((picture) => `  ${picture}\n`).join("");
  process.stdout.write(`${renderSummary(training)}\n\n${text}\n\nPictures:\n${lines}`);
  const next = commandLine(["train", "./photos", "--minutes", "5"]);
  process.stdout.write(`\nThe run is in ${path}. Now your own pictures:\n  ${next}\n`);
  if (json) process.stdout.write(`${JSON.stringify(flatReport(report))}\n`);
}

function flagsOf(options: Omit<DemoFlags, "json">): string[] {
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
