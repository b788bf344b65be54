/** One file and one export line make a thing registered, so the names must agree everywhere. Catalogues are found, not listed. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { ROOT, typescriptFiles } from "./layering.js";

const kebabCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What is wrong with the entries of one catalogue module, one sentence each. */
function problemsOf(module: Readonly<Record<string, unknown>>, hasFile: (name: string) => boolean): string[] {
  const catalogs = Object.entries(module).filter(([, value]) => typeof value === "object" && value !== null);
  if (catalogs.length === 0) return ["exports no catalogue"];
  return catalogs.flatMap(([catalog, entries]) =>
    Object.entries(entries as object).flatMap(([key, entry]: [string, { name?: unknown } | undefined]) => [
      ...(entry?.name === key ? [] : [`${catalog}.${key} says its name is ${JSON.stringify(entry?.name)}`]),
      ...(hasFile(kebabCase(key)) ? [] : [`${catalog}.${key} has no file ${kebabCase(key)}.ts`]),
    ]),
  );
}

test("every registered name is its export's name and its file's name", async () => {
  const catalogs = typescriptFiles(join(ROOT, "src")).filter((file) => /(^|\/)catalog\.ts$/.test(file));
  const problems = await Promise.all(
    catalogs.map(async (file) => {
      const path = join(ROOT, "src", file);
      const hasFile = (name: string): boolean => existsSync(join(dirname(path), `${name}.ts`));
      const found = problemsOf(await import(pathToFileURL(path).href), hasFile);
      return found.map((problem) => `${file}: ${problem}`);
    }),
  );
  expect(problems.flat()).toEqual([]);
});

test("red: a name that is not its export's, a missing file, and a catalogue without entries", () => {
  const hasFile = (name: string): boolean => name !== "barlow-twins";
  expect(problemsOf({ objectives: { vicreg: { name: "vicreg" }, simclr: { name: "ntXent" } } }, hasFile)).toEqual([
    'objectives.simclr says its name is "ntXent"',
  ]);
  expect(problemsOf({ objectives: { barlowTwins: { name: "barlowTwins" } } }, hasFile)).toEqual([
    "objectives.barlowTwins has no file barlow-twins.ts",
  ]);
  expect(problemsOf({ lookUpObjective: () => undefined }, hasFile)).toEqual(["exports no catalogue"]);
});
