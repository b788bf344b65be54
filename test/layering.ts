/** The order of the rooms of src/, and what an import may not do. Pure functions of a source tree, so that tests can plant one. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Lowest first. A file may import its own folder and any folder on an EARLIER line. */
export const LAYERS = [
  ["compute"],
  ["nn", "optim", "environments"],
  ["data"],
  ["augment"],
  ["encoders"],
  ["objectives"],
  ["train"],
  ["evaluate", "plan"],
  ["export"],
  ["serve"],
  ["recipes"],
  ["cli"],
] as const;

const RANK = new Map<string, number>(LAYERS.flatMap((names, level) => names.map((name) => [name, level] as const)));

/** Packages that one room alone may import: everything above speaks that room's own language. */
export const PRIVATE_PACKAGES: Readonly<Record<string, string>> = {
  "@jax-js/jax": "compute",
  "onnxruntime-node": "compute",
  webgpu: "compute",
};

/** The rooms that exist, in pipeline order; a room that no layer names comes last. */
export function roomsOf(root: string): string[] {
  const found = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = found.map((entry) => entry.name).sort();
  const known = [...RANK.keys()];
  return [...known.filter((name) => names.includes(name)), ...names.filter((name) => !RANK.has(name))];
}

/** Every TypeScript file below a folder, relative to it, with forward slashes. */
export function typescriptFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.split(sep).join("/"))
    .filter((path) => path.endsWith(".ts"))
    .sort();
}

/** Module specifiers of a source text: static, re-exported, dynamic, and the files named for workers by `new URL`. */
export function specifiersOf(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const imports = code.matchAll(/\b(?:from|import)\s*\(?\s*"([^"\n]+)"/g);
  const workers = code.matchAll(/\bnew URL\(\s*"(\.[^"\n]+)",\s*import\.meta\.url/g);
  return [...imports, ...workers].map((match) => match[1]!);
}

/** "@scope/name/deep" -> "@scope/name". */
export function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Imports that point upward, sideways or to the root entry, one sentence each. Tests may look anywhere. */
export function wrongImports(root: string): string[] {
  const files = typescriptFiles(join(root, "src")).filter((file) => file.includes("/") && !file.endsWith(".test.ts"));
  return files.flatMap((file) => {
    const from = file.split("/")[0]!;
    if (!RANK.has(from)) return [`${file}: no layer names the folder ${from}`];
    return read(root, file)
      .filter((specifier) => specifier.startsWith("."))
      .map((specifier) => posix.join(posix.dirname(file), specifier).split("/")[0]!)
      .filter((to) => to !== from && !(RANK.get(to)! < RANK.get(from)!))
      .map((to) => `${file} (layer ${RANK.get(from)}) imports ${to} (layer ${RANK.get(to) ?? "none"})`);
  });
}

/** Imports of packages that this file's room should not know, or that users of the package would not have. */
export function wrongPackages(root: string, dependencies: readonly string[]): string[] {
  return typescriptFiles(join(root, "src")).flatMap((file) => {
    const room = file.split("/")[0]!;
    const isShipped = !file.endsWith(".test.ts") && !file.includes("/testing/");
    const packages = read(root, file)
      .filter((specifier) => !/^(\.|node:)/.test(specifier))
      .map(packageOf);
    const foreign = packages.filter((name) => (PRIVATE_PACKAGES[name] ?? room) !== room);
    const undeclared = packages.filter((name) => isShipped && !dependencies.includes(name));
    return [
      ...foreign.map((name) => `${file} imports ${name}: only ${PRIVATE_PACKAGES[name]}/ may`),
      ...undeclared.map((name) => `${file} imports ${name}, which is not in "dependencies"`),
    ];
  });
}

function read(root: string, file: string): string[] {
  return specifiersOf(readFileSync(join(root, "src", file), "utf8"));
}
