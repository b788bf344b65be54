/**
 * Makes a checkout ready to run, with nothing but Node: `node scripts/ensure.mjs [--build]`.
 *
 * 1. Refuses a Node that is too old, saying which one is needed.
 * 2. Installs what package-lock.json names and node_modules lacks (`npm ci`).
 * 3. With `--build`, compiles src/ to dist/ if any source changed since the last build.
 *
 * Silent when there is nothing to do. It must start on any Node from 14.18 on to be able to say step 1.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Why this Node cannot run the package, or undefined if it can. `range` is package.json's `engines.node`, ">=major.minor". */
export function tooOld(version, range) {
  const [, major, minor] = /^>=(\d+)\.(\d+)/.exec(range).map(Number);
  const [hasMajor, hasMinor] = version.replace(/^v/, "").split(".").map(Number);
  if (hasMajor > major || (hasMajor === major && hasMinor >= minor)) return undefined;
  return `darkmatter needs Node ${major}.${minor} or newer, and this is ${version}. Install a newer Node and try again.`;
}

/**
 * Why node_modules must be installed again, or undefined if it holds what the lock names. npm writes what it installed
 * into node_modules/.package-lock.json, so an install by hand counts like one of ours.
 */
export function installReason(
  root,
  { platform, arch } = { platform: String(process.platform), arch: String(process.arch) },
) {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return "no packages are installed yet";
  const wanted = readJson(join(root, "package-lock.json")).packages;
  const installed = readJson(record).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "" || !belongsHere(entry, platform, arch)) continue;
    const name = path.split("node_modules/").pop();
    const got = installed[path];
    if (!got || !existsSync(join(root, path))) return `${name} ${entry.version} is missing`;
    if (got.version !== entry.version || got.integrity !== entry.integrity) {
      return `${name} is ${got.version}, package-lock.json names ${entry.version}`;
    }
  }
  return undefined;
}

/** Optional packages count only where their platform is certain: npm alone decides the others. */
function belongsHere(entry, platform, arch) {
  if (!entry.optional) return true;
  if (entry.libc || !entry.os || !entry.cpu) return false;
  return entry.os.includes(platform) && entry.cpu.includes(arch);
}

/** Why dist/ must be built again, or undefined if it was built from exactly these sources. */
export function buildReason(root) {
  const stamp = join(root, "dist", STAMP);
  if (!existsSync(stamp)) return "it is not built yet";
  return readFileSync(stamp, "utf8") === sourceDigest(root) ? undefined : "sources changed since the last build";
}

const STAMP = ".sources";

/** Digest of everything a build depends on: names and contents, not times, which a checkout changes. */
export function sourceDigest(root) {
  const configs = ["package-lock.json", "tsconfig.json", "tsconfig.build.json"].map((name) => join(root, name));
  const sources = filesBelow(join(root, "src")).filter((file) => !file.endsWith(".test.ts"));
  const hash = createHash("sha256");
  for (const file of [...configs, ...sources]) {
    hash.update(relative(root, file).split(sep).join("/"));
    hash.update(createHash("sha256").update(readFileSync(file)).digest());
  }
  return hash.digest("hex");
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]));
}

/** Install and build what is missing. Throws an `Error` whose message says what to do. */
export function ensure(root, { build = false, say = console.error } = {}) {
  const { engines } = readJson(join(root, "package.json"));
  const old = tooOld(process.version, engines.node);
  if (old) throw new Error(old);

  const missing = installReason(root);
  if (missing) {
    say(`Installing packages (${missing}): npm ci. The first time this takes a minute or two.`);
    runNpm(root, ["ci", "--no-fund", "--no-audit", "--loglevel=error"]);
  }
  const changed = build ? buildReason(root) : undefined;
  if (changed) {
    say(`Building dist/ (${changed}).`);
    compile(root);
  }
}

function runNpm(root, args) {
  // Under `npm run` the npm that called us is the one to call: it is there, and the one the user chose.
  const npm = process.env.npm_execpath;
  const isScript = npm !== undefined && /\.c?js$/.test(npm) && existsSync(npm);
  const result = isScript
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: ["ignore", 2, 2] })
    : spawnSync("npm", args, { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  if (result.error)
    throw new Error(`npm could not be started (${result.error.message}). It comes with Node: is it in PATH?`);
  if (result.status !== 0) {
    throw new Error(
      `"npm ${args[0]}" failed (exit code ${result.status}); its message is above. Is the registry reachable?`,
    );
  }
}

function compile(root) {
  const digest = sourceDigest(root); // before compiling: a file saved meanwhile must count as changed
  rmSync(join(root, "dist", STAMP), { force: true });
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const result = spawnSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], {
    stdio: ["ignore", 2, 2],
  });
  if (result.status !== 0) throw new Error("The build failed; the compiler's messages are above.");
  removeOrphans(root);
  writeFileSync(join(root, "dist", STAMP), digest);
}

/** Delete outputs whose source is gone. Written over, never wiped: a run that uses dist/ meanwhile keeps its files. */
function removeOrphans(root) {
  for (const file of filesBelow(join(root, "dist"))) {
    const source = relative(join(root, "dist"), file).replace(/\.(d\.ts|js|js\.map)$/, ".ts");
    if (!existsSync(join(root, "src", source))) rmSync(file);
  }
}

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    ensure(dirname(dirname(fileURLToPath(import.meta.url))), { build: process.argv.includes("--build") });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
