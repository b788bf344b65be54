/** `darkmatter doctor`: is a run collapsing, and what to do about it. */
import type { Command } from "commander";
import type { CommandDefinition } from "../command.js";
import { wrapText } from "../wrap-text.js";

export const doctor: CommandDefinition = {
  name: "doctor",
  summary: "judge a run, finished or not: healthy, or how it collapses and what to do",
  examples: ["darkmatter doctor runs/photos-simclr"],
  configure(command: Command) {
    command
      .argument("<run>", "folder of the run")
      .option("--json", "one line of JSON instead")
      .action(async (run: string, { json = false }: { readonly json?: boolean }) => {
        const { diagnoseRun } = await import("../../recipes/index.js");
        const { text, verdict, meters } = await diagnoseRun(run);
        const lines = text.split("\n").map((line) => (line.startsWith(" ") ? line : wrapText("", line)));
        process.stdout.write(`${json ? JSON.stringify({ ...verdict, meters }) : lines.join("\n")}\n`);
      });
  },
};
