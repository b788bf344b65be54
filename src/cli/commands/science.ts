/** `darkmatter science`: materials from few measurements, and materials to order. */
import type { Command } from "commander";
import type { CommandDefinition } from "../command.js";
import { commandLine } from "../invocation.js";
import { renderSummary, watchTraining } from "../train-session.js";
import { parseNumber } from "../values.js";

interface ScienceFlags {
  readonly out?: string;
  readonly minutes?: number;
  readonly seed?: number;
  readonly objective?: string;
  readonly json?: boolean;
}

export const science: CommandDefinition = {
  name: "science",
  summary: "learn from simulated materials nobody measured, predict how they conduct heat, design some to order",
  examples: ["darkmatter science", "darkmatter science --minutes 1 --objective lejepa --out runs/materials"],
  configure(command: Command) {
    command
      .option("--out <folder>", "folder of the run (default: runs/science)")
      .option("--minutes <time>", "time for learning without labels (default: 3); all the rest takes longer", (text) =>
        parseNumber("science", "--minutes", { above: 0 }, text),
      )
      .option("--objective <name>", "what to learn by without labels (default: vicreg)")
      .option("--seed <number>", "everything random follows from it (default: 0)", (text) =>
        parseNumber("science", "--seed", { isWhole: true, min: 0 }, text),
      )
      .option("--json", "end with one line of JSON")
      .action(doScience);
  },
};

async function doScience({ json = false, ...options }: ScienceFlags): Promise<void> {
  const { runScience } = await import("../../recipes/index.js");
  const { result, exitCode } = await watchTraining(async (observer, live) => {
    live.hint("opening the materials ...");
    try {
      return await runScience(options, { ...observer, onStage: (name) => live.update(name) });
    } finally {
      live.clear();
    }
  });
  if (result === undefined) {
    process.stdout.write(`Stopped and saved. Go on with:\n  ${commandLine(["science", ...flagsOf(options)])}\n`);
    process.exitCode = exitCode ?? 1;
    return;
  }
  const { training, text, pictures, path, regression, design } = result;
  const lines = pictures.map((picture) => `  ${picture}\n`).join("");
  process.stdout.write(`${renderSummary(training)}\n\n${text}\n\nPictures:\n${lines}\nThe run is in ${path}.\n`);
  if (json) process.stdout.write(`${JSON.stringify({ regression, scores: design.scores })}\n`);
}

function flagsOf(options: Omit<ScienceFlags, "json">): string[] {
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
