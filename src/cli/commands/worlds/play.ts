/** `darkmatter worlds play`: an episode of an environment, as a strip or an animation. */
import type { Command } from "commander";
import type { PlayOptions } from "../../../recipes/index.js";
import { wrapText } from "../../wrap-text.js";
import { addEnvironmentFlags, addNumberFlag, addPictureFlags, type PictureFlags, pictureOptions } from "./flags.js";

interface PlayFlags extends PictureFlags, Pick<PlayOptions, "seed" | "policy" | "violation" | "out"> {
  readonly option?: Readonly<Record<string, unknown>>;
  readonly steps?: number;
}

const NAME = "worlds play";

export function addPlay(worlds: Command): void {
  const command = worlds.command("play").description("draw an episode, as a strip of frames or an animation");
  addEnvironmentFlags(command, NAME);
  addNumberFlag(command, NAME, "--seed <number>", "which episode (default: 0)", { isWhole: true, min: 0 });
  addNumberFlag(command, NAME, "--steps <count>", "its length (default: 31; a policy's, until it arrives)", {
    isWhole: true,
    min: 1,
  });
  command
    .option("--policy <name>", "who acts where something is wanted: zero, random, straightLine or oracle")
    .option("--violation <name>", "a matched pair instead: what may happen, and below it what may not");
  addPictureFlags(command, NAME)
    .option("-o, --out <file>", ".png: a strip; .gif: an animation (default: <environment>.png)")
    .action(play);
}

async function play(environment: string, flags: PlayFlags): Promise<void> {
  const { playWorld } = await import("../../../recipes/index.js");
  const { option, steps, frames, fps, ...rest } = flags;
  const { path, text } = await playWorld({
    ...{ environment, ...rest },
    ...pictureOptions({ ...(frames !== undefined && { frames }), ...(fps !== undefined && { fps }) }),
    ...(option !== undefined && { options: option }),
    ...(steps !== undefined && { numSteps: steps }),
  });
  process.stdout.write(`${wrapText("", text)}\n${path}\n`);
}
