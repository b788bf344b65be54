/**
 * Starts a new piece in its place: `npm run new -- objective align-spread` writes the file, its test with a loop
 * reference, and the export line that registers it. What it writes works at once and passes every test; then it is yours
 * to change.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TEMPLATES = join(ROOT, "scripts", "templates");

/** Where each kind of piece lives (a predictive objective has a head, a target and schedules). Its templates are `templates/<kind>.ts.txt` and `templates/<kind>.test.ts.txt`. */
const KINDS = {
  objective: { folder: "src/objectives", guide: "docs/adding-an-objective.md" },
  "predictive-objective": { folder: "src/objectives", guide: "docs/adding-an-objective.md" },
};

const USAGE = `npm run new -- <${Object.keys(KINDS).join(" | ")}> <name>`;

/** "alignSpread" and "align-spread" name the same piece: [file "align-spread", export "alignSpread"]. */
export function namesOf(name) {
  const file = name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(file)) {
    throw new Error(`new: a name is words of letters and digits, like align-spread or alignSpread; got "${name}".`);
  }
  return { file, camel: file.replace(/-(.)/g, (_, letter) => letter.toUpperCase()) };
}

/** The text of a barrel with one export line more, where the alphabet of its files wants it. */
export function withExport(barrel, { file, camel }) {
  const line = `export { ${camel} } from "./${file}.js";\n`;
  const exports = [...barrel.matchAll(/^export [^;]*? from "\.\/([^"]+)\.js";\n/gm)];
  const next = exports.find(([, other]) => other > file);
  const at = next ? next.index : barrel.length;
  return barrel.slice(0, at) + line + barrel.slice(at);
}

/**
 * Write the files of a new piece below `root`. Nothing is written if anything is in the way.
 * @returns the paths written, relative to `root`
 * @throws Error that says what to do
 */
export function create(root, kind, name) {
  if (kind === undefined || name === undefined) throw new Error(`new: what, and under which name? ${USAGE}`);
  if (!Object.hasOwn(KINDS, kind)) {
    throw new Error(`new: unknown kind "${kind}". Known: ${Object.keys(KINDS).join(", ")}. ${USAGE}`);
  }
  const { folder } = KINDS[kind];
  const names = namesOf(name);
  const barrel = join(folder, "index.ts");
  const files = [`${names.file}.ts`, `${names.file}.test.ts`].map((file) => join(folder, file));
  const taken = files.find((file) => existsSync(join(root, file)));
  if (taken) throw new Error(`new: ${taken} exists already. Choose another name.`);

  const texts = ["ts", "test.ts"].map((ending) => readFileSync(join(TEMPLATES, `${kind}.${ending}.txt`), "utf8"));
  const barrelText = readFileSync(join(root, barrel), "utf8");
  files.forEach((file, i) => {
    writeFileSync(join(root, file), filledIn(texts[i], names));
  });
  writeFileSync(join(root, barrel), withExport(barrelText, names));
  return [...files, barrel];
}

function filledIn(template, { file, camel }) {
  const pascal = camel[0].toUpperCase() + camel.slice(1);
  return template.replaceAll("__file__", file).replaceAll("__camel__", camel).replaceAll("__Pascal__", pascal);
}

function main([kind, name]) {
  const [file, test, barrel] = create(ROOT, kind, name);
  const { folder, guide } = KINDS[kind];
  console.log(`${file}\n${test}\n${barrel} (one line)`);
  console.log(`\nIt works as it is. Now make it yours (${guide} says how), then:`);
  console.log(`  npm test -- ${folder}   its own test and everything a registered objective must pass`);
  console.log("  npm run docs                   the table in docs/objectives.md");
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    main(process.argv.slice(2));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
