/**
 * Model selection without labels: over the runs of a sweep, does a score that needs no labels order the runs as probe
 * accuracy does? Reported as found, with n and intervals, weak and wrong-way scores too.
 */
import { keyFor, ValueError } from "../compute/index.js";
import { type RankCorrelation, spearmanWithInterval } from "./rank-correlation.js";

/** One finished run of a sweep, as plain JSON. A score that a run does not have is absent or null. */
export interface SweepRow {
  /** Name of the run. */
  readonly run: string;
  /** Runs of one method minimise the same thing: only among them may losses be compared. */
  readonly method: string;
  readonly encoder?: string;
  readonly seed?: number;
  readonly scores: Readonly<Partial<Record<LabelFreeScore, number | null>>>;
  /** Probe accuracies in 0..1 by name: "knn20", "linear", ... */
  readonly accuracies: Readonly<Record<string, number | null>>;
}

/** What a score is, and what value of it should be best. */
interface ScoreDefinition {
  readonly summary: string;
  /** Higher must mean better: losses change sign, exponents are held against 1. */
  orient(value: number): number;
  /** Only comparable among runs of one method. */
  readonly isOfMethod: boolean;
}

export const labelFreeScores = {
  loss: { summary: "final training loss, low is better", orient: (loss) => -loss, isOfMethod: true },
  calibratedLoss: { summary: "loss / λ^0.4, low is better", orient: (loss) => -loss, isOfMethod: true },
  rankMe: { summary: "RankMe, high is better", orient: (rank) => rank, isOfMethod: false },
  alphaReq: { summary: "α-ReQ, near 1 is better", orient: (alpha) => -Math.abs(alpha - 1), isOfMethod: false },
  lidar: { summary: "LiDAR, high is better", orient: (rank) => rank, isOfMethod: false },
} as const satisfies Record<string, ScoreDefinition>;
export type LabelFreeScore = keyof typeof labelFreeScores;

/** How one score orders runs, against one accuracy. ρ is 1 if the score picks as the labels would. */
export interface SelectionResult extends RankCorrelation {
  readonly score: LabelFreeScore;
  readonly accuracy: string;
  /** A method, or "all methods". */
  readonly scope: string;
  /** Accuracy of the run the score would pick, beside the best there is. */
  readonly picked: number;
  readonly best: number;
}

export const ALL_METHODS = "all methods";
/** ρ of two runs is ±1 whatever they are. */
const FEWEST_RUNS = 3;
/** Power of λ that makes losses of different regularisation comparable. Source: arXiv:2511.08544, section 6. */
const CALIBRATION_POWER = 0.4;

/**
 * The loss of a regularised objective, made comparable over regulariser weights: loss / λ^0.4.
 * Source: Balestriero and LeCun 2025, arXiv:2511.08544. Meant for LeJEPA's total and its λ.
 * @throws ValueError unless λ > 0
 */
export function calibratedLoss(loss: number, regularizerWeight: number): number {
  if (!(regularizerWeight > 0)) {
    const hint = "Without a regulariser there is nothing to calibrate by.";
    throw new ValueError("calibratedLoss", "regularizerWeight", "more than 0", regularizerWeight, hint);
  }
  return loss / regularizerWeight ** CALIBRATION_POWER;
}

/**
 * Rank correlation of every label-free score with every accuracy: within each method, and over all methods for scores
 * that compare across them. Scopes with fewer than three runs that have both numbers are left out.
 * @param seed of the bootstrap
 */
export function selectWithoutLabels(rows: readonly SweepRow[], seed = 0): SelectionResult[] {
  const methods = [...new Set(rows.map(({ method }) => method))];
  const accuracies = [...new Set(rows.flatMap((row) => Object.keys(row.accuracies)))];
  const scopes = [
    ...methods.map((scope) => ({ scope, runs: rows.filter(({ method }) => method === scope) })),
    ...(methods.length > 1 ? [{ scope: ALL_METHODS, runs: rows }] : []),
  ];
  const scores = Object.keys(labelFreeScores) as LabelFreeScore[];
  return scopes.flatMap(({ scope, runs }) =>
    scores
      .filter((score) => scope !== ALL_METHODS || !labelFreeScores[score].isOfMethod)
      .flatMap((score) => accuracies.flatMap((accuracy) => resultOf(runs, scope, score, accuracy, seed))),
  );
}

function resultOf(
  runs: readonly SweepRow[],
  scope: string,
  score: LabelFreeScore,
  accuracy: string,
  seed: number,
): SelectionResult[] {
  const pairs = runs.flatMap((row) => {
    const [x, y] = [row.scores[score], row.accuracies[accuracy]];
    return isNumber(x) && isNumber(y) ? [{ x: labelFreeScores[score].orient(x), y }] : [];
  });
  if (pairs.length < FEWEST_RUNS) return [];
  const correlation = spearmanWithInterval(
    pairs.map(({ x }) => x),
    pairs.map(({ y }) => y),
    keyFor(seed, "model selection", scope, score, accuracy),
  );
  const picked = pairs.reduce((best, pair) => (pair.x > best.x ? pair : best)).y;
  return [{ score, accuracy, scope, ...correlation, picked, best: Math.max(...pairs.map(({ y }) => y)) }];
}

/** Failed runs have null, NaN or nothing there. */
function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** The results as a Markdown table. */
export function renderSelection(results: readonly SelectionResult[]): string {
  const lines = results.map(({ score, accuracy, scope, rho, low, high, n, picked, best }) => {
    const { summary } = labelFreeScores[score];
    const found = Number.isNaN(rho) ? "constant" : `${signed(rho)} (${signed(low)} to ${signed(high)})`;
    return `| ${scope} | ${summary} | ${accuracy} | ${found} | ${n} | ${percent(picked)} of ${percent(best)} |`;
  });
  return [
    "| Runs | Score without labels | Accuracy | Spearman ρ (95 %) | n | Its pick, of the best |",
    "|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
