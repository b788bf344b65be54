/** `darkmatter doctor`: is a run collapsing, and what to do about it; or what this machine can do. */
import type { Command } from "commander";
import { DarkmatterError, ValueError } from "../../compute/errors.js";
import type { CommandDefinition } from "../command.js";
import { LiveLine } from "../live-line.js";
import { wrapText } from "../wrap-text.js";

interface DoctorFlags {
  readonly machine?: boolean;
  readonly json?: boolean;
}

export const doctor: CommandDefinition = {
  name: "doctor",
  summary: "judge a run, finished or not: healthy, or how it collapses and what to do; or this machine",
  examples: [
    "darkmatter doctor runs/photos-simclr",
    "darkmatter doctor runs/photos-simclr --json",
    "darkmatter doctor --machine",
  ],
  configure(command: Command) {
    command
      .argument("[run]", "folder of the run")
      .option("--machine", "instead: which engines run here, how fast, and what to install for more")
      .option("--json", "one line of JSON instead")
      .action(async (run: string | undefined, { machine = false, json = false }: DoctorFlags) => {
        if (machine && run !== undefined) {
          throw new ValueError("doctor", "<run>", "left out with --machine", run, "Ask about one of them at a time.");
        }
        if (machine) return judgeMachine(json);
        if (run === undefined) {
          throw new DarkmatterError(
            "doctor: <run> is missing. Give the folder of a run, or --machine to ask about this machine.",
          );
        }
        return judgeRun(run, json);
      });
  },
};

async function judgeRun(run: string, json: boolean): Promise<void> {
  const { diagnoseRun } = await import("../../recipes/index.js");
  const { text, verdict, meters, rows } = await diagnoseRun(run);
  const lines = text.split("\n").map((line) => (/^[ !]/.test(line) ? line : wrapText("", line)));
  process.stdout.write(`${json ? JSON.stringify({ ...verdict, meters, rows }) : lines.join("\n")}\n`);
}

async function judgeMachine(json: boolean): Promise<void> {
  const { inspectMachine } = await import("../../recipes/index.js");
  const { renderMachine } = await import("../machine-text.js");
  const live = new LiveLine();
  try {
    const report = await inspectMachine({ onStage: (text) => live.update(`measuring ${text} ...`) });
    live.clear();
    process.stdout.write(`${json ? JSON.stringify(report) : renderMachine(report)}\n`);
  } finally {
    live.clear();
  }
}
