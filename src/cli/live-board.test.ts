import { expect, test } from "vitest";
import { LiveBoard } from "./live-board.js";

function boardOn(stream: { isTTY?: boolean; columns?: number }) {
  let written = "";
  let nowMs = 0;
  const write = (text: string): void => {
    written += text;
  };
  const board = new LiveBoard({ ...stream, write }, () => nowMs);
  return {
    board,
    later: (ms: number) => {
      nowMs += ms;
    },
    take: () => {
      const text = written;
      written = "";
      return text;
    },
  };
}

test("on a terminal lines are rewritten in place, at most five times a second", () => {
  const { board, later, take } = boardOn({ isTTY: true, columns: 13 });
  board.update(["one", "two"]);
  expect(take()).toBe("one\ntwo\n");
  board.update(["skipped"]);
  expect(take()).toBe("");
  later(200);
  board.update(["a line too long for it"]);
  expect(take()).toBe("\x1b[2A\r\x1b[Ja line to…\n");
});

test("what stays is printed above, and the board comes back at once", () => {
  const { board, take } = boardOn({ isTTY: true });
  board.update(["running"]);
  board.print("done");
  board.update(["running on"]);
  expect(take()).toBe("running\n\x1b[1A\r\x1b[Jdone\nrunning on\n");
  board.clear();
  expect(take()).toBe("\x1b[1A\r\x1b[J");
});

test("in a pipe there are no control characters, and a board a minute", () => {
  const { board, later, take } = boardOn({});
  board.update(["\x1b[1mone\x1b[22m"]);
  board.print("\x1b[32mdone\x1b[39m");
  board.update(["skipped"]);
  later(60_000);
  board.update(["two"]);
  expect(take()).toBe("one\ndone\ntwo\n");
});
