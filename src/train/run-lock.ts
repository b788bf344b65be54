/**
 * One process at a time trains a run: two would write over each other's checkpoints. The lock is a file in the run
 * folder that names its process; one whose process is dead, killed before it could remove it, is taken over.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { DarkmatterError } from "../compute/index.js";
import { writeError } from "./atomic-file.js";

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When it took the lock. */
  readonly since: string;
}

export interface RunLock {
  release(): void;
}

const FILE_NAME = "lock.json";
/** Locks of this process. In a container it may have the very number of the dead one before it. */
const heldHere = new Set<string>();

/**
 * Lock a run for this process; its folder is made if it is not there.
 * @throws DarkmatterError naming the process that has it, or saying why the folder cannot be written
 */
export function lockRun(run: string): RunLock {
  const path = lockPath(run);
  makeFolder(run);
  while (!tryToWrite(path)) {
    requireUnlocked(run);
    setAside(path);
  }
  heldHere.add(path);
  let isHeld = true;
  return {
    release() {
      if (!isHeld) return;
      isHeld = false;
      heldHere.delete(path);
      rmSync(path, { force: true });
    },
  };
}

/** @throws DarkmatterError if a process that lives, or may live, is training the run */
export function requireUnlocked(run: string): void {
  const path = lockPath(run);
  const holder = readHolder(path);
  if (holder === undefined || isDead(holder, path)) return;
  const isHere = holder.host === hostname();
  const process = `process ${holder.pid}${isHere ? "" : ` on ${holder.host}`}`;
  const remedy = isHere ? "Wait for its end, or stop it" : `If it has ended, delete ${path}`;
  throw new DarkmatterError(
    `train: ${run} is being trained by ${process} since ${holder.since}. ${remedy}: two at once would spoil the run.`,
  );
}

function lockPath(run: string): string {
  return join(resolve(run), FILE_NAME);
}

function makeFolder(run: string): void {
  try {
    mkdirSync(run, { recursive: true });
  } catch (cause) {
    throw writeError(run, cause as NodeJS.ErrnoException);
  }
}

/** False if there is a lock already. */
function tryToWrite(path: string): boolean {
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  try {
    writeFileSync(path, `${JSON.stringify(holder)}\n`, { flag: "wx" });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw writeError(path, cause as NodeJS.ErrnoException);
  }
}

/** Undefined if there is no lock, or one cut off while it was written: nobody holds that. */
function readHolder(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, "utf8")) as Holder;
    return Number.isInteger(holder?.pid) && typeof holder.host === "string" ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isDead({ pid, host }: Holder, path: string): boolean {
  if (host !== hostname()) return false; // nobody can tell from here
  if (pid === process.pid) return !heldHere.has(path);
  try {
    process.kill(pid, 0); // asks, and sends nothing
    return false;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/**
 * Remove a dead lock. It is renamed first and looked at again: another process may have taken it over since it was found
 * dead, and then gets its own back.
 */
function setAside(path: string): void {
  const aside = `${path}.${process.pid}.tmp`;
  try {
    renameSync(path, aside);
    const holder = readHolder(aside);
    if (holder !== undefined && !isDead(holder, path)) renameSync(aside, path);
    else rmSync(aside, { force: true });
  } catch (cause) {
    // Gone already: another process was first.
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw writeError(path, cause as NodeJS.ErrnoException);
  }
}
