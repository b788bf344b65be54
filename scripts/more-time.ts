/** The part of docs/choosing.md on comparisons of single cells: what more time does for methods that start slowly. */
import { type CompareResults, inPercent, type MethodSummary, markdownTable, scoreTitle, summarise } from "darkmatter";

/** Fewer seeds than this show a direction and choose nothing. */
const FEWEST_SEEDS = 3;
const SCORE = "knn";
/** What a method should gain over its own start to be called working. */
const LEAST_GAIN = 0.05;

/** Whether every method was measured with several seeds: only then is anything advised from it. */
export function isRepeated(results: CompareResults): boolean {
  const methods = summarise(results).flatMap((summary) => summary.methods);
  return methods.length > 0 && methods.every(({ rows }) => rows.length >= FEWEST_SEEDS);
}

/**
 * One table for each comparison of single cells, beside the same method in the shorter one: `cifar10-long` beside `cifar10`.
 * Empty if there is none.
 */
export function moreTime(looks: readonly CompareResults[], repeated: readonly CompareResults[]): string[] {
  if (looks.length === 0) return [];
  const tables = looks.map((results) => {
    const shorter = repeated.find(({ name }) => results.name.startsWith(`${name}-`));
    return lookAt(results, shorter);
  });
  return [
    `## With more time\n\nSingle cells, a seed each, so no intervals: a direction, and no ranking.\n\n${tables.join("\n\n")}`,
  ];
}

function lookAt(results: CompareResults, shorter: CompareResults | undefined): string {
  const before = shorter === undefined ? [] : summarise(shorter);
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
      (method.rows.reduce((sum, row) => sum + row.cpuSeconds, 0) / method.rows.length / 60).toFixed(1),
    ];
  });
  const heads = [
    `${results.title}`,
    scoreTitle(SCORE),
    "over random init",
    shorter === undefined ? "in the shorter comparison" : `after ${stepsOf(shorter)} steps`,
    "linear over random init",
    "steps",
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
