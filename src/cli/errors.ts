/** What goes wrong, in words on stderr. */
import { type Command, CommanderError } from "commander";
import { DarkmatterError, UnknownNameError } from "../compute/errors.js";
import { colours } from "./colours.js";

/** A command line that cannot be understood. */
class UsageError extends DarkmatterError {
  override readonly name = "UsageError";
}

/** The text for a failed command: a message for what the user can act on, everything for what only we can. */
export function describeError(error: unknown): string {
  const label = colours.red("error:");
  if (error instanceof DarkmatterError) return `${label} ${error.message}`;
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  const trace = stack === undefined ? "" : `\n${colours.dim(stack)}`;
  return `${label} ${message}\n\nThis is a bug in darkmatter, not in what you did. Please report it with these lines:${trace}`;
}

/** Commander's complaint about a command line, in our words: with the known names and the nearest. */
export function usageError(command: Command, { code, message }: CommanderError): Error {
  const operation = pathOf(command);
  const quoted = /'([^']*)'/.exec(message)?.[1] ?? "";
  switch (code) {
    case "commander.unknownOption":
      return new UnknownNameError(operation, "flag", quoted, flagsOf(command));
    case "commander.unknownCommand":
      return new UnknownNameError(operation, "command", quoted, namesOf(command));
    case "commander.missingMandatoryOptionValue":
      return new UsageError(`${operation}: the flag ${quoted} is missing. ${usageOf(command)}`);
    case "commander.missingArgument":
      return new UsageError(`${operation}: <${quoted}> is missing. ${usageOf(command)}`);
    case "commander.optionMissingArgument":
      return new UsageError(`${operation}: ${quoted} needs a value. ${usageOf(command)}`);
    case "commander.excessArguments": {
      const got = command.args.map((word) => JSON.stringify(word)).join(" ");
      const hint = "Put quotes around a name with spaces.";
      return new UsageError(`${operation}: too many arguments, got ${got}. ${hint} ${usageOf(command)}`);
    }
    default:
      return new UsageError(`${operation}: ${message.replace(/^error: /, "")}`);
  }
}

/** Whether commander ended a command line that asked for help or the version, which is no failure. */
export function isAnswered(error: unknown): boolean {
  const answers = ["commander.help", "commander.helpDisplayed", "commander.version"];
  return error instanceof CommanderError && answers.includes(error.code);
}

/** "darkmatter data get". */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function usageOf(command: Command): string {
  return `Usage: ${pathOf(command)} ${command.usage()}. More: ${pathOf(command)} --help`;
}

function flagsOf(command: Command): string[] {
  return [...command.options.flatMap(({ long, short }) => long ?? short ?? []), "--help"];
}

function namesOf(command: Command): string[] {
  return command.commands.map((child) => child.name());
}
