/** Flags that several commands below `darkmatter worlds` have. */
import type { Command } from "commander";
import { type NumberBounds, parseNumber, parseSetting } from "../../values.js";

/** --option key=value, as often as needed. */
export function addEnvironmentFlags(command: Command, operation: string): Command {
  return command
    .argument("<environment>", "name of the environment: darkmatter worlds list")
    .option(
      "--option <key=value>",
      "option of the environment, see darkmatter worlds --help; may be repeated",
      (text, earlier: Readonly<Record<string, unknown>> | undefined) =>
        parseSetting(operation, "--option", text, earlier),
    );
}

/** A flag with a number within bounds. */
export function addNumberFlag(
  command: Command,
  operation: string,
  flag: string,
  doc: string,
  bounds: NumberBounds,
): Command {
  return command.option(flag, doc, (text) => parseNumber(operation, flag.split(" ")[0]!, bounds, text));
}

/** How episodes are drawn. */
export function addPictureFlags(command: Command, operation: string): Command {
  addNumberFlag(command, operation, "--frames <count>", "frames of a strip (default: 16)", { isWhole: true, min: 1 });
  return addNumberFlag(command, operation, "--fps <rate>", "steps an animation shows a second (default: 10)", {
    above: 0,
  });
}

export interface PictureFlags {
  readonly frames?: number;
  readonly fps?: number;
}

export function pictureOptions({ frames, fps }: PictureFlags): {
  readonly numFrames?: number;
  readonly framesPerSecond?: number;
} {
  return { ...(frames !== undefined && { numFrames: frames }), ...(fps !== undefined && { framesPerSecond: fps }) };
}

/** "a, b" as two names. */
export function namesIn(text: string): readonly string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
