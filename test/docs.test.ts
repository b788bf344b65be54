/** The documentation runs: its code blocks, its examples, and every command line it shows. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  codeBlocks,
  commandProblems,
  darkmatterArguments,
  npmScript,
  programOf,
  runnableBlocks,
  shownCommands,
} from "./doc-blocks.js";
import { ROOT } from "./layering.js";

const TSX = join(ROOT, "node_modules", "tsx", "dist", "cli.mjs");
const SLOW = 120_000; // an example may take a minute on a busy machine

const list = (folder: string, pattern: RegExp): string[] =>
  existsSync(join(ROOT, folder))
    ? readdirSync(join(ROOT, folder))
        .filter((name) => pattern.test(name))
        .sort()
        .map((name) => `${folder}/${name}`)
    : [];
const documents = ["README.md", ...list("docs", /\.md$/)];
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

let workplace = "";
beforeAll(() => {
  workplace = mkdtempSync(join(tmpdir(), "darkmatter-docs-"));
  writeFileSync(join(workplace, "package.json"), '{ "type": "module" }');
});
afterAll(() => rmSync(workplace, { recursive: true, force: true }));

/** Run a TypeScript program against src/, as `darkmatter` and `darkmatter/<room>`; its output, or its error. */
function runTypeScript(file: string, args: readonly string[] = []): string {
  const options = { cwd: workplace, encoding: "utf8", stdio: "pipe" } as const;
  return execFileSync(process.execPath, [TSX, "--tsconfig", join(ROOT, "tsconfig.json"), file, ...args], options);
}

describe("code", () => {
  const programs = documents.flatMap((document) =>
    runnableBlocks(read(document)).map((block) => ({
      name: `${document}:${block.line}`,
      code: programOf(block.content),
    })),
  );
  const place = (name: string): string => join(workplace, `${name.replace(/[^\w]+/g, "-")}.ts`);

  test("every block marked `ts run` has the right types", { timeout: SLOW }, () => {
    for (const { name, code } of programs) writeFileSync(place(name), code);
    const config = {
      extends: join(ROOT, "tsconfig.json"),
      compilerOptions: { rootDir: "/", typeRoots: [join(ROOT, "node_modules", "@types")], noUnusedLocals: false },
      include: [join(workplace, "*.ts"), join(ROOT, "src", "compute", "errors.ts")], // never empty
    };
    writeFileSync(join(workplace, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    execFileSync(process.execPath, [tsc, "-p", workplace], { encoding: "utf8", stdio: "pipe" });
  });

  test("every block marked `ts run` runs, and shows what it says", { timeout: SLOW }, () => {
    for (const { name, code } of programs) {
      writeFileSync(place(name), code);
      runTypeScript(place(name));
    }
  });

  test("every example runs to its end", { timeout: 10 * SLOW }, () => {
    for (const example of list("examples", /\.ts$/)) runTypeScript(join(ROOT, example));
  });
});

describe("command lines", () => {
  const commands = documents.flatMap((document) =>
    shownCommands(read(document)).map(({ line, words }) => ({ where: `${document}:${line}`, words })),
  );

  test("npm scripts and benches exist", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const problems = commands.flatMap(({ where, words }) => {
      const script = npmScript(words);
      if (script === undefined) return [];
      if (!(script in scripts)) return [`${where}: there is no script "${script}"`];
      const bench = script === "bench" ? words.slice(3).find((word) => !word.startsWith("-")) : undefined;
      return bench === undefined || existsSync(join(ROOT, "bench", `${bench}.ts`))
        ? []
        : [`${where}: no bench "${bench}"`];
    });
    expect(problems).toEqual([]);
  });

  test("darkmatter commands and their flags exist", { timeout: SLOW }, () => {
    const helps = new Map<string, string>();
    const helpOf = (path: readonly string[]): string => {
      const key = path.join(" ");
      if (!helps.has(key)) helps.set(key, runTypeScript(join(ROOT, "src", "cli", "main.ts"), [...path, "--help"]));
      return helps.get(key)!;
    };
    const problems = commands.flatMap(({ where, words }) => {
      const args = darkmatterArguments(words);
      return args ? commandProblems(args, helpOf).map((problem) => `${where}: ${problem}`) : [];
    });
    expect(problems).toEqual([]);
  });
});

describe("the reading of documentation", () => {
  const fence = "```";

  test("finds blocks, their language and their line", () => {
    const markdown = `# A\n\n${fence}ts run\nconst a = 1;\n${fence}\ntext\n${fence}\nplain\n${fence}\n`;
    expect(codeBlocks(markdown)).toEqual([
      { line: 4, info: ["ts", "run"], content: "const a = 1;\n" },
      { line: 8, info: [], content: "plain\n" },
    ]);
    expect(runnableBlocks(markdown)).toHaveLength(1);
  });

  test("a shown value is checked", () => {
    const file = (name: string, content: string): string => {
      writeFileSync(join(workplace, name), programOf(content));
      return join(workplace, name);
    };
    runTypeScript(
      file(
        "right.ts",
        'import { sizeOf } from "darkmatter/compute";\nsizeOf([2, 3]) // => 6\n[1, "a"]; // => [ 1, \'a\' ]',
      ),
    );
    expect(() => runTypeScript(file("wrong.ts", "1 + 1; // => 3"))).toThrow("the text says // => 3, it is 2");
  });

  test("finds commands behind prompts, in shell blocks and over continued lines, and no output", () => {
    const markdown = `${fence}\n$ npm test\n9 passed\n${fence}\n${fence}sh\nFOO=1 darkmatter train a \\\n  --seed 1 # comment\nnpm run demo && ls > out\n${fence}`;
    expect(shownCommands(markdown)).toEqual([
      { line: 2, words: ["npm", "test"] },
      { line: 6, words: ["darkmatter", "train", "a", "--seed", "1"] },
      { line: 8, words: ["npm", "run", "demo"] },
      { line: 8, words: ["ls", "out"] },
    ]);
  });

  test("knows the ways to call darkmatter, and npm's scripts", () => {
    const called = ["darkmatter eval r", "npx darkmatter eval r", "npm run darkmatter -- eval r"];
    for (const line of called) expect(darkmatterArguments(line.split(" "))).toEqual(["eval", "r"]);
    expect(darkmatterArguments(["npm", "test"])).toBeUndefined();
    expect(["npm test", "npm run bench -- a", "npm ci", "ls"].map((line) => npmScript(line.split(" ")))).toEqual([
      "test",
      "bench",
      undefined,
      undefined,
    ]);
  });

  test("a command or flag that no help lists is a problem", () => {
    const main = "Usage: darkmatter\n\nCommands:\n  train [options] <data>  learn\n  data                    sets\n";
    const helps: Record<string, string> = {
      "": main,
      train: "Options:\n  -o, --out <folder>\n  --seed <number>\n",
      data: "Commands:\n  get <name>  fetch\n\nOptions:\n  -h, --help\n",
      "data get": "Options:\n  --force  again\n",
    };
    const problems = (line: string) => commandProblems(line.split(" "), (path) => helps[path.join(" ")]!);
    expect(problems("train ./photos --seed 1 -o runs/a")).toEqual([]);
    expect(problems("train ./photos --sed 1 --out=runs/a")).toEqual(['"darkmatter train" has no flag --sed']);
    expect(problems("data get emoji --force")).toEqual([]);
    expect(problems("learn ./photos")).toEqual(['there is no command "learn"']);
  });
});
