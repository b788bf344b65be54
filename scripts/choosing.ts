/**
 * docs/choosing.md and the method tables of docs/results.md, from the comparisons kept in docs/results/*.json: which method
 * for which images, how many labels, how much data. `npm run docs` writes them; test/choosing.test.ts fails when they are
 * stale. Every sentence with a number is made here, so that none outlives its measurement.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  budgetInWords,
  type CompareResults,
  drawComparison,
  type EncoderSummary,
  inPercent,
  type MethodSummary,
  markdownTable,
  readResults,
  renderTables,
  scoreTitle,
  sortedBy,
  summarise,
} from "darkmatter";
import { meanEstimate, writePng } from "darkmatter/evaluate";
import { moreTime, shorterOf } from "./more-time.js";

const RESULTS_FOLDER = fileURLToPath(new URL("../docs/results/", import.meta.url));
const PICTURES = fileURLToPath(new URL("../docs/images/", import.meta.url));
export const CHOOSING_PATH = fileURLToPath(new URL("../docs/choosing.md", import.meta.url));
export const RESULTS_PATH = fileURLToPath(new URL("../docs/results.md", import.meta.url));

/** Write both pages, and the pictures in them. */
export async function writeChoosing(): Promise<void> {
  const all = keptResults();
  for (const results of all) await writePng(`${PICTURES}${pictureName(results)}`, drawComparison(results, MAIN_SCORE));
  writeFileSync(CHOOSING_PATH, choosingPage(all));
  writeFileSync(RESULTS_PATH, withMethodTables(readFileSync(RESULTS_PATH, "utf8"), all));
}

/** The comparisons that are kept, by the names of their files. */
export function keptResults(): CompareResults[] {
  if (!existsSync(RESULTS_FOLDER)) return [];
  const names = readdirSync(RESULTS_FOLDER).filter((name) => name.endsWith(".json"));
  return names.sort().map((name) => readResults(`${RESULTS_FOLDER}${name}`));
}

function pictureName({ name }: CompareResults): string {
  return `compare-${name}.png`;
}

const START = "<!-- methods: written by `npm run docs` from docs/results/ -->";
const END = "<!-- end of methods -->";

