/** `darkmatter worlds show`: what is in a folder of episodes. */
import type { Command } from "commander";
import { renderEpisodes } from "../../worlds-text.js";
import { addNumberFlag, addPictureFlags, type PictureFlags, pictureOptions } from "./flags.js";

interface ShowFlags extends PictureFlags {
  readonly episode?: number;
  readonly out?: string;
  readonly json?: boolean;
}

const NAME = "worlds show";

export function addShow(worlds: Command): void {
  const command = worlds
    .command("show")
    .description("say what is in a folder of episodes, and draw one of them")
    .argument("<episodes>", "folder that `generate` or `import` wrote");
  addNumberFlag(command, NAME, "--episode <number>", "which one is drawn (default: 0)", { isWhole: true, min: 0 });
  addPictureFlags(command, NAME)
    .option("-o, --out <file>", "draw it: .png for a strip, .gif for an animation")
    .option("--json", "one line of JSON instead")
    .action(show);
}

async function show(folder: string, { json = false, episode, out, ...pictures }: ShowFlags): Promise<void> {
  const { showEpisodes } = await import("../../../recipes/index.js");
  const facts = await showEpisodes(folder, {
    ...pictureOptions(pictures),
    ...(episode !== undefined && { episode }),
    ...(out !== undefined && { out }),
  });
  process.stdout.write(`${json ? JSON.stringify(facts) : renderEpisodes(facts)}\n`);
}
