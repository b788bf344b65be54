/** What a person reads of a comparison: tables and a picture, from its results alone. */
import { join } from "node:path";
import { UnknownNameError } from "../../compute/index.js";
import { type DotPanel, drawDotPlot, type Sheet, writePng } from "../../evaluate/index.js";
import { writeFileAtomic } from "../../train/atomic-file.js";
import type { CompareResults } from "./results.js";
import { type EncoderSummary, scoreNames, sortedBy, summarise } from "./summary.js";
import { floorTitle, renderTables, scoreTitle, type TableOptions } from "./tables.js";

export interface WrittenReport {
  readonly files: readonly string[];
  /** The tables. */
  readonly text: string;
}

/**
 * Write results.md and, where there is a score, results.png beside results.json.
 * @throws UnknownNameError for a score to sort by that there is not
 */
export async function writeReport(
  folder: string,
  results: CompareResults,
  options: TableOptions = {},
): Promise<WrittenReport> {
  const names = scoreNames(results);
  if (options.sortBy !== undefined && !names.includes(options.sortBy)) {
    throw new UnknownNameError("compare", "score", options.sortBy, names);
  }
  const [tables, picture] = [join(folder, "results.md"), join(folder, "results.png")];
  const text = renderTables(results, options);
  await writeFileAtomic(tables, [new TextEncoder().encode(text)]);
  const score = options.sortBy ?? names[0];
  if (score === undefined) return { files: [tables], text };
  await writePng(picture, drawComparison(results, score));
  return { files: [tables, picture], text };
}

/** One score of all methods: a panel an encoder, a dot a seed, floors as dashed lines. */
export function drawComparison(results: CompareResults, score: string): Sheet {
  const { title, seeds, numImages, numHeldOut } = results;
  return drawDotPlot({
    title,
    subtitle:
      `${scoreTitle(score)} on ${numHeldOut.toLocaleString("en-US")} images held out of ` +
      `${(numImages + numHeldOut).toLocaleString("en-US")} · dots: ${seeds.length} seeds · bars: 95 % intervals of their mean`,
    axisLabel: "%",
    panels: summarise(results).map((summary) => panelOf(summary, score)),
  });
}

function panelOf({ encoder, floors, methods }: EncoderSummary, score: string): DotPanel {
  const levels = floors.flatMap(({ name, scores }) => {
    const level = scores[score];
    return level === undefined ? [] : [{ name: floorTitle(name), value: 100 * level.mean }];
  });
  return {
    title: encoder,
    references: levels,
    rows: sortedBy(methods, score).flatMap(({ method, rows, scores, verdicts }) => {
      const estimate = scores[score];
      const ill = Object.entries(verdicts).filter(([verdict]) => verdict !== "healthy");
      const judged = ill.map(([verdict, numCells]) => `${numCells} × ${verdict}`);
      const note = judged.length === 0 ? {} : { note: judged.join(", ") };
      if (estimate === undefined)
        return [{ name: method, values: [], estimate: { mean: 0, low: 0, high: 0, n: 0 }, ...note }];
      const { mean, low, high, n } = estimate;
      return [
        {
          name: method,
          values: rows.flatMap((row) => (row.scores[score] === undefined ? [] : 100 * row.scores[score])),
          estimate: { mean: 100 * mean, low: 100 * low, high: 100 * high, n },
          ...note,
        },
      ];
    }),
  };
}
