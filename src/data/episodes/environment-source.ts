/** Episodes of an environment, as it is usually behaved in. */
import { resolveOptions } from "../../compute/options.js";
import { keyFor, Random } from "../../compute/random.js";
import { createWorld, type Episode, type World } from "../../environments/index.js";
import type { EpisodeRecord, EpisodeSource } from "./episode-source.js";

export interface EnvironmentSourceOptions {
  /** Of the environment. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly numEpisodes: number;
  /** Observations are one more. */
  readonly numSteps: number;
  readonly seed: number;
}

/** @throws UnknownNameError or ValueError for an environment, an option or a number that cannot be */
export function environmentSource(
  name: string,
  { options = {}, seed, ...given }: EnvironmentSourceOptions,
): EpisodeSource {
  const count = { default: 1, min: 1, integer: true };
  const { numEpisodes, numSteps } = resolveOptions(
    "generate",
    { numEpisodes: { ...count, doc: "episodes" }, numSteps: { ...count, doc: "steps of each" } },
    given,
  );
  const world = createWorld(name, options);
  const random = (index: number) => new Random(keyFor(seed, "episode", index));
  return {
    name,
    observation: { kind: "frames", ...world.observation },
    actionDim: world.actionDim,
    factorNames: Object.keys(world.factors(world.reset(random(0)))),
    numEpisodes,
    description: { environment: name, options, numSteps, seed },
    episodeAt: (index) => recordOf(world, behave(world, random(index), numSteps)),
  };
}

/** As the world's own data is made, or by letting it go on from a first state. */
function behave(world: World, random: Random, numSteps: number): Episode {
  if (world.behave !== undefined) return world.behave(random, numSteps);
  const actions = Array.from({ length: numSteps }, () => Array<number>(world.actionDim).fill(0));
  const states = [world.reset(random)];
  for (const action of actions) states.push(world.step(states.at(-1)!, action, random));
  return { states, actions };
}

/** Pictures, actions and factors of an episode. */
export function recordOf(world: World, { states, actions }: Episode): EpisodeRecord {
  const { size, channels } = world.observation;
  const bytes = size * size * channels;
  const observations = new Uint8Array(states.length * bytes);
  states.forEach((state, i) => {
    observations.set(world.render(state), i * bytes);
  });
  return {
    observations,
    actions: Float32Array.from(actions.flat()),
    factors: Float32Array.from(states.flatMap((state) => Object.values(world.factors(state)))),
  };
}
