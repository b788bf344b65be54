/** Peers written in Python: any python3 that has the modules asked for, run beside us with the same number of threads. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DarkmatterError } from "darkmatter/compute";
import type { TimedStep } from "./timing.js";

/** Debian's names of the modules peers need. */
const DEBIAN_PACKAGES: Readonly<Record<string, string>> = {
  torch: "python3-torch libopenblas0-pthread",
  numpy: "python3-numpy",
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

function canImport(python: string, modules: readonly string[], env: NodeJS.ProcessEnv): boolean {
  try {
    execFileSync(python, ["-c", `import ${modules.join(", ")}`], { stdio: "ignore", env });
    return true;
  } catch {
    return false;
  }
}

/** A script of bench/peers/ that answers each line on stdin by one line of JSON on stdout. */
export interface PythonPeer {
  /** The first line the script wrote: what it is and with which versions. */
  readonly info: Readonly<Record<string, unknown>>;
  ask(request: string): Promise<Record<string, unknown>>;
  /** Ends the process by closing its stdin. */
  stop(): Promise<void>;
}

export interface PeerOptions {
  readonly modules: readonly string[];
  readonly args?: readonly string[];
  readonly threads: number;
  /** What the script writes to stderr, line by line. */
  readonly say?: (line: string) => void;
}

/** Starts bench/peers/<script> and waits for its first line. Throws a `DarkmatterError` if it ends before. */
export async function startPeer(script: string, options: PeerOptions): Promise<PythonPeer> {
  const child = spawnPeer(script, options);
  const ended = once(child, "close"); // after everything it wrote was read
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown>> => {
    const answer = await answers.next();
    if (!answer.done) return JSON.parse(answer.value);
    const [code] = await ended;
    throw new DarkmatterError(
      `bench: the peer ${script} ended without an answer (exit code ${code}); its words are above.`,
    );
  };
  return {
    info: await next(),
    ask: (request) => {
      child.stdin.write(`${request}\n`);
      return next();
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** Runs bench/peers/<script> to its end; the JSON of its first line. */
export async function runPeer(script: string, options: PeerOptions): Promise<Readonly<Record<string, unknown>>> {
  const peer = await startPeer(script, options);
  await peer.stop();
  return peer.info;
}

/** The peer's side of a comparison: it is asked for one step and answers with the seconds it took. */
export function stepOf(peer: PythonPeer): TimedStep {
  return async () => Number((await peer.ask("step")).seconds);
}

function spawnPeer(script: string, options: PeerOptions): ChildProcessWithoutNullStreams {
  const path = fileURLToPath(new URL(`../peers/${script}`, import.meta.url));
  const threads = String(options.threads);
  const env = { ...process.env, OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads, MKL_NUM_THREADS: threads };
  const args = [path, "--threads", threads, ...(options.args ?? [])];
  const child = spawn(findPython(options.modules, process.env), args, { env, stdio: "pipe" });
  child.stdin.on("error", () => {}); // a peer that died: the missing answer tells
  createInterface({ input: child.stderr }).on("line", options.say ?? ((line) => process.stderr.write(`${line}\n`)));
  return child;
}
