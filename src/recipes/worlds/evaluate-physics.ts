/** Does a run's model expect what its world allows? Violation of expectation on matched pairs, beside what knows no rules. */
import { childKey, type Key, keyFor, Random, ValueError } from "../../compute/index.js";
import { type Episode, hasViolations, type ViolationPair, type ViolationWorld } from "../../environments/index.js";
import {
  type PhysicsReport,
  physicsReport,
  pixelDifference,
  pixelExtrapolation,
  type SurpriseOfFrames,
  surprisesAt,
  type ViolationSurprise,
  violationClips,
} from "../../evaluate/index.js";
import { openRunWorld, type RunWorld, type RunWorldOptions } from "./run-world.js";

export interface EvaluatePhysicsOptions extends RunWorldOptions {
  /** Matched pairs of each violation; default 500. */
  readonly pairs?: number;
  /** Steps of an episode; default 24. */
  readonly steps?: number;
  readonly seed?: number;
  readonly onProgress?: (text: string) => void;
}

export interface PhysicsOutcome {
  readonly environment: string;
  /** The model first, then what knows no rules, all on the same pairs. */
  readonly reports: Readonly<Record<string, PhysicsReport>>;
}

const DEFAULTS = { pairs: 500, steps: 24, seed: 0 } as const;

/** Pixels of the same pairs, by what learnt nothing. */
const BASELINES: Readonly<Record<string, SurpriseOfFrames>> = {
  "pixel difference": pixelDifference,
  "pixel extrapolation": pixelExtrapolation,
};

/**
 * Surprise of a run's model, step by step, at pairs of which one episode breaks a rule.
 * @throws ValueError for a world that breaks no rules, or in which somebody acts
 */
export async function evaluatePhysics(path: string, options: EvaluatePhysicsOptions = {}): Promise<PhysicsOutcome> {
  const { pairs: numPairs, steps: numSteps, seed, onProgress } = { ...DEFAULTS, ...options };
  const run = await openRunWorld<unknown>("physics", path, options);
  try {
    const { world } = run;
    if (!hasViolations(world)) {
      const hint = "Expectations are tested where they can be broken on purpose.";
      throw new ValueError("physics", "environment", "one with violations (occluder)", run.name, hint);
    }
    const key = keyFor(seed, "physics");
    const { couples = [] } = world;
    const classes: ViolationSurprise[] = [];
    for (const [name, { isControl }] of Object.entries(world.violations)) {
      onProgress?.(name);
      const drawn = drawPairs(world, name, { numPairs, numSteps, key });
      classes.push({ name, isControl, pairs: await surpriseOf(run, drawn) });
    }
    onProgress?.("pixels");
    const clips = violationClips(world, { numPairs, numSteps, key });
    const pixels = surprisesAt(clips, BASELINES);
    const reportOf = (of: readonly ViolationSurprise[]) => physicsReport(of, { key, couples });
    const baselines = Object.entries(pixels).map(([name, of]) => [name, reportOf(of)] as const);
    return { environment: run.name, reports: { model: reportOf(classes), ...Object.fromEntries(baselines) } };
  } finally {
    await run.close();
  }
}

/** The pairs that `violationClips` shows. */
function drawPairs<S>(
  world: ViolationWorld<S>,
  name: string,
  { numPairs, numSteps, key }: { readonly numPairs: number; readonly numSteps: number; readonly key: Key },
): ViolationPair<S>[] {
  return Array.from({ length: numPairs }, (_, i) =>
    world.violations[name]!.drawPair(new Random(childKey(key, "pair", i)), numSteps),
  );
}

async function surpriseOf(run: RunWorld, pairs: readonly ViolationPair[]): Promise<ViolationSurprise["pairs"]> {
  const [possible, impossible] = [
    await surprisesAtEpisodes(
      run,
      pairs.map((pair) => pair.possible),
    ),
    await surprisesAtEpisodes(
      run,
      pairs.map((pair) => pair.impossible),
    ),
  ];
  return pairs.map((_, i) => ({ possible: possible[i]!, impossible: impossible[i]! }));
}

/** Surprise at each state that the model looks at, after the first. */
async function surprisesAtEpisodes(
  { imaginer, statesOf, config }: RunWorld,
  episodes: readonly Episode[],
): Promise<number[][]> {
  const { frameStride } = config.data.clips!;
  const shown = episodes.map(({ states }) => states.filter((_, t) => t % frameStride === 0));
  const T = shown[0]!.length;
  const n = episodes.length;
  const states: Float32Array[] = [];
  for (let t = 0; t < T; t++) states.push(await statesOf(shown.map((frames) => frames[t]!)));
  const nothing = states.slice(1).map(() => new Float32Array(n * imaginer.actionDim));
  const surprises = await imaginer.surprises(states, nothing, n);
  return Array.from({ length: n }, (_, i) => [...surprises.subarray(i * (T - 1), (i + 1) * (T - 1))]);
}
