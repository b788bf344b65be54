/** The part of docs/choosing.md on longer comparisons: what more time does for methods that start slowly. */
import { type CompareResults, inPercent, type MethodSummary, markdownTable, scoreTitle, summarise } from "darkmatter";

const SCORE = "knn";
/** What a method should gain over its own start to be called working. */
const LEAST_GAIN = 0.05;

/** The shorter comparison that this one continues: `cifar10` for `cifar10-long`. */
export function shorterOf(results: CompareResults, all: readonly CompareResults[]): CompareResults | undefined {
  return all.find(({ name }) => results.name.startsWith(`${name}-`));
}

/** One table for each comparison that continues another, beside the shorter one. Empty if there is none. */
export function moreTime(all: readonly CompareResults[]): string[] {
  const tables = all.flatMap((results) => {
    const shorter = shorterOf(results, all);
    return shorter === undefined ? [] : [lookAt(results, shorter)];
  });
  if (tables.length === 0) return [];
  const introduction =
    "Of methods that had hardly begun, not of all. One seed has no interval: it shows a direction, and ranks nothing.";
  return [`## With more time\n\n${introduction}\n\n${tables.join("\n\n")}`];
}

function lookAt(results: CompareResults, shorter: CompareResults): string {
  const before = summarise(shorter);
  const cells = summarise(results).flatMap(({ encoder, methods }) => methods.map((method) => ({ encoder, method })));
  const sorted = cells.toSorted((a, b) => gainOf(b.method) - gainOf(a.method));
  const rows = sorted.map(({ encoder, method }) => {
    const short = before
      .find((summary) => summary.encoder === encoder)
      ?.methods.find((m) => m.method === method.method);
    return [
      `${method.method} on ${encoder}`,
      inPercent(method.scores[SCORE]),
      inPercent(method.gains[SCORE], true),
      short === undefined ? "–" : inPercent(short.gains[SCORE], true),
      inPercent(method.gains.linear, true),
      method.steps.toLocaleString("en-US"),
      String(method.rows.length),
      (method.rows.reduce((sum, row) => sum + row.cpuSeconds, 0) / method.rows.length / 60).toFixed(1),
    ];
  });
  const heads = [
    `${results.title}`,
    scoreTitle(SCORE),
    "over random init",
    `after ${stepsOf(shorter)} steps`,
    "linear over random init",
    "steps",
    "seeds",
    "CPU min",
  ];
  const working = sorted.filter(({ method }) => gainOf(method) >= LEAST_GAIN);
  const others = sorted.filter(({ method }) => gainOf(method) < LEAST_GAIN).map(({ method }) => method.method);
  const verdict =
    `${working.length} of ${sorted.length} gain at least 5 points over random init in ${scoreTitle(SCORE)}` +
    (others.length === 0 ? "." : `; not ${others.join(", ")}.`);
  return `${markdownTable(heads, rows)}\n\n${verdict}`;
}

function gainOf({ gains }: MethodSummary): number {
  return gains[SCORE]?.mean ?? Number.NEGATIVE_INFINITY;
}

/** "1,000 or 500", by encoder. */
function stepsOf(results: CompareResults): string {
  const steps = summarise(results).flatMap(({ methods }) => methods.map((method) => method.steps));
  return [...new Set(steps)].map((count) => count.toLocaleString("en-US")).join(" or ");
}
