import { expect, test } from "vitest";
import { commandLine, quoteWord } from "./invocation.js";

const called = (script: string, env: Record<string, string> = {}) => ({
  argv: ["node", script],
  env,
  cwd: () => "/home/ada/darkmatter",
});

test.each([
  ["/usr/local/bin/darkmatter", {}, "darkmatter eval runs/x"],
  ["/x/main.js", { npm_package_name: "darkmatter", npm_command: "run-script" }, "npm run darkmatter -- eval runs/x"],
  ["/x/main.js", { npm_package_name: "darkmatter", npm_command: "run" }, "npm run darkmatter -- eval runs/x"],
  ["/x/darkmatter", { npm_command: "exec" }, "npx darkmatter eval runs/x"],
  ["/home/ada/darkmatter/dist/cli/main.js", {}, "node dist/cli/main.js eval runs/x"],
  ["/x/darkmatter", { npm_package_name: "photos", npm_command: "run-script" }, "darkmatter eval runs/x"],
])("called as %s with %j", (script, env, line) => {
  expect(commandLine(["eval", "runs/x"], called(script, env))).toBe(line);
});

test("words with spaces and quotes are quoted, names in any script are not", () => {
  expect(quoteWord("runs/Grüße-1")).toBe("runs/Grüße-1");
  expect(quoteWord("my photos")).toBe("'my photos'");
  expect(quoteWord("it's")).toBe(`'it'\\''s'`);
  expect(quoteWord("")).toBe("''");
  expect(quoteWord("$HOME")).toBe("'$HOME'");
});
