/** A process of its own that tries to lock a run, says "locked" or why not, and holds on until its input ends. */
import { lockRun } from "../run-lock.js";

try {
  lockRun(process.argv[2]!);
  process.stdout.write("locked\n");
  process.stdin.on("end", () => process.exit(0)).resume();
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`);
}
