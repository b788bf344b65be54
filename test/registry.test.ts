/** One file and one export line make a thing registered, so the names must agree everywhere. Catalogues are found, not listed. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { ROOT, typescriptFiles } from "./layering.js";

type Module = Readonly<Record<string, unknown>>;

const kebabCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const camelCase = (name: string): string => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** What is wrong with the entries of one catalogue module, one sentence each. `load` imports a file beside it. */
async function problemsOf(
  catalogModule: Module,
  load: (file: string) => Promise<Module | undefined>,
): Promise<string[]> {
  const catalogs = Object.values(catalogModule).filter((value) => typeof value === "object" && value !== null);
  if (catalogs.length === 0) return ["exports no catalogue"];
  const entries = catalogs.flatMap((catalog) => Object.entries(catalog as Record<string, { name?: unknown }>));
  const problems = entries.map(async ([key, entry]) => {
    if (entry?.name !== key) return `${key} says its name is ${JSON.stringify(entry?.name)}`;
    const file = `${kebabCase(key)}.ts`;
    const own = await load(file);
    if (own === undefined) return `${key} has no file ${file}`;
    return own[camelCase(key)] === entry ? undefined : `${file} does not export it as ${camelCase(key)}`;
  });
  return (await Promise.all(problems)).filter((problem) => problem !== undefined);
}

const importFile = (path: string): Promise<Module> => import(pathToFileURL(path).href);

test("every registered name is its export's name and its file's name", async () => {
  const catalogs = typescriptFiles(join(ROOT, "src")).filter((file) => /(^|\/)catalog\.ts$/.test(file));
  const problems = catalogs.map(async (file) => {
    const folder = dirname(join(ROOT, "src", file));
    const load = async (name: string): Promise<Module | undefined> =>
      existsSync(join(folder, name)) ? importFile(join(folder, name)) : undefined;
    return (await problemsOf(await importFile(join(ROOT, "src", file)), load)).map((problem) => `${file}: ${problem}`);
  });
  expect((await Promise.all(problems)).flat()).toEqual([]);
});

test("green: names typed with hyphens are exported in camelCase", async () => {
  const fashionMnist = { name: "fashion-mnist" };
  const files: Record<string, Module> = { "fashion-mnist.ts": { fashionMnist } };
  expect(await problemsOf({ datasets: { "fashion-mnist": fashionMnist } }, async (file) => files[file])).toEqual([]);
});

test("red: another name, a missing file, another export, and a catalogue without entries", async () => {
  const [vicreg, simclr, barlowTwins, byol] = ["vicreg", "ntXent", "barlowTwins", "byol"].map((name) => ({ name }));
  const files: Record<string, Module> = { "vicreg.ts": { vicreg }, "simclr.ts": { simclr }, "byol.ts": { byol: {} } };
  const load = async (file: string): Promise<Module | undefined> => files[file];
  expect(await problemsOf({ objectives: { vicreg, simclr, barlowTwins, byol } }, load)).toEqual([
    'simclr says its name is "ntXent"',
    "barlowTwins has no file barlow-twins.ts",
    "byol.ts does not export it as byol",
  ]);
  expect(await problemsOf({ lookUpObjective: () => undefined }, load)).toEqual(["exports no catalogue"]);
});
