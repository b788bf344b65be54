/**
 * Completes package-lock.json after `npm install` changed it: `npm run lock`.
 *
 * A registry that mirrors only some platforms (ours has no macOS or Windows binaries of a few packages) makes npm leave
 * the others out of the lock, and `npm ci` then refuses that lock on every machine. The missing entries are optional
 * packages pinned by their parent to one exact version, so they can be written from the parent alone; npm skips those
 * that do not fit the machine by `os`, `cpu` and `libc`, and checks the others when it fetches them.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** Optional dependencies that no entry of the lock satisfies: `{ name, version, dev }`. */
export function missingOptional(lock) {
  return Object.entries(lock.packages).flatMap(([parent, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !isLocked(lock, parent, name))
      .map(([name, version]) => ({ name, version, dev: entry.dev === true })),
  );
}

/** Node's lookup: in the parent's own node_modules, then in those of the folders above it. */
function isLocked(lock, parent, name) {
  const folders = [...parent.matchAll(/(?:^|\/)node_modules\//g)].map((match) => parent.slice(0, match.index));
  return [parent, ...folders.reverse()].some(
    (folder) => `${folder ? `${folder}/` : ""}node_modules/${name}` in lock.packages,
  );
}

/** Lock entry of a platform package, its platform read from its name: `cli-linux-x64-musl`. */
export function platformEntry({ name, version, dev }) {
  const match = /-(android|darwin|freebsd|linux|win32)-(arm64|arm|ia32|ppc64|riscv64|s390x|x64)(?:-(\w+))?$/.exec(name);
  if (!match)
    throw new Error(`complete-lock: "${name}" does not end in its platform; add it to package-lock.json by hand.`);
  if (!/^\d/.test(version))
    throw new Error(`complete-lock: "${name}" must be pinned to one version, got "${version}".`);
  const [, os, cpu, abi] = match;
  const libc = abi === "musl" ? ["musl"] : os === "linux" && abi?.startsWith("gnu") ? ["glibc"] : undefined;
  return { version, cpu: [cpu], ...(dev && { dev }), ...(libc && { libc }), optional: true, os: [os] };
}

/** The lock with every missing platform added, its packages in npm's order. */
export function completed(lock) {
  const added = missingOptional(lock).map((missing) => [`node_modules/${missing.name}`, platformEntry(missing)]);
  const byPath = ([a], [b]) => a.localeCompare(b, "en");
  return { ...lock, packages: Object.fromEntries([...Object.entries(lock.packages), ...added].sort(byPath)) };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const count = missingOptional(lock).length;
  if (count > 0) writeFileSync("package-lock.json", `${JSON.stringify(completed(lock), null, 2)}\n`);
  process.stdout.write(`package-lock.json: ${count} platform packages added\n`);
}
