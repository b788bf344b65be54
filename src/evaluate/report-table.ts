/** The report as a table for the terminal: every number beside its floors. */
import { isEstimate, type Probe, type ProbeEstimate, probes, type Scores } from "./probes/index.js";
import type { Report } from "./report.js";
import { alignedTable, renderTasks, renderThorough } from "./thorough-table.js";

interface Row {
  readonly title: string;
  readonly chance: number;
  readonly majority: number | undefined;
  readonly rawPixels: ProbeEstimate | undefined;
  readonly pca: ProbeEstimate | undefined;
  readonly randomInit: ProbeEstimate | undefined;
  readonly encoder: ProbeEstimate;
}

/** Any probe of the catalogue. */
type NamedProbe = Pick<Probe, "title" | "rowTitle"> & { readonly reportKey: keyof Scores };

/** Of images, raw values are pixels. */
const headersFor = (noun: string): readonly string[] => [
  ...["score, %", "chance", "majority", noun === "image" ? "pixels" : "raw", "PCA"],
  ...["random init", "encoder", "95 % interval"],
];

const MAX_TITLE = 24;

/** Aligned plain text, at most 100 columns: probes, then matches, then label-free metrics. */
export function renderReport(report: Report): string {
  const probeRows = probeRowsOf(report);
  const matchRows = matchRowsOf(report);
  const sections: string[] = [];
  const { noun = "image" } = report;
  const facts = [
    ...(probeRows.length === 0
      ? []
      : [
          `${count(report.n)} test ${noun}s, ${count(report.numTrain)} labelled training ${noun}s, ${report.numClasses} classes`,
        ]),
    ...Object.values(report.matches ?? {}).map(
      ({ title, gallerySize, encoder }) => `${title}: ${count(encoder.n)} searches among ${count(gallerySize)} images`,
    ),
  ];
  if (facts.length > 0) sections.push(facts.join("\n"));
  const rows = [...probeRows, ...matchRows];
  if (rows.length > 0) sections.push(renderRows(rows, noun));
  if (report.thorough) sections.push(renderThorough(report.thorough));
  if (report.tasks) sections.push(renderTasks(report.tasks));
  sections.push(renderMetrics(report), renderCircumstances(report));
  return sections.join("\n\n");
}

function probeRowsOf(report: Report): Row[] {
  const { floors } = report;
  if (floors === undefined) return [];
  return Object.values<NamedProbe>(probes).flatMap(({ reportKey, title, rowTitle }) => {
    const chanceOf = floors.chanceOf?.[reportKey];
    return namesOf(report, reportKey).flatMap((name) => {
      const encoder = pick(report, reportKey, name);
      if (encoder === undefined) return [];
      return {
        title: name === "" ? title : (rowTitle?.(name) ?? `${title}, ${name}`),
        chance: (typeof chanceOf === "number" ? chanceOf : chanceOf?.[name]) ?? floors.chance,
        majority: chanceOf !== undefined || name !== "" ? undefined : floors.majority,
        rawPixels: pick(floors.rawPixels, reportKey, name),
        pca: pick(floors.pca, reportKey, name),
        randomInit: pick(floors.randomInit, reportKey, name),
        encoder,
      };
    });
  });
}

function matchRowsOf({ matches = {} }: Report): Row[] {
  return Object.values(matches).map(({ title, encoder, floors }) => ({
    title: title.length > MAX_TITLE ? `${title.slice(0, MAX_TITLE - 1)}…` : title,
    chance: floors.chance,
    majority: undefined,
    rawPixels: floors.rawPixels,
    pca: undefined,
    randomInit: floors.randomInit,
    encoder,
  }));
}

/** The names of a probe's estimates; "" for a single one. */
function namesOf(scores: Partial<Scores>, key: keyof Scores): string[] {
  const outcome = scores[key];
  if (outcome === undefined) return [];
  return isEstimate(outcome) ? [""] : Object.keys(outcome);
}

function pick(scores: Partial<Scores> | undefined, key: keyof Scores, name: string): ProbeEstimate | undefined {
  const outcome = scores?.[key];
  if (outcome === undefined) return undefined;
  return isEstimate(outcome) ? outcome : outcome[name];
}

function renderRows(rows: readonly Row[], noun: string): string {
  const cells = rows.map(({ title, chance, majority, rawPixels, pca, randomInit, encoder }) => [
    title,
    percent(chance),
    percent(majority),
    withMetric(rawPixels),
    withMetric(pca),
    percent(randomInit?.mean),
    percent(encoder.mean),
    `${percent(encoder.low)} – ${percent(encoder.high)}`,
  ]);
  return alignedTable(headersFor(noun), cells);
}

/** Under which protocol, of which checkpoint, and what else a reader should know. */
function renderCircumstances({ protocol, seed, checkpoint, notes = [] }: Report): string {
  const last = checkpoint && `last checkpoint, step ${count(checkpoint.step)} of ${count(checkpoint.totalSteps)}`;
  const best = checkpoint?.best;
  const lines = [
    [`protocol ${protocol}`, ...(last ? [last] : []), `seed ${seed}`].join(" · "),
    ...(best
      ? [
          `best of ${best.numLooks} looks during training: kNN ${percent(best.knn)} % at step ${count(best.step)} ` +
            `(last: ${percent(best.lastKnn)} %); chosen by its score, so higher by luck`,
        ]
      : []),
    ...notes.map((note) => `note: ${note}`),
  ];
  return lines.join("\n");
}

function renderMetrics({ metrics, noun = "image" }: Report): string {
  const parts = [
    `effective rank ${metrics.effectiveRank.toFixed(1)}`,
    `RankMe ${metrics.rankMe.toFixed(1)}`,
    `spread of a dimension ${metrics.perDimensionStd.toPrecision(3)}`,
    `common to all ${noun}s ${percent(metrics.meanNormRatio)} %`,
  ];
  return `features: ${parts.join(" · ")}`;
}

/** The stronger metric is named, since which one it is depends on the data. */
function withMetric(estimate: ProbeEstimate | undefined): string {
  const metric = estimate?.metric === undefined ? "" : estimate.metric === "euclidean" ? " euc" : " cos";
  return percent(estimate?.mean) + metric;
}

function percent(share: number | undefined): string {
  if (share === undefined) return "–";
  return share > 0 && share < 0.001 ? (100 * share).toPrecision(1) : (100 * share).toFixed(1);
}

function count(n: number | undefined): string {
  return (n ?? 0).toLocaleString("en-US");
}
