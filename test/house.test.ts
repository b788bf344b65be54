/** The scripts behind `npm run demo` and `npm test`: they must be right before anything is installed. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { countTests } from "../scripts/check.mjs";
import { buildReason, ensure, installReason, sourceDigest, tooOld } from "../scripts/ensure.mjs";
import { ROOT } from "./layering.js";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "darkmatter-house-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (path: string, content: unknown): void => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
};

describe("tooOld", () => {
  test.each(["v20.19.0", "v20.20.2", "v24.0.0"])("%s will do", (version) => {
    expect(tooOld(version, ">=20.19")).toBeUndefined();
  });

  test.each(["v18.20.4", "v20.18.1"])("%s is refused, by name", (version) => {
    expect(tooOld(version, ">=20.19")).toMatch(`needs Node 20.19 or newer, and this is ${version}`);
  });
});

describe("installReason", () => {
  const here = { platform: "linux", arch: "x64" };
  const lock = {
    packages: {
      "": { name: "toy" },
      "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
      "node_modules/a-linux-x64": { version: "1.0.0", optional: true, os: ["linux"], cpu: ["x64"] },
      "node_modules/a-darwin-arm64": { version: "1.0.0", optional: true, os: ["darwin"], cpu: ["arm64"] },
      "node_modules/a-linux-x64-musl": {
        version: "1.0.0",
        optional: true,
        os: ["linux"],
        cpu: ["x64"],
        libc: ["musl"],
      },
    },
  };
  const install = (...names: string[]): void => {
    const paths = names.map((name) => `node_modules/${name}`);
    for (const path of paths) write(`${path}/package.json`, {});
    const entries = paths.map((path) => [path, lock.packages[path as keyof typeof lock.packages]]);
    write("node_modules/.package-lock.json", { packages: Object.fromEntries(entries) });
  };
  beforeEach(() => write("package-lock.json", lock));

  test("a bare clone", () => expect(installReason(root, here)).toBe("no packages are installed yet"));

  test("all there: other platforms' packages do not count", () => {
    install("a", "a-linux-x64");
    expect(installReason(root, here)).toBeUndefined();
  });

  test("a lock that moved on", () => {
    install("a", "a-linux-x64");
    const newer = { ...lock.packages["node_modules/a"], version: "1.1.0" };
    write("package-lock.json", { packages: { ...lock.packages, "node_modules/a": newer } });
    expect(installReason(root, here)).toBe("a is 1.0.0, package-lock.json names 1.1.0");
  });

  test("a folder deleted behind npm's back", () => {
    install("a", "a-linux-x64");
    rmSync(join(root, "node_modules/a"), { recursive: true });
    expect(installReason(root, here)).toBe("a 1.0.0 is missing");
  });

  test("node_modules brought from another platform", () => {
    install("a", "a-darwin-arm64");
    expect(installReason(root, here)).toBe("a-linux-x64 1.0.0 is missing");
  });

  test("this very checkout is installed", () => expect(installReason(ROOT)).toBeUndefined());
});

describe("building", () => {
  test("is due once, then only when a source changes; tests are no source", () => {
    for (const name of ["package-lock.json", "tsconfig.json", "tsconfig.build.json"]) write(name, "{}");
    write("src/a.ts", "export const a = 1;");
    expect(buildReason(root)).toBe("it is not built yet");
    write("dist/.sources", sourceDigest(root));
    expect(buildReason(root)).toBeUndefined();
    write("src/a.test.ts", "");
    expect(buildReason(root)).toBeUndefined();
    write("src/b.ts", "");
    expect(buildReason(root)).toBe("sources changed since the last build");
  });

  test("an old Node stops everything else", () => {
    write("package.json", { engines: { node: ">=99.0" } });
    expect(() => ensure(root)).toThrow("needs Node 99.0");
  });
});

describe("countTests", () => {
  const file = (status: string, ...statuses: string[]) => ({
    status,
    assertionResults: statuses.map((each) => ({ status: each })),
  });

  test("adds up what vitest reports", () => {
    const report = { testResults: [file("passed", "passed", "passed"), file("failed", "passed", "failed", "skipped")] };
    expect(countTests(report, false)).toEqual({ passed: 3, failed: 1, skipped: 1 });
  });

  test("a file that could not be loaded is a failure", () => {
    expect(countTests({ testResults: [file("passed", "passed"), file("failed")] }, false).failed).toBe(1);
  });

  test.each([
    ["an error outside any test", { testResults: [file("passed", "passed")] }, false, 1],
    ["no test at all", { testResults: [] }, true, 0],
    ["only skipped tests", { testResults: [file("passed", "skipped")] }, true, 0],
    ["no report", undefined, false, 0],
  ])("%s is a failure", (_what, report, isGood, passed) => {
    expect(countTests(report, isGood)).toMatchObject({ passed, failed: 1 });
  });
});

describe(".ci/run", () => {
  test.each([
    ["passes on what npm test counted", "echo noise && echo 3 passed, 0 failed", 0, "3 passed, 0 failed"],
    ["fails when npm test fails", "echo 3 passed, 1 failed && exit 1", 1, "3 passed, 1 failed"],
    ["counts a failure when nothing was counted", "echo the install failed && exit 7", 1, "0 passed, 1 failed"],
  ])("%s, as its last line", (_what, script, status, last) => {
    mkdirSync(join(root, ".ci"));
    copyFileSync(join(ROOT, ".ci", "run"), join(root, ".ci", "run"));
    write("package.json", { scripts: { test: script } });
    const result = spawnSync("bash", [join(root, ".ci", "run")], { encoding: "utf8" });
    expect(result.stdout.trimEnd().split("\n").at(-1)).toBe(last);
    expect(result.status).toBe(status);
  });
});
