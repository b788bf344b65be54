/** `darkmatter compare`: many methods under one protocol, and the tables that follow. */
import { availableParallelism } from "node:os";
import type { Command } from "commander";
import { ValueError } from "../../compute/errors.js";
import type { CompareObserver, CompareOutcome, CompareRecipe, CompareStart } from "../../recipes/index.js";
import { colours } from "../colours.js";
import type { CommandDefinition } from "../command.js";
import { CompareBoard, renderCellEvent } from "../compare-board.js";
import { readDataFile } from "../config-file.js";
import { listenForInterrupt } from "../interrupt.js";
import { commandLine } from "../invocation.js";
import { LiveBoard } from "../live-board.js";
import { renderDataProgress } from "../progress-text.js";
import { countOf, formatCount } from "../units.js";
import { parseNumber } from "../values.js";
import { wrapText } from "../wrap-text.js";

interface CompareFlags {
  readonly data?: string;
  readonly out?: string;
  readonly jobs?: number;
  readonly only?: string;
  readonly sort?: string;
  readonly report?: boolean;
}

const STOPPING = "Saving every running cell after its step, then stopping. Ctrl-C again quits at once.";

export const compare: CommandDefinition = {
  name: "compare",
  summary: "train and evaluate many methods under one protocol, as a recipe lists them, and write the table",
  examples: [
    "darkmatter compare recipe.ts",
    "darkmatter compare recipe.ts --jobs 4 --out runs/table",
    "darkmatter compare recipe.ts --only simclr-vit,vicreg-vit",
    "darkmatter compare recipe.ts --report --sort linear",
  ],
  configure(command: Command) {
    command
      .argument("<recipe>", "a .ts, .js or .json file: data, methods, encoders, seeds and budget")
      .option("--data <data>", "other images than the recipe names, or where they are here")
      .option("--out <folder>", "folder of the comparison (default: runs/compare-<name of the recipe>)")
      .option("--jobs <count>", "cells trained at a time, each in a process of its own (default: 1)", (text) =>
        parseNumber("compare", "--jobs", { isWhole: true, min: 1 }, text),
      )
      .option("--only <names>", "only cells whose name contains one of these, such as simclr-vit,seed0")
      .option("--sort <score>", "sort tables by this score, such as linear (default: the first)")
      .option("--report", "write tables and picture anew from what is there, without training")
      .action(runCompare);
  },
  details: async () => RECIPE_HELP,
};

const RECIPE_HELP = `A recipe, recipe.ts:
  import type { CompareRecipe } from 'darkmatter';
  export default {
    name: "photos", title: "My photos",
    data: "./photos", holdOut: 0.2,                       // asked about, the same images for every cell
    methods: { simclr: {}, vicreg: { learningRate: 0.001 } },
    encoders: { convnet: {}, vit: { encoderOptions: { depth: 4 } } },
    training: { size: 32, batch: 128 },                   // for all cells
    seeds: [0, 1, 2],
    budget: { steps: 500 },                               // or { steps: { convnet: 900, vit: 500 } }, { epochs: 10 },
                                                          // { cpuMinutes: 3 }
    evaluation: { numLabels: 1000 },
  } satisfies CompareRecipe;

Every method on every encoder with every seed is a cell: a run in a folder of its own. What was stopped goes on where it
was when the same command is given again; finished cells are kept. results.json has a row a cell, results.md the tables,
results.png the picture.`;

async function runCompare(path: string, flags: CompareFlags): Promise<void> {
  const { data, sort, out, report = false } = flags;
  const { compareFolder, parseRecipeOfComparison, renderComparison } = await import("../../recipes/index.js");
  const asked = parseRecipeOfComparison(await readDataFile("compare", "<recipe>", path));
  const recipe = data === undefined ? asked : { ...asked, data };
  if (!report) return runCells(recipe, path, flags);
  const { files, text } = await renderComparison(compareFolder(recipe, out), sortedBy(sort));
  process.stdout.write(`${text}\n${listOf(files)}`);
}

