import { expect, test } from "vitest";
import { flagWords } from "./flag-words.js";

test("numbers, text, switches and settings are written as they were given; what was not given is left out", () => {
  const flags = {
    minutes: 0,
    out: "my runs",
    alone: true,
    json: false,
    seed: undefined,
    encoderSet: { width: 8, a: "b" },
  };
  const words = ["--minutes", "0", "--out", "my runs", "--alone", "--encoder-set", "width=8", "--encoder-set", "a=b"];
  expect(flagWords(flags)).toEqual(words);
});
