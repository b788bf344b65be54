import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readConfigFile } from "./config-file.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-config-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test("JSON", async () => {
  expect(await readConfigFile(write("a.json", '{ "size": 32, "minutes": 5 }'))).toEqual({ size: 32, minutes: 5 });
});

test("a TypeScript module may compute, import and name types", async () => {
  write("sizes.ts", "export const size: number = 8 * 4;");
  const text = `
    import type { TrainChoices } from "darkmatter";
    import { size } from "./sizes.ts";
    export default { size, objective: "vicreg" } satisfies TrainChoices;`;
  expect(await readConfigFile(write("a.ts", text))).toEqual({ size: 32, objective: "vicreg" });
});

test.each([
  ["missing.json", undefined, /"--config" must be a file that exists/],
  ["a.json", "{ size: 32 }", /a\.json is no JSON: /],
  ["a.json", '{ "sise": 32 }', /unknown key "sise"\. Did you mean "size"\?/],
  ["a.ts", "export const size = 32;", /a module with a default export.*export default \{/],
  ["a.ts", 'throw new Error("not today");', /a\.ts does not run: not today/],
  ["a.ts", "export default {", /a\.ts does not run: /],
  ["a.yaml", "size: 32", /a file ending in \.json, \.ts/],
])("%s with %j", async (name, text, message) => {
  const path = text === undefined ? join(folder, name) : write(name, text);
  await expect(readConfigFile(path)).rejects.toThrow(message);
});
