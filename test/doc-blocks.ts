/** What the documentation claims, in a form that can be run: code blocks and command lines. */

export interface CodeBlock {
  /** The first line of the block's content, counted from 1. */
  readonly line: number;
  /** The words after the opening fence: "ts run" -> ["ts", "run"]. */
  readonly info: readonly string[];
  readonly content: string;
}

/** Every fenced block of a Markdown text. */
export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```([^\n`]*)\n([\s\S]*?)^```[ \t]*$/gm)].map((match) => ({
    line: markdown.slice(0, match.index).split("\n").length + 1,
    info: match[1]!.trim().split(/\s+/).filter(Boolean),
    content: match[2]!,
  }));
}

/** Blocks opened by "```ts run": programs of their own, run by the documentation test. */
export function runnableBlocks(markdown: string): CodeBlock[] {
  return codeBlocks(markdown).filter(({ info }) => info[0] === "ts" && info.includes("run"));
}

/**
 * The program of a block: a line `expression // => value` becomes a check that the expression prints as that value
 * (as `console.log` would print it), so a claim in the documentation can fail.
 */
export function programOf(content: string): string {
  const lines = content.split("\n").map((line) => {
    const claim = /^(?!\s*\/\/)(?!\s*(?:const|let|import|export)\b)(.+?);?\s*\/\/ => (.+)$/.exec(line);
    return claim ? `__shows((${claim[1]!.trim()}), ${JSON.stringify(claim[2]!.trim())});` : line;
  });
  return [...lines, SHOWS].join("\n");
}

const SHOWS = `
import { inspect as __inspect } from "node:util";
function __shows(value: unknown, expected: string): void {
  const shown = typeof value === "string" ? value : __inspect(value, { breakLength: Infinity });
  if (shown !== expected) throw new Error("the text says // => " + expected + ", it is " + shown);
}`;

export interface ShownCommand {
  readonly line: number;
  /** Words of the command, without `$`, comments, redirections and environment: ["npm", "test"]. */
  readonly words: readonly string[];
}

/** Command lines of a Markdown text: those in sh blocks, and those after "$ " in any block. */
export function shownCommands(markdown: string): ShownCommand[] {
  return codeBlocks(markdown).flatMap(({ line, info, content }) => {
    const isShell = ["sh", "bash", "shell"].includes(info[0] ?? "");
    return joinContinued(content).flatMap(({ offset, text }) => {
      const isPrompt = text.startsWith("$ ");
      if (!isPrompt && !isShell) return [];
      return splitCommands(text.replace(/^\$ /, "")).map((words) => ({ line: line + offset, words }));
    });
  });
}

/** Lines, where a backslash at the end continues on the next. */
function joinContinued(content: string): { offset: number; text: string }[] {
  const lines: { offset: number; text: string }[] = [];
  let isContinued = false;
  content.split("\n").forEach((text, offset) => {
    const part = text.replace(/\s*\\$/, "").trim();
    const last = lines.at(-1);
    if (isContinued && last) last.text += ` ${part}`;
    else lines.push({ offset, text: part });
    isContinued = /\\$/.test(text);
  });
  return lines;
}

function splitCommands(line: string): string[][] {
  return line
    .replace(/(^|\s)#.*$/, "")
    .split(/&&|\|\|?|;/)
    .map((command) => command.trim().split(/\s+/).filter(isWord))
    .filter((words) => words.length > 0);
}

function isWord(word: string): boolean {
  return word !== "" && !/^[A-Z_]+=/.test(word) && !/^\d?>/.test(word);
}

/**
 * The words given to the darkmatter command, however it is called, or undefined if it is another command:
 * `darkmatter eval run`, `npx darkmatter eval run`, `npm run darkmatter -- eval run`.
 */
export function darkmatterArguments(words: readonly string[]): readonly string[] | undefined {
  const [first, second, third, fourth] = words;
  if (first === "darkmatter") return words.slice(1);
  if (first === "npx" && second === "darkmatter") return words.slice(2);
  if (first === "npm" && second === "run" && third === "darkmatter") return words.slice(fourth === "--" ? 4 : 3);
  return undefined;
}

/** The npm script a command runs: `npm test` -> "test"; undefined for npm's own commands and everything else. */
export function npmScript(words: readonly string[]): string | undefined {
  if (words[0] !== "npm") return undefined;
  if (words[1] === "test" || words[1] === "start") return words[1];
  return words[1] === "run" ? words.find((word, index) => index > 1 && !word.startsWith("-")) : undefined;
}

/**
 * What is wrong with a darkmatter command line, judged by its own help texts: a command that no help lists, or a flag
 * that the command's help does not show. `helpOf(path)` is the help text of a command path, such as ["data", "get"].
 */
export function commandProblems(args: readonly string[], helpOf: (path: readonly string[]) => string): string[] {
  const path: string[] = [];
  for (const word of args) {
    if (word.startsWith("-") || !listsCommand(helpOf(path), word)) break;
    path.push(word);
  }
  const [name] = args;
  if (path.length === 0 && name !== undefined && !name.startsWith("-")) return [`there is no command "${name}"`];
  const help = helpOf(path);
  const flags = args.filter((word) => /^--?[a-zA-Z]/.test(word)).map((word) => word.split("=")[0]!);
  return flags
    .filter((flag) => !listsFlag(help, flag))
    .map((flag) => `"darkmatter ${path.join(" ")}" has no flag ${flag}`);
}

function listsCommand(help: string, name: string): boolean {
  const commands = /^Commands:\n((?:[ \t]+.*\n?|\n)*)/m.exec(help)?.[1] ?? "";
  return commands.split("\n").some((line) => new RegExp(`^\\s{1,4}${escaped(name)}(\\s|\\||$)`).test(line));
}

function listsFlag(help: string, flag: string): boolean {
  return new RegExp(`(^|[\\s,])${escaped(flag)}([\\s,=<[]|$)`, "m").test(help);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
