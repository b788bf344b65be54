/** Are the futures of a run several, and the right ones? At moments of its world that branch, at places held out. */
import { childKey, type Key, keyFor, ValueError } from "../../compute/index.js";
import { type BranchingWorld, hasFutures } from "../../environments/index.js";
import {
  type BranchEnergies,
  type FuturesReport,
  type FuturesSubject,
  type FutureTrial,
  futuresReport,
} from "../../evaluate/index.js";
import { type BranchMoment, drawBranchMoments } from "./branch-trials.js";
import { fitPositionProbe, type PositionProbe } from "./position-probe.js";
import { openRunWorld, type RunWorld, type RunWorldOptions } from "./run-world.js";

export interface EvaluateFuturesOptions extends RunWorldOptions {
  /** Moments that branch, and as many that do not; default 300. */
  readonly trials?: number;
  /** A run of the same settings that knows one future: what several are worth. */
  readonly twin?: string;
  /** How near a future must be to be one of a mode, in the world's unit; default 3. */
  readonly threshold?: number;
  readonly seed?: number;
  readonly onProgress?: (text: string) => void;
}

export interface FuturesOutcome {
  readonly environment: string;
  readonly report: FuturesReport;
  /** How well positions are read from states: futures cannot be judged more finely. */
  readonly probe: Pick<PositionProbe, "names" | "meanErrors" | "floors">;
}

const DEFAULTS = { trials: 300, threshold: 3, seed: 0 } as const;

/**
 * Futures of a run at moments before something branches: where its model says the dot will be at the end of a clip, read
 * by a probe, against everything that may happen there. Codes are enumerated with their prior; nothing knows the outcome.
 * @throws ValueError for a world that does not know its futures
 */
export async function evaluateFutures(path: string, options: EvaluateFuturesOptions = {}): Promise<FuturesOutcome> {
  const { trials: count, threshold, seed } = { ...DEFAULTS, ...options };
  const run = await openRunWorld<unknown>("futures", path, options);
  const twin = options.twin === undefined ? undefined : await openRunWorld<unknown>("futures", options.twin, options);
  try {
    const world = branching(run);
    const { clipLength, frameStride } = run.config.data.clips!;
    const contextLength = contextOf(run);
    const horizon = clipLength - contextLength;
    const key = keyFor(seed, "futures");
    const drawn = { count, contextLength, frameStride, horizon, threshold, key: childKey(key, "moments") };
    const moments = drawBranchMoments(world, drawn);
    const subject = await subjectOf("model", run, world, moments, { key, onProgress: options.onProgress });
    const other =
      twin && (await subjectOf("deterministic twin", twin, world, moments, { key, onProgress: options.onProgress }));
    const report = futuresReport(subject, { key, threshold, ...(other && { twin: other }) });
    const { names, meanErrors, floors } = subject.probe;
    return { environment: run.name, report, probe: { names, meanErrors, floors } };
  } finally {
    await run.close();
    await twin?.close();
  }
}

function branching<S>({ name, world }: RunWorld<S>): BranchingWorld<S> {
  if (hasFutures(world)) return world;
  const hint = "Several futures can be judged where all of them are known.";
  throw new ValueError("futures", "environment", "one that knows what may happen next (junction)", name, hint);
}

function contextOf({ config }: RunWorld<unknown>): number {
  return (config.objective.options as { readonly contextLength?: number }).contextLength ?? 1;
}

interface Measuring {
  readonly key: Key;
  readonly onProgress: ((text: string) => void) | undefined;
}

/** The trials of one run, its own probe reading its own states. */
async function subjectOf(
  name: string,
  run: RunWorld<unknown>,
  world: BranchingWorld<unknown>,
  moments: readonly BranchMoment<unknown>[],
  { onProgress }: Measuring,
): Promise<FuturesSubject & { readonly probe: PositionProbe }> {
  const { imaginer, statesOf } = run;
  const { numFutures, stateDim: D } = imaginer;
  onProgress?.(`${name}: probe`);
  const probe = await fitPositionProbe(run);
  onProgress?.(`${name}: ${moments.length} moments`);
  const n = moments.length;
  const contextLength = moments[0]!.context.length;
  const horizon = moments[0]!.outcome.length;
  const seen: Float32Array[] = [];
  for (let c = 0; c < contextLength; c++) seen.push(await statesOf(moments.map(({ context }) => context[c]!)));
  const width = imaginer.actionDim;
  const between = seen.slice(1).map(() => new Float32Array(n * width)); // nobody steers
  const standing = await imaginer.look(seen, between, n);
  const ahead = new Float32Array(n * horizon * width);
  const { states, chances } = await imaginer.imagine(standing, ahead, { count: n, horizon });
  const lastOf = (i: number, k: number) => {
    const at = ((i * numFutures + k) * horizon + horizon - 1) * D;
    return states.subarray(at, at + D);
  };
  const positionOf = (state: unknown) => probe.names.map((factor) => world.factors(state)[factor]!);
  const trials = moments.map(
    ({ futures, outcome }, i): FutureTrial => ({
      futures: Array.from({ length: numFutures }, (_, k) => ({
        position: probe.positionsOf(lastOf(i, k))[0]!,
        probability: chances[i * numFutures + k]!,
      })),
      modes: futures.map((future) => ({ position: positionOf(future.states.at(-1)), probability: future.probability })),
      outcome: positionOf(outcome.at(-1)),
    }),
  );
  const energies = await energiesOf(run, world, moments, lastOf);
  return { name, trials, energies, probe };
}

/** F(x, y) = min_k mean (ŝ_k − s(y))² of pictures y at the end: both futures, half way between them, another trial's. */
async function energiesOf(
  { imaginer: { numFutures, stateDim: D }, statesOf }: RunWorld<unknown>,
  world: BranchingWorld<unknown>,
  moments: readonly BranchMoment<unknown>[],
  lastOf: (trial: number, code: number) => Float32Array,
): Promise<BranchEnergies[]> {
  const branching = [...moments.entries()].filter(([, { futures }]) => futures.length > 1);
  const candidates = branching.flatMap(([, { futures }], b) => {
    const [right, left] = futures.map(({ states }) => states.at(-1)!);
    const elsewhere = branching[(b + 1) % branching.length]![1].futures[0]!.states[0]!;
    return [right!, left!, world.between(right!, left!), elsewhere];
  });
  const states = await statesOf(candidates);
  const energyOf = (trial: number, candidate: number) => {
    let least = Number.POSITIVE_INFINITY;
    for (let k = 0; k < numFutures; k++) {
      const said = lastOf(trial, k);
      let sum = 0;
      for (let d = 0; d < D; d++) sum += (said[d]! - states[candidate * D + d]!) ** 2 / D;
      least = Math.min(least, sum);
    }
    return least;
  };
  return branching.map(([trial], b) => ({
    valid: [energyOf(trial, 4 * b), energyOf(trial, 4 * b + 1)],
    midpoint: energyOf(trial, 4 * b + 2),
    impossible: [energyOf(trial, 4 * b + 3)],
  }));
}
