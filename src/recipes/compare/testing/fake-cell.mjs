/** A process that plays a cell, in plain JavaScript so that it starts at once: what it does is the name of its method. */
import { existsSync, writeFileSync } from "node:fs";

/** @param {unknown} message */
function tell(message) {
  process.send?.(message);
}

process.on("message", (message) => {
  const { kind, order } = /** @type {{ kind: string, order: import("../run-cell.js").CellOrder }} */ (message);
  if (kind === "stop") {
    tell({ kind: "stopped", step: 7 });
    process.disconnect();
    return;
  }
  const { method } = order.cell;
  const marker = order.choices.out ?? "";
  const isFirstTry = !existsSync(marker);
  writeFileSync(marker, "");
  tell({ kind: "progress", progress: { step: 1, totalSteps: 2, secondsLeft: 1, loss: 0.5 } });
  if (method === "dies" || (method === "dies-once" && isFirstTry)) process.kill(process.pid, "SIGKILL");
  if (method === "throws") throw new TypeError("a bug");
  if (method === "waits") return; // until it is told to stop
  if (method === "fails") tell({ kind: "failed", message: "it cannot be" });
  else tell({ kind: "finished", row: { cell: order.cell.name } });
  process.disconnect();
});
