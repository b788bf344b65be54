import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import type { CellEvent, CompareStart } from "../recipes/index.js";
import { CompareBoard, renderCellEvent } from "./compare-board.js";

const cells = ["a", "b", "c"].map((method) => ({
  ...{ name: `${method}-vit-seed0`, method, encoder: "vit", seed: 0 },
}));
const start = { numCells: 5, numFinished: 2, jobs: 2, cellsToRun: cells, impossible: [{}] } as unknown as CompareStart;
const row = {
  ...{ scores: { knn: 0.4321, linear: 0.5 }, floors: { randomInit: { knn: 0.3 } }, verdict: "healthy", cpuSeconds: 90 },
};

function boardAt() {
  let nowMs = 0;
  const board = new CompareBoard(start, () => nowMs);
  const tell = (index: number, event: object): void => board.observe({ cell: cells[index]!, ...event } as CellEvent);
  const wait = (seconds: number): void => {
    nowMs += 1000 * seconds;
  };
  return { tell, wait, lines: () => board.lines().map(stripVTControlCharacters) };
}

const progress = {
  step: 30,
  totalSteps: 60,
  secondsLeft: 100,
  loss: 3.4123,
  verdict: { name: "healthy", isHealthy: true },
};

test("a line a running cell, then the totals; the time left from what cells show", () => {
  const { tell, wait, lines } = boardAt();
  expect(lines()).toEqual(["2 of 5 cells done · 1 not possible"]);
  tell(0, { kind: "started" });
  tell(1, { kind: "started" });
  wait(100);
  tell(0, { kind: "progress", progress });
  // One runs for 100 s of 200 s and a share for its evaluation; the other two take as long: (130 + 130 + 230) / 2.
  expect(lines()).toEqual([
    "a-vit-seed0  step 30/60 · 1 min 40 s left · healthy · loss 3.412",
    "b-vit-seed0  starting ...",
    "2 of 5 cells done · 1 not possible · about 4 min 5 s left",
  ]);
  tell(1, { kind: "stage", name: "encoder: linear" });
  expect(lines()[1]).toBe("b-vit-seed0  evaluating: encoder: linear");
});

test("cells that ended set the pace, and failed ones are not done", () => {
  const { tell, wait, lines } = boardAt();
  tell(0, { kind: "started" });
  wait(50);
  tell(0, { kind: "ended", end: { kind: "finished", row } });
  tell(1, { kind: "started" });
  tell(1, { kind: "ended", end: { kind: "failed", message: "no" } });
  tell(2, { kind: "started" });
  wait(20);
  expect(lines()).toEqual([
    "c-vit-seed0  starting ...",
    "3 of 5 cells done · 1 failed · 1 not possible · about 30 s left",
  ]);
});

test("what becomes of a cell is a line", () => {
  const say = (event: object) =>
    stripVTControlCharacters(renderCellEvent({ cell: cells[0], ...event } as CellEvent) ?? "");
  expect(say({ kind: "started" })).toBe("");
  expect(say({ kind: "ended", end: { kind: "finished", row } })).toBe(
    "a-vit-seed0: kNN 43.2 % (random init 30.0) · linear 50.0 % · healthy · 1 min 30 s of processor time",
  );
  expect(say({ kind: "ended", end: { kind: "stopped", step: 7 } })).toBe("a-vit-seed0: saved at step 7");
  expect(say({ kind: "retried", how: "SIGKILL" })).toBe(
    "a-vit-seed0: its process died (SIGKILL); starting it once more",
  );
});