async function runCells(recipe: CompareRecipe, path: string, flags: CompareFlags): Promise<void> {
  const { compareMethods } = await import("../../recipes/index.js");
  const { jobs = 1, only, out, sort } = flags;
  if (jobs > availableParallelism()) {
    const hint = "More would only wait for each other.";
    throw new ValueError(
      "compare",
      "--jobs",
      `at most the ${availableParallelism()} cores of this machine`,
      jobs,
      hint,
    );
  }
  const live = new LiveBoard();
  const interrupt = listenForInterrupt(() => live.print(colours.yellow(STOPPING)));
  const ticking = new Ticker();
  try {
    const outcome = await compareMethods(
      recipe,
      {
        jobs,
        ...sortedBy(sort),
        ...(out !== undefined && { out }),
        ...(only !== undefined && { only: only.split(",") }),
      },
      watch(live, ticking, interrupt),
    );
    live.clear();
    const wasInterrupted = interrupt.exitCode !== undefined && !outcome.isFinished;
    process.stdout.write(renderOutcome(outcome, ["compare", path, ...wordsOf(flags)], wasInterrupted));
    if (!outcome.isFinished) process.exitCode = interrupt.exitCode ?? (outcome.numFailed > 0 ? 1 : 0);
  } finally {
    ticking.stop();
    live.clear();
    interrupt.close();
  }
}

type Interrupt = ReturnType<typeof listenForInterrupt>;

function watch(live: LiveBoard, ticking: Ticker, interrupt: Interrupt): CompareObserver {
  let board: CompareBoard | undefined;
  const show = (): void => {
    if (board !== undefined) live.update(board.lines());
  };
  return {
    signal: interrupt.signal,
    onData: (progress) => live.update([renderDataProgress(progress)]),
    onCalibrate: (pair, done, total) => live.print(`timing a step of ${pair} (${done + 1} of ${total})`),
    onPlan(start) {
      live.clear();
      process.stdout.write(`${renderStart(start)}\n\n`);
      board = new CompareBoard(start);
      interrupt.saveFromNowOn();
      // Cells that start or are evaluated say little; the board lives on.
      ticking.start(show);
    },
    onCell(event) {
      board?.observe(event);
      const text = renderCellEvent(event);
      if (text !== undefined) live.print(text);
      show();
    },
  };
}

/** What will be done, and what cannot be. */
function renderStart({
  folder,
  jobs,
  threads,
  numCells,
  numFinished,
  cellsToRun,
  impossible,
  pairs,
  ...data
}: CompareStart) {
  const steps = [...new Set(pairs.map((pair) => pair.steps))].sort((a, b) => a - b);
  const range =
    steps.length < 2 ? `${formatCount(steps[0] ?? 0)}` : `${formatCount(steps[0]!)} to ${formatCount(steps.at(-1)!)}`;
  const kept = numFinished > 0 ? `, ${formatCount(numFinished)} of them done` : "";
  return [
    `folder     ${folder}`,
    `images     ${formatCount(data.numImages)} to train on, ${formatCount(data.numHeldOut)} held out · ${data.imageSize} × ${data.imageSize} px`,
    `cells      ${countOf(numCells, "cell")}${kept} · ${countOf(cellsToRun.length, "cell")} to run · ${range} steps each`,
    `processes  ${jobs} at a time, ${countOf(threads, "thread")} each`,
    ...impossible.map(({ method, encoder, reason }) =>
      wrapText(`${colours.yellow("not possible:")} `, `${method} on ${encoder}: ${reason}`),
    ),
  ].join("\n");
}

function renderOutcome(outcome: CompareOutcome, words: string[], wasInterrupted: boolean): string {
  const { results, files, isFinished, numFailed, text } = outcome;
  const again = `  ${commandLine(words)}\n`;
  const done = countOf(results.rows.length - numFailed, "cell");
  const parts = [text, listOf(files)];
  if (wasInterrupted) parts.push(`Stopped with ${done} done. Go on with:\n${again}`);
  else if (numFailed > 0) parts.push(`${countOf(numFailed, "cell")} failed. Try again with:\n${again}`);
  else if (!isFinished) parts.push(`${done} done; the others follow without --only.\n`);
  return parts.join("\n");
}

function listOf(files: readonly string[]): string {
  return files.map((file) => `  ${file}\n`).join("");
}

function sortedBy(sort: string | undefined): { readonly sortBy?: string } {
  return sort === undefined ? {} : { sortBy: sort };
}

/** The flags as they were given. */
function wordsOf(flags: CompareFlags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
}

const TICK_MS = 1000;

/** Does something every second, without keeping the process alive. */
class Ticker {
  #timer: NodeJS.Timeout | undefined;

  start(tick: () => void): void {
    this.#timer = setInterval(tick, TICK_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
