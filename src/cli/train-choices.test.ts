import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { addChoiceFlags, choicesFromFlags, mergeChoices, parseChoices } from "./train-choices.js";

function choicesOf(...words: string[]): Record<string, unknown> {
  const command = new Command("train").exitOverride();
  addChoiceFlags(command);
  command.parse(words, { from: "user" });
  return choicesFromFlags(command.opts());
}

describe("flags", () => {
  test("become choices under the library's names, those not given stay out", () => {
    expect(choicesOf("--lr", "1e-3", "--weight-decay", "0", "--checkpoint-every", "5", "--out", "runs/x")).toEqual({
      learningRate: 1e-3,
      weightDecay: 0,
      checkpointEvery: 5,
      out: "runs/x",
    });
    expect(choicesOf()).toEqual({});
  });

  test("settings collect", () => {
    expect(choicesOf("--set", "temperature=0.1", "--set", "x=y", "--encoder-set", "width=32")).toEqual({
      objectiveOptions: { temperature: 0.1, x: "y" },
      encoderOptions: { width: 32 },
    });
  });

  test("columns come as a list", () => {
    expect(choicesOf("--columns", "x, y,z", "--window", "64", "--label", "state")).toEqual({
      columns: ["x", "y", "z"],
      window: 64,
      label: "state",
    });
  });

  test("values out of bounds are refused by the name of their flag", () => {
    expect(() => choicesOf("--size", "0")).toThrow('train: "--size" must be a whole number, at least 1, got 0.');
    expect(() => choicesOf("--batch", "1")).toThrow('"--batch" must be a whole number, at least 2');
    expect(() => choicesOf("--minutes", "soon")).toThrow('"--minutes" must be a number above 0, got "soon"');
  });
});

describe("a config file", () => {
  test("may hold every kind of choice", () => {
    const content = {
      data: "./photos",
      size: 32,
      objectiveOptions: { temperature: 0.1 },
      projector: { outDim: 64 },
      views: [{ size: 32, steps: [] }],
    };
    expect(parseChoices("train.json", content)).toEqual(content);
  });

  test("an unknown key is an error with the nearest one", () => {
    expect(() => parseChoices("a.json", { learningrate: 1 })).toThrow(
      /config file a\.json: unknown key "learningrate"\. Did you mean "learningRate"\? Known: data, /,
    );
  });

  test.each([
    [{ size: "64" }, '"size" must be a whole number, at least 1, got "64"'],
    [{ steps: 1.5 }, '"steps" must be a whole number'],
    [{ data: 3 }, '"data" must be a text, got 3'],
    [{ encoderOptions: [1] }, '"encoderOptions" must be an object'],
    [{ views: "simclr" }, '"views" must be a list'],
    [[1], "must be a file that exports an object of choices"],
  ])("%j is refused", (content, message) => expect(() => parseChoices("a.json", content)).toThrow(message));
});

describe("flags over file", () => {
  test("a flag wins, settings are merged by key", () => {
    const file = { data: "a", size: 32, objective: "lejepa", objectiveOptions: { numSlices: 64, domain: "full" } };
    const flags = { data: "b", objectiveOptions: { numSlices: 128 } };
    expect(mergeChoices(file, flags)).toEqual({
      data: "b",
      size: 32,
      objective: "lejepa",
      objectiveOptions: { numSlices: 128, domain: "full" },
    });
  });

  test("settings of another objective than the file's do not come along", () => {
    const file = { objective: "lejepa", objectiveOptions: { numSlices: 64 }, encoderOptions: { width: 32 } };
    expect(mergeChoices(file, { objective: "simclr" })).toEqual({ objective: "simclr", encoderOptions: { width: 32 } });
    expect(mergeChoices(file, { objective: "lejepa" })).toEqual(file);
    expect(mergeChoices(file, { encoder: "vit", encoderOptions: { depth: 2 } }).encoderOptions).toEqual({ depth: 2 });
  });

  test("a length by flag takes the place of the file's; two at once are refused", () => {
    expect(mergeChoices({ epochs: 10 }, { minutes: 5 })).toEqual({ minutes: 5 });
    expect(() => mergeChoices({}, { minutes: 5, steps: 10 })).toThrow(/one of --epochs, --steps and --minutes/);
    expect(() => mergeChoices({ epochs: 1, steps: 1 }, {})).toThrow(/epochs and steps/);
  });
});
