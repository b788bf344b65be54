import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockRun, requireUnlocked } from "./run-lock.js";

const script = fileURLToPath(new URL("./testing/lock-and-wait.ts", import.meta.url));

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), "darkmatter-lock-"));
});
afterEach(() => rmSync(run, { recursive: true, force: true }));

const lockPath = () => join(run, "lock.json");

function writeLock(pid: number, host = hostname()): void {
  writeFileSync(lockPath(), JSON.stringify({ pid, host, since: "2026-01-01T00:00:00.000Z" }));
}

/** The number of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

/** A process that tries to take the lock, and what it says. */
async function contender(): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, ["--import", "tsx", script, run], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`exit code ${code} without a word`)));
  ended.catch(() => {}); // after its word it may end
  const [said] = await Promise.race([once(createInterface(child.stdout!), "line"), ended]);
  return { child, said };
}

test("a run is locked until it is released, and says who has it", () => {
  const folder = join(run, "new", "run");
  const lock = lockRun(folder);
  expect(JSON.parse(readFileSync(join(folder, "lock.json"), "utf8"))).toMatchObject({
    pid: process.pid,
    host: hostname(),
  });
  const trained = new RegExp(`is being trained by process ${process.pid} since 2.*two at once would spoil the run`);
  expect(() => lockRun(folder)).toThrow(trained);
  expect(() => requireUnlocked(folder)).toThrow(trained);
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
  lock.release(); // nothing left to release, nor to break
  const again = lockRun(folder);
  lock.release();
  expect(existsSync(join(folder, "lock.json"))).toBe(true);
  again.release();
});

test.each<[what: string, write: () => void]>([
  ["of a dead process", () => writeLock(deadPid())],
  ["of a dead process that had our number", () => writeLock(process.pid)],
  ["cut off while it was written", () => writeFileSync(lockPath(), '{"pid": 1')],
])("a lock %s is taken over", (_, write) => {
  write();
  expect(() => requireUnlocked(run)).not.toThrow();
  lockRun(run).release();
  expect(readdirSync(run)).toEqual([]);
});

test("a lock of another machine is not: nobody can tell from here whether its process lives", () => {
  writeLock(deadPid(), "elsewhere");
  expect(() => lockRun(run)).toThrow(/by process \d+ on elsewhere since .*If it has ended, delete .*lock\.json/);
  expect(existsSync(lockPath())).toBe(true);
});

test("of several processes that find a dead lock one alone takes it over; killed, it leaves it to the next", async () => {
  writeLock(deadPid());
  const all = await Promise.all(Array.from({ length: 4 }, contender));
  const winners = all.filter(({ said }) => said === "locked");
  expect(winners).toHaveLength(1);
  const { child } = winners[0]!;
  for (const { said } of all.filter((other) => other !== winners[0])) expect(said).toContain(`process ${child.pid} `);
  expect(() => lockRun(run)).toThrow(`process ${child.pid} `);
  child.kill("SIGKILL");
  await once(child, "exit");
  lockRun(run).release();
});
