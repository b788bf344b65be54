/** Data that is published as an npm package: fetched once with the user's own npm, pinned, and checked by digest. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { DarkmatterError } from "../../compute/errors.js";

export interface NpmPackage {
  readonly name: string;
  /** An exact version. */
  readonly version: string;
  /** Digest of the archive as npm writes it: "sha512-" and base64. */
  readonly integrity: string;
}

/** Write the package's archive into a folder. */
export type PackNpm = (specifier: string, folder: string) => Promise<void>;

/** Where the archive of a package is kept. */
export function packagePath({ name, version }: NpmPackage, cacheDir: string): string {
  return join(cacheDir, "downloads", `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
}

/**
 * Fetch a package's archive (.tgz) unless it is here. It gets its name only after the digest agreed, so a file under
 * that name is whole and right.
 * @throws DarkmatterError if npm fails or the archive is not the pinned one
 */
export async function fetchNpmPackage(
  wanted: NpmPackage,
  cacheDir: string,
  pack: PackNpm = packWithNpm,
): Promise<string> {
  const target = packagePath(wanted, cacheDir);
  if (existsSync(target)) return target;
  const downloads = join(cacheDir, "downloads");
  await mkdir(downloads, { recursive: true });
  const folder = await mkdtemp(join(downloads, "incoming-"));
  try {
    await pack(`${wanted.name}@${wanted.version}`, folder);
    const [archive] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
    if (archive === undefined) throw new DarkmatterError(`npm pack ${wanted.name}@${wanted.version} wrote no archive.`);
    await checkIntegrity(join(folder, archive), wanted);
    await rename(join(folder, archive), target);
    return target;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkIntegrity(archive: string, { name, version, integrity }: NpmPackage): Promise<void> {
  const hash = createHash("sha512");
  await pipeline(createReadStream(archive), hash);
  const got = `sha512-${hash.digest("base64")}`;
  if (got === integrity) return;
  throw new DarkmatterError(
    `The archive of ${name}@${version} is not the one that was checked: expected ${integrity}, got ${got}. ` +
      "Nothing was kept. Fetch it again; if it stays so, the registry serves another file under this version.",
  );
}

async function packWithNpm(specifier: string, folder: string): Promise<void> {
  const isWindows = process.platform === "win32";
  try {
    // npm is a script there, which only a shell starts; the arguments are our own constants
    const args = ["pack", specifier, "--silent", "--ignore-scripts", "--pack-destination", "."];
    await promisify(execFile)(isWindows ? "npm.cmd" : "npm", args, { cwd: folder, shell: isWindows });
  } catch (cause) {
    const { code, stderr = "" } = cause as { code?: string | number; stderr?: string };
    const reason = code === "ENOENT" ? "npm is not on the PATH" : stderr.trim().split("\n").slice(-3).join(" ") || code;
    throw new DarkmatterError(
      `npm could not fetch ${specifier}: ${reason}. Check the network and your npm registry, or try "npm pack ${specifier}".`,
      { cause },
    );
  }
}
