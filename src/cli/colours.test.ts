import { expect, test } from "vitest";
import { wantsColour } from "./colours.js";

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ CI: "true" }, false, false],
  [{ FORCE_COLOR: "1" }, false, true],
  [{ FORCE_COLOR: "0" }, true, false],
  [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
])("under %j, at a terminal: %s, colours: %s", (env, isTerminal, expected) => {
  expect(wantsColour({ env, isTerminal })).toBe(expected);
});
