/** `darkmatter train` in chunks, with numbers that break, and beside another process. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { beforeAll, describe, expect, test } from "vitest";
import { darkmatter } from "../testing/command-line.js";
import { useWorkplace } from "../testing/workplace.js";

const { pictures } = useWorkplace();
const QUICK = ["--size", "16", "--batch", "8", "--encoder-set", "width=8", "--encoder-set", "stages=2"];

beforeAll(() => pictures("photos", 16));

describe("in chunks", () => {
  test("the plan says how, and warns of BatchNorm with the remedy, which ends the warning", async () => {
    const chunked = ["train", "photos", ...QUICK, "--chunk", "4", "--steps", "2"];
    const coupled = await darkmatter(...chunked, "--out", "runs/coupled");
    expect(coupled.code).toBe(0);
    expect(coupled.stdout).toMatch(/^batch +8 of 16 images · encoded 4 at a time · 2 steps an epoch$/m);
    expect(coupled.stdout).toMatch(/^warning: BatchNorm in the convnet normalises each chunk of 4 images by itself/m);
    const [remedy] = /--encoder-set normalization=group/.exec(coupled.stdout)!;
    const free = await darkmatter(...chunked, "--out", "runs/free", ...remedy.split(" "));
    expect(free.code).toBe(0);
    expect(free.stdout).toContain("encoded 4 at a time");
    expect(free.stdout).not.toContain("warning");
  });
});

test("a learning rate that breaks the numbers ends the run in words, with the last sound state saved", async () => {
  const words = ["train", "photos", ...QUICK, "--lr", "1e30", "--steps", "20", "--out", "runs/broken"];
  const { code, stderr } = await darkmatter(...words);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /error: train: .* at step \d+\. What was learnt up to step \d+ is saved in runs\/broken\..*--lr/,
  );
  expect(stderr).not.toMatch(/bug|\n {4}at /);
  const [, saved] = /up to step (\d+)/.exec(stderr)!;
  expect(readFileSync("runs/broken/checkpoints/last.safetensors", "latin1")).toContain(`"step":"${saved}"`);
});

test("a run that another process trains is not resumed", async () => {
  const trained = ["train", "photos", ...QUICK, "--steps", "2", "--out", "runs/taken"];
  mkdirSync("runs/taken", { recursive: true });
  expect((await darkmatter(...trained)).code).toBe(0);
  // A process that lives as long as this one: its parent.
  writeFileSync("runs/taken/lock.json", JSON.stringify({ pid: process.ppid, host: hostname(), since: "this morning" }));
  const { code, stdout, stderr } = await darkmatter("train", "--resume", "runs/taken");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(
    `error: train: runs/taken is being trained by process ${process.ppid} since this morning. Wait for its end, or stop it`,
  );
});
