/** `darkmatter plan`: let a run's model act in its world, beside what others reach there. */
import type { Command } from "commander";
import type { CommandDefinition } from "../command.js";
import { LiveLine } from "../live-line.js";
import { parseNumber, parseSetting } from "../values.js";

interface PlanFlags {
  readonly env?: string;
  readonly option?: Readonly<Record<string, unknown>>;
  readonly episodes?: number;
  readonly seeds?: number;
  readonly planner?: string;
  readonly plannerSet?: Readonly<Record<string, unknown>>;
  readonly horizon?: number;
  readonly block?: number;
  readonly replan?: number;
  readonly over?: "last" | "sum";
  readonly onlyModel?: boolean;
  readonly json?: boolean;
}

export const plan: CommandDefinition = {
  name: "plan",
  summary: "let a run's model plan in its world: success beside floors and the true simulator",
  examples: [
    "darkmatter plan runs/two-rooms-worldModel --episodes 100 --seeds 3",
    "darkmatter plan runs/two-rooms-worldModel --planner icem --horizon 40 --only-model",
  ],
  configure(command: Command) {
    const whole = (flag: string) => (text: string) => parseNumber("plan", flag, { isWhole: true, min: 1 }, text);
    const setting = (flag: string) => (text: string, earlier: Record<string, unknown> | undefined) =>
      parseSetting("plan", flag, text, earlier);
    command
      .argument("<run>", "folder of a run of a world model")
      .option("--env <name>", "world to act in (default: the one that made its episodes)")
      .option(
        "--option <key=value>",
        "option of the world; may be repeated (default: places held out)",
        setting("--option"),
      )
      .option("--episodes <count>", "tasks for each seed (default: 100)", whole("--episodes"))
      .option("--seeds <count>", "seeds of tasks and searches (default: 1)", whole("--seeds"))
      .option("--planner <name>", "cem, icem or mppi (default: cem)")
      .option("--planner-set <key=value>", "option of the planner; may be repeated", setting("--planner-set"))
      .option("--horizon <steps>", "how far a plan looks ahead (default: 30)", whole("--horizon"))
      .option("--block <steps>", "steps for which an action is repeated (default: 5)", whole("--block"))
      .option("--replan <steps>", "steps carried out before the next plan (default: one block)", whole("--replan"))
      .option("--over <steps>", "last or sum: which imagined states are to be near the goal (default: sum)")
      .option("--only-model", "without the rows of policies and of the simulator")
      .option("--json", "end with one line of JSON")
      .action(runCommand);
  },
};

async function runCommand(run: string, { json = false, ...flags }: PlanFlags): Promise<void> {
  const { planRun, renderPlanning } = await import("../../recipes/index.js");
  const { env, option, plannerSet, block, replan, ...rest } = flags;
  const live = new LiveLine();
  try {
    const report = await planRun(run, {
      ...rest,
      ...(env !== undefined && { environment: env }),
      ...(option && { options: option }),
      ...(plannerSet && { plannerOptions: plannerSet }),
      ...(block !== undefined && { blockLength: block }),
      ...(replan !== undefined && { replanEvery: replan }),
      onProgress: (text) => live.update(text),
    });
    live.clear();
    process.stdout.write(`${renderPlanning(report)}\n${json ? `${JSON.stringify(report)}\n` : ""}`);
  } finally {
    live.clear();
  }
}
