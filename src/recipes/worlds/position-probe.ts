/** Where something is, read from the states of a frozen model: the space in which its futures are judged. */
import { chooseEngine, keyFor, Random, ValueError } from "../../compute/index.js";
import { createWorld, type World } from "../../environments/index.js";
import { ProgramCache, regress } from "../../evaluate/index.js";
import type { RunWorld } from "./run-world.js";

/** A probe of the model's states, and how well it reads. */
export interface PositionProbe {
  readonly names: readonly string[];
  /** One position for each state of [n, stateDim]. */
  positionsOf(states: Float32Array): number[][];
  /** Mean |error| for each name on states it has not learnt from, in the unit of the world, and that of always the mean. */
  readonly meanErrors: Readonly<Record<string, number>>;
  readonly floors: Readonly<Record<string, number>>;
}

const NUM_STATES = 4000;
const STATES_AN_EPISODE = 8;
const EPISODE_STEPS = 32;

/**
 * Linear, learnt from states as the world's own data has them, under the options that the run was trained with.
 * @param names of factors; default x and y
 * @throws ValueError if the world has no such factor
 */
export async function fitPositionProbe<S>(
  { name, world, config, statesOf }: RunWorld<S>,
  { names = ["x", "y"], seed = 0 }: { readonly names?: readonly string[]; readonly seed?: number } = {},
): Promise<PositionProbe> {
  const learnt = config.data.clips?.world;
  const source = (learnt?.name === name ? createWorld(name, learnt.options) : world) as World<S>;
  const random = new Random(keyFor(seed, "position probe"));
  const drawn: S[] = [];
  while (drawn.length < NUM_STATES) {
    const { states } = source.behave?.(random, EPISODE_STEPS) ?? { states: [source.reset(random)] };
    for (let i = 0; i < STATES_AN_EPISODE; i++) drawn.push(states[random.integer(states.length)]!);
  }
  const known = Object.keys(source.factors(drawn[0]!));
  const missing = names.find((factor) => !known.includes(factor));
  if (missing !== undefined) throw new ValueError("positionProbe", "names", `among ${known.join(", ")}`, missing);
  const values = await statesOf(drawn);
  const dim = values.length / drawn.length;
  const targets = drawn.flatMap((state) => names.map((factor) => source.factors(state)[factor]!));
  const numTrain = Math.floor((NUM_STATES * 3) / 4); // whole episodes on either side
  const rows = (from: number, to: number) => ({
    source: { numImages: drawn.length, dim, values },
    indices: Int32Array.from({ length: to - from }, (_, i) => from + i),
    targets: targets.slice(from * names.length, to * names.length),
  });
  const programs = new ProgramCache(await chooseEngine(config.engine));
  try {
    const { scores, model } = await regress({
      ...{ train: rows(0, numTrain), test: rows(numTrain, drawn.length) },
      ...{ names, seed, programs },
    });
    const byName = (of: (score: (typeof scores)[string]) => number) =>
      Object.fromEntries(names.map((factor) => [factor, of(scores[factor]!)]));
    return {
      names,
      positionsOf: (states) => readAll(states, dim, model),
      meanErrors: byName(({ mae }) => mae.mean),
      floors: byName(({ meanMae }) => meanMae),
    };
  } finally {
    await programs.dispose();
  }
}

function readAll(
  states: Float32Array,
  dim: number,
  { weights, biases }: { readonly weights: Float64Array; readonly biases: Float64Array },
): number[][] {
  const width = biases.length;
  return Array.from({ length: states.length / dim }, (_, i) =>
    Array.from({ length: width }, (_, w) => {
      let sum = biases[w]!;
      for (let d = 0; d < dim; d++) sum += states[i * dim + d]! * weights[d * width + w]!;
      return sum;
    }),
  );
}
