/** Cores of this machine. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/**
 * Words before a command that hold all its threads on `count` cores (taskset, where there is one), so that a garbage
 * collector or a compiler in the background gets no core of its own. Empty where all cores are meant.
 */
export function pinnedTo(count: number): string[] {
  if (count >= availableParallelism() || !hasTaskset()) return [];
  return ["taskset", "--cpu-list", allowedCores().slice(0, count).join(",")];
}

/** Numbers of the cores this process may use: "0-2,8" is 0, 1, 2 and 8. */
export function parseCoreList(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [first, last] = range.split("-").map(Number) as [number, number?];
    return Array.from({ length: (last ?? first) - first + 1 }, (_, i) => first + i);
  });
}

function allowedCores(): number[] {
  const line = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return parseCoreList(line![1]!);
}

let isTasksetHere: boolean | undefined;

function hasTaskset(): boolean {
  isTasksetHere ??= process.platform === "linux" && runs("taskset", ["--version"]);
  return isTasksetHere;
}

function runs(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
