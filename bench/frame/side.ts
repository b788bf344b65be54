/** A side of a comparison: a process that answers each line on its stdin by one line of JSON on its stdout. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { DarkmatterError } from "darkmatter/compute";
import { pinnedTo } from "./cores.js";

export interface Side {
  /** The first line it wrote: what it is and with which versions. */
  readonly info: Readonly<Record<string, unknown>>;
  ask(request: string): Promise<Record<string, unknown>>;
  /** Ends the process by closing its stdin. */
  stop(): Promise<void>;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
}

export interface SideProgram {
  /** For messages: the script's name. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Cores it may use, and the number every library in it is told. */
  readonly threads: number;
  readonly env?: NodeJS.ProcessEnv;
  /** What it writes to stderr, line by line. */
  readonly say?: ((line: string) => void) | undefined;
}

/** Starts a process and waits for its first line. Throws a `DarkmatterError` if it ends before. */
export async function startSide(program: SideProgram): Promise<Side> {
  const child = spawnSide(program);
  const ended = once(child, "close"); // after everything it wrote was read
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown>> => {
    const answer = await answers.next();
    if (!answer.done) return JSON.parse(answer.value);
    const [code, signal] = await ended;
    const end = signal === null ? `exit code ${code}` : `${signal}: out of memory?`;
    throw new DarkmatterError(`bench: the peer ${program.name} ended without an answer (${end}); its words are above.`);
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
    kill: () => {
      child.kill("SIGKILL");
    },
  };
}

/** The program of a TypeScript file of bench/, by its path from there. */
export function nodeProgram(path: string, options: Omit<SideProgram, "name" | "command">): SideProgram {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const args = ["--import", "tsx", file, "--threads", String(options.threads), ...options.args];
  return { ...options, name: path.slice(path.lastIndexOf("/") + 1), command: process.execPath, args };
}

function spawnSide({ command, args, threads, env = process.env, say }: SideProgram): ChildProcessWithoutNullStreams {
  const count = String(threads);
  const limits = { OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count };
  const [program, ...words] = [...pinnedTo(threads), command, ...args] as [string, ...string[]];
  const child = spawn(program, words, { env: { ...env, ...limits }, stdio: "pipe" });
  child.stdin.on("error", () => {}); // a side that died: the missing answer tells
  createInterface({ input: child.stderr }).on("line", say ?? ((line) => process.stderr.write(`${line}\n`)));
  return child;
}
