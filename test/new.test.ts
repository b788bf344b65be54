/** `npm run new`: what it writes works at once, in a copy of the repository. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { create, namesOf, withExport } from "../scripts/new.mjs";
import { ROOT } from "./layering.js";

/** What vitest, the compiler, the linter and the registry test need to judge a new objective. */
const COPIED = ["src", "test/layering.ts", "test/registry.test.ts"].concat(
  readdirSync(ROOT).filter((name) => /^(package|biome|tsconfig)[^/]*\.json$|^vitest\.config\.ts$/.test(name)),
);

describe.each(["objective", "predictive-objective"])("npm run new -- %s align-spread", (kind) => {
  let copy = "";
  let written: string[] = [];
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), "darkmatter-new-"));
    for (const path of COPIED) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"), "junction");
    written = create(copy, kind, "align-spread");
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  const run = (program: string, ...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, "node_modules", program), ...args], { cwd: copy, encoding: "utf8" });

  test("writes the file, its test and the export line", () => {
    expect(written).toEqual(
      ["align-spread.ts", "align-spread.test.ts", "index.ts"].map((file) => join("src", "objectives", file)),
    );
    expect(readFileSync(join(copy, "src/objectives/index.ts"), "utf8")).toContain(
      'export { alignSpread } from "./align-spread.js";\n',
    );
    for (const file of written) expect(readFileSync(join(copy, file), "utf8")).not.toMatch(/__\w+__/);
  });

  test("is formatted, and has the right types", () => {
    const biome = run("@biomejs/biome/bin/biome", "check", "--error-on-warnings", ...written);
    expect(biome.stdout + biome.stderr).toMatch(/Checked 3 files/);
    expect(biome.status).toBe(0);
    writeFileSync(join(copy, "tsconfig.new.json"), JSON.stringify({ extends: "./tsconfig.json", include: written }));
    expect(run("typescript/bin/tsc", "-p", "tsconfig.new.json").stdout).toBe("");
  });

  test("passes its own test, the registry and everything an objective must pass", { timeout: 120_000 }, () => {
    // what predicts is not followed downhill on its own
    const descent = kind === "objective" ? ["descent"] : [];
    const files = ["align-spread", "objectives/objectives.conformance", "heads.conformance", "registry", ...descent];
    const { stdout } = run("vitest/vitest.mjs", "run", "--reporter=json", ...files, "-t", "alignSpread|registered");
    const { numFailedTests, testResults } = JSON.parse(stdout);
    const passed = (testResults as { assertionResults: { status: string }[] }[]).map(
      ({ assertionResults }) => assertionResults.filter(({ status }) => status === "passed").length,
    );
    expect(numFailedTests).toBe(0);
    expect(passed).toHaveLength(files.length);
    expect(Math.min(...passed)).toBeGreaterThan(0);
    expect(Math.max(...passed)).toBeGreaterThan(15); // the conformance suite found it in the barrel
  });

  test("a second one of that name is refused, and nothing changes", () => {
    const before = readFileSync(join(copy, written[0]!), "utf8");
    expect(() => create(copy, kind, "alignSpread")).toThrow("align-spread.ts exists already");
    expect(readFileSync(join(copy, written[0]!), "utf8")).toBe(before);
  });
});

describe("names", () => {
  test("are kebab-case in files and camelCase in code, however they are given", () => {
    for (const name of ["align-spread-2", "alignSpread-2"]) {
      expect(namesOf(name)).toEqual({ file: "align-spread-2", camel: "alignSpread2" });
    }
    expect(namesOf("byol")).toEqual({ file: "byol", camel: "byol" });
  });

  test.each(["", "2d", "../vicreg", "a--b", "a b", "-x", "Byol"])('"%s" is no name', (name) => {
    expect(() => namesOf(name)).toThrow("words of letters and digits");
  });
});

test("the export line keeps the barrel's order, beside exports over several lines", () => {
  const barrel =
    '/** Ours. */\nexport { b } from "./b.js";\nexport type {\n  D,\n  E,\n} from "./d.js";\nexport { f } from "./f.js";\n';
  const exportsOf = (text: string) => [...text.matchAll(/"\.\/(.+)\.js"/g)].map(([, file]) => file).join("");
  for (const [file, expected] of Object.entries({ a: "abdf", c: "bcdf", e: "bdef", g: "bdfg" })) {
    const changed = withExport(barrel, { file, camel: file });
    expect(exportsOf(changed)).toBe(expected);
    expect(changed.replace(`export { ${file} } from "./${file}.js";\n`, "")).toBe(barrel);
  }
});

describe("npm run new", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, "scripts", "new.mjs"), ...args], { encoding: "utf8" });

  test.each([
    [["encodr", "x"], 'unknown kind "encodr". Known: objective, predictive-objective.'],
    [["toString", "x"], 'unknown kind "toString"'],
    [["objective"], "under which name?"],
    [[], "npm run new -- <objective | predictive-objective> <name>"],
  ])("%j says what is known", (args, message) => {
    const { status, stderr, stdout } = run(...args);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});
