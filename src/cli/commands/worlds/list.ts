/** `darkmatter worlds list`: the environments, and what acting without learning reaches in them. */
import type { Command } from "commander";
import { LiveLine } from "../../live-line.js";
import { renderFloors, renderWorld } from "../../worlds-text.js";
import { addNumberFlag } from "./flags.js";

interface ListFlags {
  readonly tasks: number;
  readonly json?: boolean;
}

export function addList(worlds: Command): void {
  const command = worlds
    .command("list")
    .description("what there is, and the floors of those where something is wanted");
  command
    .option("--json", "one line of JSON instead")
    .action(async ({ tasks = 40, json = false }: Partial<ListFlags>) => listAll({ tasks, json }));
  addNumberFlag(command, "worlds list", "--tasks <count>", "tasks to try each policy on (default: 40; 0: none)", {
    isWhole: true,
    min: 0,
  });
}

async function listAll({ tasks: numTasks, json }: ListFlags): Promise<void> {
  const { listWorlds, worldFloors } = await import("../../../recipes/index.js");
  const live = new LiveLine();
  const told: unknown[] = [];
  try {
    for (const world of listWorlds()) {
      live.hint(`trying what solves ${world.name} ...`);
      const floors = numTasks === 0 ? [] : worldFloors(world.name, { numTasks });
      live.clear();
      if (json) told.push({ ...world, floors });
      else process.stdout.write(`${[renderWorld(world), ...floors.map(renderFloors)].join("\n")}\n`);
    }
  } finally {
    live.clear();
  }
  if (json) {
    process.stdout.write(`${JSON.stringify(told)}\n`);
    return;
  }
  const floors =
    numTasks === 0
      ? ""
      : `Percentages: of ${numTasks} tasks with default options, solved by policies that learn nothing. `;
  process.stdout.write(`\n${floors}Options: darkmatter worlds --help\n`);
}
