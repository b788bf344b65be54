import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { ValueError } from "../compute/errors.js";
import { commands } from "./commands/catalog.js";
import { describeError } from "./errors.js";
import { createProgram } from "./program.js";
import { darkmatter } from "./testing/command-line.js";

const run = (line: string) => darkmatter(...line.split(" ").filter((word) => word !== ""));

/** Every command, also those below another: "data get". */
const allCommands = (function list(command: Command, path: string[]): { path: string[]; command: Command }[] {
  return command.commands.flatMap((child) => {
    const childPath = [...path, child.name()];
    return [{ path: childPath, command: child }, ...list(child, childPath)];
  });
})(createProgram(), []);

describe("help", () => {
  test("without words, and by --help, lists every command with its summary", async () => {
    const { code, stdout } = await run("");
    expect(code).toBe(0);
    for (const { name, summary } of Object.values(commands))
      expect(stdout).toMatch(new RegExp(`^  ${name} .*${summary.slice(0, 20)}`, "m"));
    expect((await run("--help")).stdout).toBe(stdout);
  });

  test.each(allCommands)("of $path", async ({ path }) => {
    const { code, stdout, stderr } = await run(`${path.join(" ")} --help`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`Usage: darkmatter ${path.join(" ")}`);
    if (path.length === 1) expect(stdout).toMatch(/\nExamples:\n {2}\$ darkmatter /);
  });

  test("of train and loss describes the objectives, of embed the formats", async () => {
    expect((await run("train --help")).stdout).toContain("temperature=0.2");
    expect((await run("help loss")).stdout).toContain("regularizerWeight=");
    expect((await run("embed -h")).stdout).toContain("\n  .parquet ");
  });

  test("--version is the package's", async () => {
    expect((await run("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  test.each(Object.values(commands).flatMap(({ name, examples }) => examples.map((example) => [name, example])))(
    "the example of %s can be parsed: %s",
    (name, example) => {
      const [program, ...words] = example!.split(" ");
      expect([program, words[0]]).toEqual(["darkmatter", name]);
      const root = new Command("darkmatter");
      const command = root.command(name!);
      commands[name!]!.configure(command);
      const leaves = command.commands.length > 0 ? command.commands : [command];
      for (const leaf of leaves) leaf.action(() => {}).exitOverride();
      root.exitOverride().parse(words, { from: "user" });
    },
  );
});

describe("mistakes end with one line on stderr and exit code 1", () => {
  test.each([
    [
      "trian ./photos",
      'darkmatter: unknown command "trian". Did you mean "train"? Known: compare, data, demo, doctor, embed, ',
    ],
    [
      "train --objetive vicreg",
      'darkmatter train: unknown flag "--objetive". Did you mean "--objective"? Known: --labels, ',
    ],
    ["data gte emoji", 'darkmatter data: unknown command "gte". Did you mean "get"? Known: list, get.'],
    ["data get emojis", 'getDataset: unknown data set "emojis". Did you mean "emoji"? Known: '],
    ["eval", "darkmatter eval: <run> is missing. Usage: darkmatter eval [options] <run>. More: darkmatter eval --help"],
    ["train", "darkmatter train: <data> is missing. Name a folder of images"],
    [
      "train my photos",
      'darkmatter train: too many arguments, got "my" "photos". Put quotes around a name with spaces.',
    ],
    ["train x --size", "darkmatter train: --size <pixels> needs a value."],
    ["train x --size big", 'train: "--size" must be a whole number, at least 1, got "big".'],
    ["train x --set temperature", 'train: "--set" must be key=value, got "temperature".'],
    ["train x --resume", 'train: "--resume" must be the folder of a run'],
    ["train x --epochs 2 --minutes 2", 'train: "length" must be one of --epochs, --steps and --minutes'],
    ["embed run x", "darkmatter embed: the flag -o, --out <file> is missing."],
    [
      "embed run x -o a.parqet",
      'writeEmbeddings: unknown file format "parqet". Did you mean "parquet"? Known: jsonl, npy, parquet.',
    ],
    ["loss vicrge a.npy b.npy", 'loss: unknown objective "vicrge". Did you mean "vicreg"? Known: '],
    ["loss vicreg a.npy b.npy", 'readNpy: "path" must be a readable .npy file, got "a.npy (ENOENT)".'],
  ])("%s", async (line, message) => {
    const { code, stdout, stderr } = await run(line);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`error: ${message}`);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  test("what is not the user's doing comes with its stack and asks for a report", () => {
    const text = describeError(new TypeError("x is not a function"));
    expect(text).toMatch(/x is not a function\n\nThis is a bug in darkmatter[\s\S]*program\.test\.ts/);
    expect(describeError("gone")).toMatch(/gone\n\nThis is a bug/);
    expect(describeError(new ValueError("a", "b", "c", 1))).not.toContain("bug");
  });
});

test("data list names every set", async () => {
  const { stdout } = await run("data list");
  expect(stdout).toMatch(/^emoji: [\s\S]*MB to fetch/m);
  const { stdout: json } = await run("data list --json");
  expect(JSON.parse(json).map(({ name }: { name: string }) => name)).toContain("emoji");
});
