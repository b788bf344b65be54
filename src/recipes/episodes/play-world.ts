/** An episode of an environment, to be looked at. */
import { keyFor, lookUp, Random, resolveOptions, ValueError } from "../../compute/index.js";
import { environmentSource, recordOf } from "../../data/index.js";
import {
  createWorld,
  type Environment,
  type Episode,
  environments,
  hasGoals,
  hasViolations,
  isSolved,
  runPolicy,
  type World,
} from "../../environments/index.js";
import { checkSceneFile, type EpisodeScene, type SceneFileOptions, writeScene } from "./episode-frames.js";

export interface PlayOptions extends Omit<SceneFileOptions, "out"> {
  readonly environment: string;
  /** Of the environment. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Default 0. */
  readonly seed?: number;
  /** Default 31; of a policy until shortly after it has arrived, or to the end. */
  readonly numSteps?: number;
  /** Who acts towards a goal: "zero", "random", "straightLine" or "oracle". Default: the data's behaviour, without one. */
  readonly policy?: string;
  /** Show a matched pair instead, one possible, one not. */
  readonly violation?: string;
  /** Default: the environment's name and .png. */
  readonly out?: string;
}

export interface PlayedEpisode {
  readonly path: string;
  /** What is seen, in words. */
  readonly text: string;
}

const NUM_STEPS = 31;
/** Steps that an agent is still watched after it has arrived. */
const STEPS_AFTER = 7;

/**
 * Write an episode as a strip of frames (.png) or an animation (.gif). Without a policy or a violation it is the first one
 * that `generateEpisodes` writes with the same seed, steps and options.
 * @throws UnknownNameError or ValueError for an environment, an option, a policy, a violation or a file that cannot be
 */
export async function playWorld(options: PlayOptions): Promise<PlayedEpisode> {
  const { environment: name, policy, violation, numFrames, framesPerSecond } = options;
  const { out = `${name}.png` } = options;
  const file = {
    out,
    ...(numFrames !== undefined && { numFrames }),
    ...(framesPerSecond !== undefined && { framesPerSecond }),
  };
  checkSceneFile("play", file);
  const world = createWorld(name, options.options);
  if (policy !== undefined && violation !== undefined) {
    throw new ValueError("play", "policy", "left out with a violation", policy, "Nobody acts in matched pairs.");
  }
  const scene =
    violation !== undefined
      ? playViolation(world, violation, options)
      : policy !== undefined
        ? playPolicy(world, policy, options)
        : await playBehaviour(world, options);
  await writeScene(scene, file);
  return { path: out, text: `${scene.title}: ${scene.subtitle}` };
}

function stepsOf({ numSteps = NUM_STEPS }: PlayOptions): number {
  const table = { steps: { default: NUM_STEPS, min: 1, integer: true, doc: "steps" } };
  return resolveOptions("play", table, { steps: numSteps }).steps;
}

async function playBehaviour(world: World, options: PlayOptions): Promise<EpisodeScene> {
  const { environment, options: given = {}, seed = 0 } = options;
  const numSteps = stepsOf(options);
  const source = environmentSource(environment, { options: given, numEpisodes: 1, numSteps, seed });
  const { observations } = await source.episodeAt(0);
  const what = world.actionDim === 0 ? "it goes on by itself" : "as in the data that models learn from";
  return {
    title: environment,
    subtitle: `${numSteps} steps, seed ${seed}; ${what}`,
    shape: world.observation,
    tracks: [{ observations }],
  };
}

function playPolicy(world: World, name: string, options: PlayOptions): EpisodeScene {
  const { environment, seed = 0, numSteps } = options;
  if (!hasGoals(world)) {
    const hint = `Goals are in ${namesWhere(hasGoals)}.`;
    throw new ValueError("play", "policy", `left out: nothing is wanted in ${environment}`, name, hint);
  }
  const policy = lookUp("play", "policy", world.policies, name);
  if (numSteps !== undefined && stepsOf(options) > world.maxSteps) {
    throw new ValueError("play", "steps", `at most ${world.maxSteps}, as an agent has`, numSteps);
  }
  const random = new Random(keyFor(seed, "task"));
  const task = world.drawTask(random);
  const whole = runPolicy(world, policy, task, random);
  const rules = Object.values(world.successRules);
  const arrival = whole.states.findIndex(
    (state, step) => step > 0 && rules.some((rule) => rule.isMet(state, task.goal)),
  );
  const shown = Math.min(numSteps ?? (arrival === -1 ? world.maxSteps : arrival + STEPS_AFTER), world.maxSteps);
  const verdicts = rules.map((rule) => `${rule.doc}: ${isSolved(rule, whole, task.goal) ? "yes" : "no"}`);
  return {
    title: `${environment}, ${name}`,
    subtitle: `${shown} of ${world.maxSteps} steps, seed ${seed}. After all: ${verdicts.join("; ")}`,
    shape: world.observation,
    tracks: [{ observations: observationsOf(world, firstSteps(whole, shown)) }],
    goal: world.render(task.goal),
  };
}

function playViolation(world: World, name: string, options: PlayOptions): EpisodeScene {
  const { environment, seed = 0 } = options;
  if (!hasViolations(world)) {
    const hint = `Violations are in ${namesWhere(hasViolations)}.`;
    throw new ValueError("play", "violation", `left out: nothing is impossible in ${environment}`, name, hint);
  }
  const violation = lookUp("play", "violation", world.violations, name);
  const numSteps = stepsOf(options);
  const { possible, impossible, at } = violation.drawPair(new Random(keyFor(seed, "violation", name)), numSteps);
  return {
    title: `${environment}, ${name}`,
    subtitle: `${numSteps} steps, seed ${seed}, that differ from step ${at} on: ${violation.doc.replaceAll("`", "")}`,
    shape: world.observation,
    tracks: [
      { label: "possible", observations: observationsOf(world, possible) },
      { label: violation.isControl ? "control" : "impossible", observations: observationsOf(world, impossible) },
    ],
    mark: { step: at, reason: "differs" },
  };
}

function firstSteps({ states, actions }: Episode, count: number): Episode {
  return { states: states.slice(0, count + 1), actions: actions.slice(0, count) };
}

function observationsOf(world: World, episode: Episode): Uint8Array {
  return recordOf(world, episode).observations;
}

/** Environments that can do something, by name. */
function namesWhere(can: (world: World) => boolean): string {
  const all = Object.values<Environment>(environments as unknown as Readonly<Record<string, Environment>>);
  return all.flatMap(({ name }) => (can(createWorld(name)) ? [name] : [])).join(", ");
}
