/** Peers written in Python: any python3 that has the modules asked for, run beside us with the same number of threads. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { DarkmatterError } from "darkmatter/compute";
import { type Side, type SideProgram, startSide } from "./side.js";

/** Debian's names of the modules peers need. */
const DEBIAN_PACKAGES: Readonly<Record<string, string>> = {
  torch: "python3-torch libopenblas0-pthread",
  numpy: "python3-numpy",
  PIL: "python3-pil",
};

/** A Python that can import every module: $DARKMATTER_PYTHON if set, else the first in PATH or /usr/bin. */
export function findPython(modules: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  const named = env.DARKMATTER_PYTHON;
  const candidates = named ? [named] : ["python3", "/usr/bin/python3"];
  const found = candidates.find((python) => canImport(python, modules, env));
  if (found !== undefined) return found;
  const packages = modules.map((name) => DEBIAN_PACKAGES[name] ?? `python3-${name}`).join(" ");
  throw new DarkmatterError(
    `bench: no Python with ${modules.join(" and ")} was found (tried ${candidates.join(", ")}). ` +
      `On Debian: apt install ${packages}. Elsewhere, name one that has them: DARKMATTER_PYTHON=/path/to/python3.`,
  );
}

/** A Python with torch. */
export interface TorchPython {
  readonly python: string;
  /** "1.13.0", without what follows the number. */
  readonly version: string;
}

/** The first Python of each major version of torch among $DARKMATTER_PYTHON, the PATH and /usr/bin, oldest torch first. */
export function findTorches(env: NodeJS.ProcessEnv = process.env): TorchPython[] {
  const candidates = [env.DARKMATTER_PYTHON, "python3", "/usr/bin/python3"].filter((python) => python !== undefined);
  const found = new Map<string, TorchPython>();
  for (const python of candidates) {
    const version = torchVersion(python, env);
    const major = version?.split(".")[0];
    if (version !== undefined && major !== undefined && !found.has(major)) found.set(major, { python, version });
  }
  return [...found.values()].sort((a, b) => Number.parseFloat(a.version) - Number.parseFloat(b.version));
}

/** Importing torch takes a second or two, so each Python is asked once. */
const torchVersions = new Map<string, string | undefined>();

function torchVersion(python: string, env: NodeJS.ProcessEnv): string | undefined {
  const key = `${python} ${env.PATH}`;
  if (!torchVersions.has(key)) torchVersions.set(key, askTorchVersion(python, env));
  return torchVersions.get(key);
}

function askTorchVersion(python: string, env: NodeJS.ProcessEnv): string | undefined {
  try {
    const words = ["-c", "import torch; print(torch.__version__)"];
    const output = execFileSync(python, words, { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return /^\d+\.\d+(\.\d+)?/.exec(output)?.[0];
  } catch {
    return undefined;
  }
}

function canImport(python: string, modules: readonly string[], env: NodeJS.ProcessEnv): boolean {
  try {
    execFileSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore", env });
    return true;
  } catch {
    return false;
  }
}

export interface PeerOptions {
  readonly modules: readonly string[];
  /** The Python to run it with, if it was found before. */
  readonly python?: string;
  readonly args?: readonly string[];
  readonly threads: number;
  /** What the script writes to stderr, line by line. */
  readonly say?: (line: string) => void;
}

/** Starts bench/peers/<script> and waits for its first line. Throws a `DarkmatterError` if it ends before. */
export function startPeer(script: string, options: PeerOptions): Promise<Side> {
  return startSide(pythonProgram(script, options));
}

/** Runs bench/peers/<script> to its end; the JSON of its first line. */
export async function runPeer(script: string, options: PeerOptions): Promise<Readonly<Record<string, unknown>>> {
  const peer = await startPeer(script, options);
  await peer.stop();
  return peer.info;
}

/** bench/peers/<script> as the program of a side. */
export function pythonProgram(script: string, { modules, python, args = [], threads, say }: PeerOptions): SideProgram {
  const path = fileURLToPath(new URL(`../peers/${script}`, import.meta.url));
  const command = python ?? findPython(modules);
  return { name: script, command, args: [path, "--threads", String(threads), ...args], threads, say };
}
