/** `darkmatter worlds`: environments to look at, and episodes of them, or of one's own, to learn from. */
import type { Command } from "commander";
import type { CommandDefinition } from "../command.js";
import { describeOptions } from "../option-help.js";
import { addGenerate } from "./worlds/generate.js";
import { addImport } from "./worlds/import.js";
import { addList } from "./worlds/list.js";
import { addPlay } from "./worlds/play.js";
import { addShow } from "./worlds/show.js";

export const worlds: CommandDefinition = {
  name: "worlds",
  summary: "play simulated worlds, and make episodes to learn from: of them, of videos, frames or tables",
  examples: [
    "darkmatter worlds list",
    "darkmatter worlds play twoRooms --policy oracle -o rooms.gif",
    "darkmatter worlds play occluder --violation vanish",
    "darkmatter worlds generate twoRooms --episodes 2000 --steps 90 -o episodes/rooms",
    "darkmatter worlds import ./videos --size 64 --fps 10",
    "darkmatter worlds import robot.csv --episode run --actions joint_target_*",
    "darkmatter worlds show episodes/rooms -o strip.png",
  ],
  configure(command: Command) {
    for (const add of [addList, addPlay, addGenerate, addImport, addShow]) add(command);
  },
  async details() {
    const { environments } = await import("../../environments/index.js");
    return describeOptions("Environments, with options for --option", Object.values(environments));
  },
};
