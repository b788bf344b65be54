import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CellEnd, runCells } from "./cell-pool.js";
import type { CellOrder } from "./run-cell.js";
import { cellOf } from "./testing/rows.js";

const entry = new URL("./testing/fake-cell.mjs", import.meta.url);
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-pool-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const orderOf = (method: string): CellOrder => ({
  cell: cellOf(method),
  choices: { data: "", out: join(folder, method) },
  ...{ evaluation: {}, pixelFloors: true },
});

test("a process that dies is reported, started once more, and takes no other with it", async () => {
  const ends: Record<string, CellEnd> = {};
  const retried: string[] = [];
  const methods = ["works", "dies-once", "dies", "throws", "fails"];
  await runCells(
    methods.map(orderOf),
    { jobs: 2, entry },
    {
      onRetry: ({ cell }, how) => retried.push(`${cell.method}: ${how}`),
      onEnd: ({ cell }, end) => {
        ends[cell.method] = end;
      },
    },
  );
  expect(Object.fromEntries(Object.entries(ends).map(([method, { kind }]) => [method, kind]))).toEqual({
    ...{ works: "finished", "dies-once": "finished", dies: "failed", throws: "failed", fails: "failed" },
  });
  expect(retried.map((line) => line.split(":")[0]).sort()).toEqual(["dies", "dies-once", "throws"]);
  expect(ends.dies).toEqual({ kind: "failed", message: "its process died twice (SIGKILL: out of memory?)" });
  expect(ends.throws).toMatchObject({ message: expect.stringMatching(/exit code 1; TypeError: a bug/) });
  expect(ends.fails).toEqual({ kind: "failed", message: "it cannot be" });
});

test("when stopped, what runs saves, and nothing else starts", async () => {
  const controller = new AbortController();
  const started: string[] = [];
  const ends: CellEnd[] = [];
  await runCells(
    ["waits", "works"].map(orderOf),
    { jobs: 1, entry, signal: controller.signal },
    {
      onStart: ({ cell }) => started.push(cell.method),
      onProgress: () => controller.abort(),
      onEnd: (_order, end) => void ends.push(end),
    },
  );
  expect(started).toEqual(["waits"]);
  expect(ends).toEqual([{ kind: "stopped", step: 7 }]);
});
