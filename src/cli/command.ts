/** What a command of the command line is. One file a command, one line in `commands/index.ts`. */
import type { Command } from "commander";

export interface CommandDefinition {
  readonly name: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** Command lines that work as they stand, for the help text. */
  readonly examples: readonly string[];
  /** Declare arguments and flags, and the action. Heavy rooms are imported inside the action: `--help` is instant. */
  configure(command: Command): void;
  /** More for the help text, from tables whose import takes a moment: computed only when help is asked for. */
  details?(): Promise<string>;
}
