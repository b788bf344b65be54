/** What npm ships: every room under its own name, nothing undocumented, and a lock that installs anywhere. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { completed, missingOptional, platformEntry } from "../scripts/complete-lock.mjs";
import { ensure } from "../scripts/ensure.mjs";
import { ROOT, roomsOf } from "./layering.js";

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const lock = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
const hasEntry = (room: string): boolean => existsSync(join(ROOT, "src", room, "index.ts"));
const rooms = ["", ...roomsOf(ROOT)].filter(hasEntry); // "" is the root entry, src/index.ts

describe("exports", () => {
  test("are one a room, in pipeline order", () => {
    const entry = (folder: string) => ({ types: `./dist${folder}/index.d.ts`, default: `./dist${folder}/index.js` });
    const expected = rooms.map((room) => (room === "" ? [".", entry("")] : [`./${room}`, entry(`/${room}`)]));
    expect(Object.entries(manifest.exports)).toEqual([...expected, ["./package.json", "./package.json"]]);
  });

  describe("after a build", () => {
    beforeAll(() => ensure(ROOT, { build: true, say: () => {} }));

    test("exist and load under the package's own name", () => {
      const names = rooms.map((room) => (room === "" ? "darkmatter" : `darkmatter/${room}`));
      const script = `for (const name of ${JSON.stringify(names)}) {
        const file = new URL(import.meta.resolve(name));
        const { existsSync } = await import("node:fs");
        const exported = Object.keys(await import(name)).length;
        console.log(name, existsSync(new URL(file.href.replace(/js$/, "d.ts"))), exported > 0);
      }`;
      const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: ROOT });
      expect(output.toString().trim().split("\n")).toEqual(names.map((name) => `${name} true true`));
    });
  });
});

describe("dependencies", () => {
  const documented = [...readFileSync(join(ROOT, "docs/dependencies.md"), "utf8").matchAll(/^\| `([^`]+)` \|/gm)];

  test("are each explained in docs/dependencies.md, and nothing else is", () => {
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(documented.map((match) => match[1]!).sort()).toEqual(declared.sort());
  });

  test("are pinned to one version", () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+/.test(String(version)))).toEqual([]);
  });
});

describe("package-lock.json", () => {
  test("names every platform's packages, so npm ci accepts it everywhere (npm run lock)", () => {
    expect(missingOptional(lock)).toEqual([]);
  });

  test("names no registry", () => expect(JSON.stringify(lock)).not.toContain('"resolved"'));

  test("is completed with the platforms a mirror lacks", () => {
    const cli = {
      version: "1.0.0",
      dev: true,
      optionalDependencies: { "cli-linux-x64-musl": "1.0.0", nested: "2.0.0" },
    };
    const toy = { packages: { "": {}, "node_modules/cli": cli, "node_modules/cli/node_modules/nested": {} } };
    expect(missingOptional(toy)).toEqual([{ name: "cli-linux-x64-musl", version: "1.0.0", dev: true }]);
    expect(completed(toy).packages["node_modules/cli-linux-x64-musl"]).toEqual({
      version: "1.0.0",
      cpu: ["x64"],
      dev: true,
      libc: ["musl"],
      optional: true,
      os: ["linux"],
    });
    expect(missingOptional(completed(toy))).toEqual([]);
  });

  test("refuses to guess a platform or a version", () => {
    expect(() => platformEntry({ name: "cli-plan9-mips", version: "1.0.0", dev: false })).toThrow("by hand");
    expect(() => platformEntry({ name: "cli-linux-x64", version: "^1.0.0", dev: false })).toThrow("one version");
  });
});
