import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isTemporary, writeError, writeFileAtomic, writeJsonAtomic } from "./atomic-file.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-atomic-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);

/** Let the next write to a path go to a disk that is always full, by way of the file it writes first. */
function fillDiskUnder(path: string): void {
  symlinkSync("/dev/full", `${path}.${process.pid}.tmp`);
}

describe("writeFileAtomic", () => {
  test("writes all parts, replaces what was there, leaves nothing else", async () => {
    const path = join(folder, "ünï code.bin");
    await writeFileAtomic(path, [bytes("old and longer")]);
    await writeFileAtomic(path, [bytes("new"), bytes(""), bytes(" parts")]);
    expect(readFileSync(path, "utf8")).toBe("new parts");
    expect(readdirSync(folder)).toEqual(["ünï code.bin"]);
  });

  test.runIf(process.platform === "linux")("a full disk is named, and the old file stays whole", async () => {
    const path = join(folder, "last.safetensors");
    writeFileSync(path, "old");
    fillDiskUnder(path);
    await expect(writeFileAtomic(path, [bytes("x".repeat(100_000))])).rejects.toThrow(
      /last\.safetensors: the disk is full\. Free some space and resume/,
    );
    expect(readFileSync(path, "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["last.safetensors"]);
  });

  test("a folder that is gone is named", async () => {
    await expect(writeFileAtomic(join(folder, "gone", "x"), [bytes("x")])).rejects.toThrow(/its folder is gone/);
  });

  test("a place that is taken by a folder fails, and leaves no temporary file", async () => {
    mkdirSync(join(folder, "taken"));
    await expect(writeFileAtomic(join(folder, "taken"), [bytes("x")])).rejects.toThrow(/write .*taken/);
    expect(readdirSync(folder)).toEqual(["taken"]);
  });
});

test("JSON has no NaN: null", async () => {
  const path = join(folder, "x.json");
  await writeJsonAtomic(path, { a: Number.NaN, b: Number.POSITIVE_INFINITY, c: 1 });
  expect(readFileSync(path, "utf8")).toBe('{\n  "a": null,\n  "b": null,\n  "c": 1\n}\n');
});

test.each([
  ["ENOSPC", /disk is full/],
  ["EDQUOT", /quota/],
  ["EACCES", /may not be written/],
  ["EROFS", /read-only/],
  ["EIO", /something else/],
])("%s in words", (code, words) => {
  const error = writeError("runs/a/x", Object.assign(new Error("something else"), { code }));
  expect(error.message).toMatch(/^write runs\/a\/x: /);
  expect(error.message).toMatch(words);
  expect((error.cause as { code: string }).code).toBe(code);
});

test("temporary files are told from others", () => {
  expect(["last.safetensors.4711.tmp", "config.json.1.tmp"].every(isTemporary)).toBe(true);
  expect(["last.safetensors", "notes.tmp", "report.json"].some(isTemporary)).toBe(false);
});