/** docs/results.md with the tables of all comparisons between its marks; as it is if it has none. */
export function withMethodTables(page: string, all: readonly CompareResults[]): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) return page;
  const tables = all
    .map((results) => `${renderTables(results)}\n![${results.title}: all methods](images/${pictureName(results)})\n`)
    .join("\n");
  const oneLevelDown = tables.replaceAll(/^(#+ )/gm, "#$1");
  return `${page.slice(0, start + START.length)}\n\n${oneLevelDown}\n${page.slice(end)}`;
}

/** The whole page. */
export function choosingPage(all: readonly CompareResults[]): string {
  const sections = all.length === 0 ? [NOTHING_YET] : sectionsOf(all);
  return `${[INTRODUCTION, ...sections, OWN_COMPARISON].join("\n\n")}\n`;
}

const INTRODUCTION = `# Choosing a method

Which objective, which encoder, for which images and how many labels: as measured here, not as published. This page is
written by \`npm run docs\` from the comparisons in [docs/results](results), whose tables are in [results.md](results.md).`;

const NOTHING_YET = "Nothing has been measured yet: `darkmatter compare` fills docs/results.";

const OWN_COMPARISON = `## On your own images

What holds for these images need not hold for yours. If you have labels for a few hundred of them, ask yourself:

\`\`\`sh
darkmatter compare recipe.ts --jobs 2
\`\`\`

\`darkmatter compare --help\` shows a recipe. Without labels, \`darkmatter doctor\` says whether a run is healthy, and
results.md says how far scores without labels can be trusted to pick.`;

function sectionsOf(kept: readonly CompareResults[]): string[] {
  const all = kept.filter((results) => shorterOf(results, kept) === undefined);
  const cases = all.flatMap((results) => summarise(results).map((summary) => ({ results, summary })));
  return [
    whatWasMeasured(all),
    `## In short\n\n${oneAnswer(all)}\n\n${inShort(cases)}\n\n${pictures(all)}`,
    `## By the task\n\n${byTask(cases)}`,
    `## By the number of labels\n\n${byLabels(cases)}`,
    `## By the images\n\n${cases.map(byImages).join("\n\n")}`,
    `## By the amount of data\n\n${byAmount(cases)}`,
    `## By the encoder\n\n${all.map(byEncoder).join("\n\n")}`,
    `## What did not work\n\n${cases.map(notWorking).join("\n\n")}`,
    ...moreTime(kept),
  ];
}

/** One encoder of one comparison. */
interface Case {
  readonly results: CompareResults;
  readonly summary: EncoderSummary;
}

/** What cells are sorted by. */
const MAIN_SCORE = "knn";

function whatWasMeasured(all: readonly CompareResults[]): string {
  const lines = all.map((results) => {
    const { title, numImages, numHeldOut, imageSize, seeds } = results;
    const seedsInWords = seeds.length === 1 ? "one seed" : `${seeds.length} seeds`;
    return (
      `- **${title}**: ${count(numImages)} images of ${imageSize} × ${imageSize} pixels, ${count(numHeldOut)} more to be ` +
      `asked about, ${seedsInWords}, ${budgetInWords(results)}. ${results.notes.join(" ")}`.trimEnd()
    );
  });
  return (
    `${lines.join("\n")}\n\nThe budget is small: minutes on a processor, where publications have days on accelerators. ` +
    "Methods that start slowly are judged unfairly by it, and an order found here may turn with more time. Intervals are " +
    "95 % over seeds; where a difference is within the noise of the seeds, this page says so instead of naming a winner."
  );
}

function pictures(all: readonly CompareResults[]): string {
  return all.map((results) => `![${results.title}: all methods](images/${pictureName(results)})`).join("\n\n");
}

/** For who reads one line: the pair that is best or not told from the best in most tasks. */
function oneAnswer(all: readonly CompareResults[]): string {
  const lines = all.flatMap((results) => {
    const pairs = summarise(results).flatMap(({ methods }) => methods);
    const tasks = TASKS.filter(({ score }) => pairs.some(({ scores }) => scores[score] !== undefined));
    const wins = pairs.map((pair) => {
      const won = tasks.filter(({ score }) => {
        const [best] = sortedBy(pairs, score);
        return pair === best || (pair.scores[score] !== undefined && !isApart(best!, pair, score));
      });
      return { pair, numWon: won.length };
    });
    const most = Math.max(...wins.map(({ numWon }) => numWon));
    const names = sortedBy(
      wins.flatMap(({ pair, numWon }) => (numWon === most ? [pair] : [])),
      MAIN_SCORE,
    ).map(({ method, encoder }) => `${method} on ${encoder}`);
    const [first, ...others] = names;
    if (first === undefined) return [];
    const ties = others.length === 0 ? "" : `; as often: ${others.join(", ")}`;
    return [
      `If you look no further: on ${results.title}, **${first}** is the best, or not told from the best by its seeds, in ` +
        `${most} of ${tasks.length} tasks${ties}.${aboveAll(results)}`,
    ];
  });
  return lines.join("\n\n");
}

/** What is no method at all and still better by neighbours; nothing where there is no such thing. */
function aboveAll(results: CompareResults): string {
  const summaries = summarise(results);
  const best = Math.max(
    ...summaries.flatMap(({ methods }) => methods).map(({ scores }) => scores[MAIN_SCORE]?.mean ?? 0),
  );
  const floors = summaries.flatMap((summary) => strongestFloor(summary, MAIN_SCORE) ?? []);
  const strongest = floors.toSorted((a, b) => b.estimate.mean - a.estimate.mean)[0];
  if (strongest === undefined || strongest.estimate.mean <= best) return "";
  return ` By neighbours alone, ${strongest.name} (${inPercent(strongest.estimate)}) needs no training and is better than all of them in this budget.`;
}

function inShort(cases: readonly Case[]): string {
  const rows = cases.map(({ results, summary }) => {
    const [best, ...rest] = sortedBy(summary.methods, MAIN_SCORE);
    if (best?.scores[MAIN_SCORE] === undefined) return [results.title, summary.encoder, "–", "–", "–", "–"];
    const equals = rest.filter((other) => !isApart(best, other, MAIN_SCORE)).map(({ method }) => method);
    const strongest = strongestFloor(summary, MAIN_SCORE);
    return [
      results.title,
      summary.encoder,
      `**${best.method}** ${inPercent(best.scores[MAIN_SCORE])}`,
      equals.length === 0 ? "none" : equals.join(", "),
      inPercent(best.gains[MAIN_SCORE], true),
      strongest === undefined ? "–" : `${strongest.name} ${inPercent(strongest.estimate)}`,
    ];
  });
  const heads = [
    "images",
    "encoder",
    scoreTitle(MAIN_SCORE),
    "not told from it",
    "over random init",
    "strongest floor",
  ];
  return markdownTable(heads, rows);
}

const TASKS: readonly { readonly score: string; readonly task: string }[] = [
  { score: "knn", task: "Find similar images, classify by neighbours" },
  { score: "linear", task: "Train a classifier on many labels" },
  { score: "meanAveragePrecision", task: "Rank a whole collection by similarity" },
  { score: "clustering/nmi", task: "Group images without any label" },
];

function byTask(cases: readonly Case[]): string {
  const lines = TASKS.flatMap(({ score, task }) => {
    const answers = cases.flatMap((each) => answerFor(each, score) ?? []);
    return answers.length === 0 ? [] : `- **${task}** (${scoreTitle(score)}): ${answers.join("; ")}.`;
  });
  return lines.join("\n");
}

/** "Toys with vit: simclr 43.2 ± 1.1 (random init 30.1), not told from it: vicreg". */
function answerFor({ results, summary }: Case, score: string): string | undefined {
  const [best, ...rest] = sortedBy(summary.methods, score);
  const estimate = best?.scores[score];
  if (best === undefined || estimate === undefined) return undefined;
  const equals = rest.filter((other) => !isApart(best, other, score)).map(({ method }) => method);
  const floor = summary.floors.find(({ name }) => name === "randomInit")?.scores[score];
  const beside = floor === undefined ? "" : ` (random init ${inPercent(floor)})`;
  const ties = equals.length === 0 ? "" : `, not told from it: ${equals.join(", ")}`;
  return `${results.title} with ${summary.encoder}: ${best.method} ${inPercent(estimate)}${beside}${ties}`;
}

function byLabels(cases: readonly Case[]): string {
  const names = cases.flatMap(({ summary }) => summary.methods.flatMap(({ scores }) => Object.keys(scores)));
  const scores = unique(names).filter((score) => score.startsWith("fewShot/"));
  const lines = cases.flatMap(({ results, summary }) =>
    scores.flatMap((score) => {
      const [best] = sortedBy(summary.methods, score);
      const reached = best?.scores[score];
      if (best === undefined || reached === undefined) return [];
      return { results, summary, score, best, reached, floor: strongestFloor(summary, score) };
    }),
  );
  const lost = lines.filter(({ floor, reached }) => floor !== undefined && floor.estimate.mean > reached.mean).length;
  const verdict =
    lost === 0
      ? "In every line the best method is above the strongest floor."
      : `In ${lost} of ${lines.length} lines a floor is above the best method: there, this much training adds nothing to so few labels.`;
  const rows = lines.map(({ results, summary, score, best, reached, floor }) => [
    results.title,
    summary.encoder,
    scoreTitle(score),
    `${best.method} ${inPercent(reached)}`,
    inPercent(best.gains[score], true),
    floor === undefined ? "–" : `${floor.name} ${inPercent(floor.estimate)}`,
  ]);
  const heads = ["images", "encoder", "labels", "best method", "over random init", "strongest floor"];
  return `${markdownTable(heads, rows)}\n\n${verdict}`;
}

function byImages({ results, summary }: Case): string {
  const methods = sortedBy(summary.methods, MAIN_SCORE).filter(({ scores }) => scores[MAIN_SCORE] !== undefined);
  const order = methods.map((method) => `${method.method} ${inPercent(method.scores[MAIN_SCORE])}`).join(", ");
  const floors = summary.floors.flatMap(({ name, scores }) => {
    const floor = scores[MAIN_SCORE];
    if (floor === undefined) return [];
    const above = methods.filter((method) => method.scores[MAIN_SCORE]!.mean > floor.mean);
    return `${floorName(name)} (${inPercent(floor)}) is passed by ${above.length} of ${methods.length}`;
  });
  return `**${results.title} with ${summary.encoder}**, by ${scoreTitle(MAIN_SCORE)}: ${order}. Of the floors, ${floors.join("; ")}.`;
}

function byAmount(cases: readonly Case[]): string {
  const sizes = unique(cases.map(({ results }) => results.numImages)).sort((a, b) => a - b);
  if (sizes.length < 2) {
    const numbers = sizes.map(count).join(", ");
    return `All comparisons have ${numbers} images to train on: how the order changes with more or fewer was not measured.`;
  }
  const lines = sizes.flatMap((size) =>
    cases
      .filter(({ results }) => results.numImages === size)
      .flatMap((each) => {
        const answer = answerFor(each, MAIN_SCORE);
        return answer === undefined ? [] : `- ${count(size)} images: ${answer}.`;
      }),
  );
  return `${lines.join("\n")}\n\nThese sets differ in more than their size, so take this as a hint.`;
}

function byEncoder(results: CompareResults): string {
  const summaries = summarise(results);
  if (summaries.length < 2) return `**${results.title}** has one encoder.`;
  const rows = results.methods.flatMap((method) => {
    const cells = summaries.map(({ methods }) => methods.find((each) => each.method === method)?.scores[MAIN_SCORE]);
    return cells.every((cell) => cell === undefined) ? [] : [[method, ...cells.map((cell) => inPercent(cell))]];
  });
  const steps = summaries.map(({ encoder, methods }) => {
    const all = methods.map((method) => method.steps).sort((a, b) => a - b);
    return `${encoder} makes ${all[0] === all.at(-1) ? count(all[0]!) : `${count(all[0]!)} to ${count(all.at(-1)!)}`} steps`;
  });
  const table = markdownTable(
    [`${results.title}, ${scoreTitle(MAIN_SCORE)}`, ...summaries.map(({ encoder }) => encoder)],
    rows,
  );
  return `${table}\n\nIn this budget ${steps.join(", ")}. ${aheadIn(summaries)}`.trimEnd();
}

/** Whether one encoder is ahead for every method that has both. */
function aheadIn(summaries: readonly EncoderSummary[]): string {
  const [a, b, ...more] = summaries;
  if (a === undefined || b === undefined || more.length > 0) return "";
  const differences = a.methods.flatMap(({ method, scores }) => {
    const other = b.methods.find((each) => each.method === method)?.scores[MAIN_SCORE];
    const own = scores[MAIN_SCORE];
    return own === undefined || other === undefined ? [] : [own.mean - other.mean];
  });
  if (differences.length === 0) return "";
  const isOneAhead = differences.every((d) => d > 0) || differences.every((d) => d < 0);
  if (!isOneAhead) return "Which encoder is better depends on the method.";
  const sizes = differences.map((d) => 100 * Math.abs(d)).sort((x, y) => x - y);
  const winner = differences[0]! > 0 ? a.encoder : b.encoder;
  return `${winner} is ahead for every method that both can serve, by ${sizes[0]!.toFixed(1)} to ${sizes.at(-1)!.toFixed(1)} points.`;
}

/** What a method should gain over its own start to be called working. */
const LEAST_GAIN = 0.05;

function notWorking({ results, summary }: Case): string {
  const weak = summary.methods.filter(
    ({ gains }) => !((gains[MAIN_SCORE]?.mean ?? Number.NEGATIVE_INFINITY) >= LEAST_GAIN),
  );
  const lines = weak.map(({ method, gains, verdicts, scores }) => {
    const gain =
      gains[MAIN_SCORE] === undefined ? "no score" : `${inPercent(gains[MAIN_SCORE], true)} points over random init`;
    const ill = Object.entries(verdicts).filter(([verdict]) => verdict !== "healthy");
    const judged = ill.length === 0 ? "" : `; the doctor: ${ill.map(([verdict, n]) => `${n} × ${verdict}`).join(", ")}`;
    return `- ${method}: ${gain}${scores.linear === undefined ? "" : ` (linear ${inPercent(gains.linear, true)})`}${judged}`;
  });
  const masked = results.impossible.filter(({ encoder }) => encoder === summary.encoder).map(({ method }) => method);
  const impossible = masked.length === 0 ? "" : ` Not possible: ${masked.join(", ")}.`;
  const where = `**${results.title} with ${summary.encoder}**`;
  if (lines.length === 0)
    return `${where}: every method gains at least 5 points in ${scoreTitle(MAIN_SCORE)}.${impossible}`;
  return `${where}, less than 5 points over random init in ${scoreTitle(MAIN_SCORE)}:\n\n${lines.join("\n")}${impossible === "" ? "" : `\n\n${impossible.trim()}`}`;
}

/** Whether the difference over common seeds keeps its sign in its interval; with one seed nothing can be told apart. */
export function isApart(a: MethodSummary, b: MethodSummary, score: string): boolean {
  const differences = a.rows.flatMap((row) => {
    const other = b.rows.find(({ seed }) => seed === row.seed)?.scores[score];
    const own = row.scores[score];
    return own === undefined || other === undefined ? [] : own - other;
  });
  // Without a common seed there is no doubt only where there is no score at all.
  if (differences.length === 0) return b.scores[score] === undefined;
  if (differences.length === 1) return false;
  const { low, high } = meanEstimate(differences);
  return low > 0 || high < 0;
}

function strongestFloor({ floors }: EncoderSummary, score: string) {
  const known = floors.flatMap(({ name, scores }) => {
    const estimate = scores[score];
    return estimate === undefined ? [] : [{ name: floorName(name), estimate }];
  });
  return known.sort((a, b) => b.estimate.mean - a.estimate.mean)[0];
}

const FLOOR_NAMES: Readonly<Record<string, string>> = {
  rawPixels: "raw pixels",
  randomInit: "random init",
  pca: "PCA",
};

function floorName(name: string): string {
  return FLOOR_NAMES[name] ?? name;
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}
