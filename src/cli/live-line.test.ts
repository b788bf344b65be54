import { describe, expect, test } from "vitest";
import { LiveLine } from "./live-line.js";

/** A stream that remembers, and a clock that stands until it is moved. */
function setup(isTTY: boolean, columns = 40) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const live = new LiveLine({ isTTY, columns, write: (text: string) => written.push(text) }, () => clock.ms);
  return { live, clock, text: () => written.join("") };
}

const REWRITE = "\r\x1b[2K";

describe("on a terminal", () => {
  test("is rewritten in place, at most ten times a second, and ends with the newest text", () => {
    const { live, clock, text } = setup(true);
    live.update("step 1");
    clock.ms = 50;
    live.update("step 2");
    expect(text()).toBe(`${REWRITE}step 1`);
    clock.ms = 100;
    live.update("step 3");
    clock.ms = 150;
    live.update("step 4");
    live.end();
    expect(text()).toBe(`${REWRITE}step 1${REWRITE}step 3${REWRITE}step 4\n`);
  });

  test("makes way for lines that stay, and can be taken away", () => {
    const { live, text } = setup(true);
    live.hint("starting");
    live.print("note");
    live.update("step 1");
    live.clear();
    live.end();
    expect(text()).toBe(`${REWRITE}starting${REWRITE}note\n${REWRITE}step 1${REWRITE}`);
  });

  test("a hint does not stay", () => {
    const { live, text } = setup(true);
    live.hint("compiling");
    live.end();
    expect(text()).toBe(`${REWRITE}compiling${REWRITE}`);
  });

  test("never wraps, with room for ^C: a long text is cut, without its colours", () => {
    const { live, clock, text } = setup(true, 13);
    live.update("\x1b[32m0123456789\x1b[39m");
    clock.ms = 1000;
    live.update("\x1b[32m0123456789A\x1b[39m");
    expect(text()).toBe(`${REWRITE}\x1b[32m0123456789\x1b[39m${REWRITE}012345678…`);
  });
});

describe("in a file or pipe", () => {
  test("is a plain line every ten seconds, and the last", () => {
    const { live, clock, text } = setup(false);
    live.hint("starting");
    for (clock.ms = 0; clock.ms < 12_000; clock.ms += 1000) live.update(`\x1b[32mstep\x1b[39m ${clock.ms / 1000}`);
    live.end();
    live.end();
    expect(text()).toBe("step 0\nstep 10\nstep 11\n");
  });
});
