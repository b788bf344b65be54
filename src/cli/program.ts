/** The command line as a whole: its commands, its help, and what it answers to a mistake. */
import { createRequire } from "node:module";
import { Command } from "commander";
import { colours } from "./colours.js";
import { commands } from "./commands/catalog.js";
import { describeError, isAnswered, usageError } from "./errors.js";

/**
 * Run a command line.
 * @param words without the program's name, such as ["train", "./photos"]
 * @returns the exit code; a message is on stderr if it is not 0
 */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  try {
    const program = createProgram(await detailsFor(words));
    if (words.length === 0) program.outputHelp();
    else await program.parseAsync(words, { from: "user" });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (isAnswered(error)) return 0;
    process.stderr.write(`${describeError(error)}\n`);
    return 1;
  }
}

/** @param details more help by the name of a command */
export function createProgram(details: Readonly<Record<string, string>> = {}): Command {
  const program = new Command("darkmatter")
    .description("Learn from data nobody labelled: self-supervised learning on your own images.")
    .version(readVersion(), "-V, --version", "print the version")
    .addHelpText("after", helpFooter([...FIRST_STEPS]));
  for (const definition of Object.values(commands)) {
    const command = program.command(definition.name).summary(definition.summary);
    command.description(`${definition.summary.replace(/^./, (letter) => letter.toUpperCase())}.`);
    definition.configure(command);
    const more = details[definition.name];
    command.addHelpText("after", (more === undefined ? "" : `\n${more}\n`) + helpFooter(definition.examples));
  }
  answerMistakes(program);
  return program;
}

const FIRST_STEPS = [
  "darkmatter demo",
  "darkmatter train ./photos --minutes 5",
  "darkmatter eval runs/photos-simclr",
  "darkmatter embed runs/photos-simclr ./photos -o photos.parquet",
];

function helpFooter(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((line) => `  $ ${line}`).join("\n")}\n`;
}

/** Replace commander's own messages and exits, in every command below. */
function answerMistakes(command: Command): void {
  command
    .helpOption("-h, --help", "print this help")
    .configureHelp({ styleTitle: (title) => colours.bold(title), subcommandTerm: (child) => child.name() })
    // Errors are told once, by us; help that stands in for a missing command is an answer.
    .configureOutput({ writeErr: (text) => process.stdout.write(text), outputError: () => {} })
    .exitOverride((error) => {
      throw isAnswered(error) ? error : usageError(command, error);
    });
  for (const child of command.commands) answerMistakes(child);
}

/** The long help of the command that help is asked for. */
async function detailsFor(words: readonly string[]): Promise<Record<string, string>> {
  const isHelp = words[0] === "help" || words.some((word) => word === "--help" || word === "-h");
  const definition = Object.values(commands).find(({ name }) => words.includes(name));
  if (!isHelp || definition?.details === undefined) return {};
  return { [definition.name]: await definition.details() };
}

function readVersion(): string {
  // The package by its own name, wherever it is installed or built.
  const { version } = createRequire(import.meta.url)("darkmatter/package.json") as { readonly version: string };
  return version;
}
