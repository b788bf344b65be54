import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { LAYERS, ROOT, roomsOf, specifiersOf, typescriptFiles, wrongImports, wrongPackages } from "./layering.js";

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const optional = Object.keys(manifest.peerDependencies);
const dependencies = [...Object.keys(manifest.dependencies), ...optional];

describe("the arrows of src/", () => {
  test("imports only point down", () => expect(wrongImports(ROOT)).toEqual([]));

  test("each room imports only the packages it may", () => expect(wrongPackages(ROOT, dependencies)).toEqual([]));

  test("optional packages are loaded on use, so that their absence breaks nothing else", () => {
    const texts = typescriptFiles(join(ROOT, "src")).map((file) => readFileSync(join(ROOT, "src", file), "utf8"));
    for (const name of optional) {
      expect(texts.filter((text) => text.includes(`from "${name}"`))).toEqual([]);
      expect(texts.filter((text) => text.includes(`await import("${name}")`)).length).toBeGreaterThan(0);
    }
  });

  test("README lists every src folder, in pipeline order", () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    const listed = [...readme.matchAll(/^src\/([a-z]+)\/ /gm)].map((match) => match[1]!);
    expect(listed).toEqual(LAYERS.flat().filter((name) => existsSync(join(ROOT, "src", name))));
  });

  test("every room is in a layer", () => {
    expect(roomsOf(ROOT).filter((room) => !LAYERS.flat().some((name) => name === room))).toEqual([]);
  });
});

describe("the size and names of files", () => {
  const repository = ["src", "bench", "examples", "test"].flatMap((folder) =>
    typescriptFiles(join(ROOT, folder)).map((file) => `${folder}/${file}`),
  );

  test("no file of src is longer than 350 lines", () => {
    const lines = (file: string): number => readFileSync(join(ROOT, file), "utf8").trimEnd().split("\n").length;
    const long = repository.filter((file) => file.startsWith("src/") && lines(file) > 350);
    expect(long.map((file) => `${file}: ${lines(file)} lines`)).toEqual([]);
  });

  test("every file and folder says what it holds", () => {
    const vague = /(^|\/)(utils?|helpers?|misc|common|stuff)(\.[a-z.]+)?(\/|$)/;
    expect(repository.filter((file) => vague.test(file))).toEqual([]);
  });

  test("files are named in kebab-case", () => {
    const kebab = /^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.ts$/;
    expect(repository.filter((file) => !kebab.test(file))).toEqual([]);
  });
});

describe("on a planted tree", () => {
  let root = "";
  const plant = (files: Record<string, string>): string => {
    root = mkdtempSync(join(tmpdir(), "darkmatter-layers-"));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, "src", path)), { recursive: true });
      writeFileSync(join(root, "src", path), text);
    }
    return root;
  };
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test("green: downward, own folder, and anything in a test", () => {
    plant({
      "compute/a.ts": 'import { b } from "./deep/b.js";',
      "compute/deep/b.ts": 'export { a } from "../a.js";',
      "compute/a.test.ts": 'import "../cli/main.js";',
      "train/loop.ts": 'import type { A } from "../compute/a.js";\nimport { l } from "../nn/linear.js";',
      "index.ts": 'export * from "./train/loop.js";',
    });
    expect(wrongImports(root)).toEqual([]);
  });

  test.each([
    ["upward", "compute/a.ts", 'import { loop } from "../train/loop.js";', "train (layer 6)"],
    ["upward, types only", "compute/a.ts", 'import type { Loop } from "../train/loop.js";', "train (layer 6)"],
    ["upward, from a deep folder", "compute/x/y.ts", 'import { z } from "../../nn/z.js";', "nn (layer 1)"],
    ["upward, over several lines", "data/a.ts", 'import {\n  one,\n  two,\n} from "../cli/main.js";', "cli (layer 11)"],
    ["upward, dynamic", "data/a.ts", 'const cli = await import("../cli/main.js");', "cli (layer 11)"],
    [
      "upward, as a worker",
      "data/a.ts",
      'new Worker(new URL("../augment/w.js", import.meta.url));',
      "augment (layer 3)",
    ],
    ["sideways", "nn/a.ts", 'export * from "../optim/adamw.js";', "optim (layer 1)"],
    ["to the root", "cli/main.ts", 'import { train } from "../index.js";', "index.js (layer none)"],
  ])("red: %s", (_kind, file, source, target) => {
    plant({ [file]: source });
    expect(wrongImports(root)).toEqual([expect.stringContaining(`${file} (layer`)]);
    expect(wrongImports(root)[0]).toContain(`imports ${target}`);
  });

  test("red: a room that no layer names", () => {
    plant({ "extras/a.ts": "" });
    expect(wrongImports(root)).toEqual(["extras/a.ts: no layer names the folder extras"]);
    expect(roomsOf(root)).toEqual(["extras"]);
  });

  test("red: a private package outside its room, and a package users would not have", () => {
    plant({
      "compute/jax.ts": 'import { grad } from "@jax-js/jax";',
      "train/loop.ts": 'import * as jax from "@jax-js/jax/deep";',
      "data/read.ts": 'import { test } from "vitest";\nimport { join } from "node:path";',
      "data/read.test.ts": 'import { test } from "vitest";',
    });
    expect(wrongPackages(root, ["@jax-js/jax"])).toEqual([
      'data/read.ts imports vitest, which is not in "dependencies"',
      "train/loop.ts imports @jax-js/jax: only compute/ may",
    ]);
  });

  test("imports in comments do not count", () => {
    expect(specifiersOf('/** import { a } from "../cli/a.js" */\n// from "../b.js"\nimport "./c.js";')).toEqual([
      "./c.js",
    ]);
  });
});
