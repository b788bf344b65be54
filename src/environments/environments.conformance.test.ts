/** What every environment must do, whatever its rules: the suite reads the catalogue. */
import { describe, expect, test } from "vitest";
import { ShapeError, ValueError } from "../compute/errors.js";
import { resolveOptions } from "../compute/options.js";
import { type Key, keyFor, Random } from "../compute/random.js";
import { createWorld, environments } from "./catalog.js";
import { type Environment, type Episode, hasGoals, type World } from "./environment.js";
import { isSolved, runPolicy } from "./run-policy.js";

const NUM_STEPS = 20;

describe.each(Object.entries(environments as unknown as Record<string, Environment>))("%s", (name, environment) => {
  const world = createWorld(name);
  const streamOf = (...path: readonly (string | number)[]) => new Random(keyFor(5, name, ...path));

  test("is listed under its own name, with options that have defaults", () => {
    expect(environment.name).toBe(name);
    expect(environment.summary).toMatch(/^[a-z].*[^.]$/);
    expect(() => resolveOptions(name, environment.options)).not.toThrow();
    expect(() => createWorld(name, { nothing: 1 })).toThrow(/unknown option "nothing"/);
  });

  test("the same key gives the same episode, another key another one", () => {
    const picturesOf = (key: Key) => episodeOf(world, new Random(key)).states.map((state) => [...world.render(state)]);
    expect(picturesOf(keyFor(1))).toEqual(picturesOf(keyFor(1)));
    expect(picturesOf(keyFor(1))).not.toEqual(picturesOf(keyFor(2)));
  });

  test("states are plain data that nobody changes", () => {
    const random = streamOf("frozen");
    let state = deepFrozen(world.reset(random));
    for (let i = 0; i < NUM_STEPS; i++) {
      world.render(state);
      world.factors(state);
      state = deepFrozen(world.step(state, actionOf(world, random), random));
    }
    const copy = JSON.parse(JSON.stringify(state));
    expect(copy).toEqual(state);
    expect(world.render(copy)).toEqual(world.render(state));
  });

  test("pictures have the promised shape, and something in them moves", () => {
    const { size, channels } = world.observation;
    const pictures = episodeOf(world, streamOf("pictures")).states.map((state) => world.render(state));
    for (const picture of pictures) {
      expect(picture).toBeInstanceOf(Uint8Array);
      expect(picture).toHaveLength(size * size * channels);
    }
    expect(new Set(pictures.map(String)).size).toBeGreaterThan(NUM_STEPS / 2);
  });

  test("factors are the same finite numbers in every state, and tell states apart", () => {
    const { states } = episodeOf(world, streamOf("factors"));
    const factors = states.map((state) => world.factors(state));
    for (const each of factors) {
      expect(Object.keys(each)).toEqual(Object.keys(factors[0]!));
      expect(Object.values(each).every(Number.isFinite)).toBe(true);
    }
    expect(new Set(factors.map((each) => JSON.stringify(each))).size).toBeGreaterThan(NUM_STEPS / 2);
  });

  test("episodes have an action between two states each", () => {
    const { states, actions } = episodeOf(world, streamOf("episode"));
    expect(states).toHaveLength(NUM_STEPS + 1);
    expect(actions).toHaveLength(NUM_STEPS);
    for (const action of actions) {
      expect(action).toHaveLength(world.actionDim);
      expect(action.every(Number.isFinite)).toBe(true);
    }
  });

  test("an action of another width, or one that is no number, is refused", () => {
    const random = streamOf("bad");
    const state = world.reset(random);
    const tooWide = Array<number>(world.actionDim + 1).fill(0);
    expect(() => world.step(state, tooWide, random)).toThrow(ShapeError);
    if (world.actionDim === 0) return;
    const broken = Array<number>(world.actionDim).fill(Number.NaN);
    expect(() => world.step(state, broken, random)).toThrow(ValueError);
  });

  if (!hasGoals(world)) return;

  test("tasks are not solved at the start, and their goal is", () => {
    for (let i = 0; i < 50; i++) {
      const { start, goal } = world.drawTask(streamOf("task", i));
      for (const { isMet } of Object.values(world.successRules)) {
        expect(isMet(start, goal)).toBe(false);
        expect(isMet(goal, goal)).toBe(true);
      }
    }
  });

  test("no way is shorter than the straight one, and none is left at the goal", () => {
    const { euclidean, geodesic } = world.costs;
    for (let i = 0; i < 200; i++) {
      const { start, goal } = world.drawTask(streamOf("cost", i));
      expect(geodesic(start, goal)).toBeGreaterThanOrEqual(euclidean(start, goal) - 1e-9);
      expect(euclidean(start, goal)).toBeGreaterThan(0);
      expect(geodesic(goal, goal)).toBe(0);
    }
  });

  test("who does nothing fails, and the scripted solution succeeds where they start and end alike", () => {
    const shareOf = (policy: keyof typeof world.policies, rule: string, n = 40) => {
      const solved = Array.from({ length: n }, (_, i) => {
        const task = world.drawTask(streamOf("policy", i));
        const episode = runPolicy(world, world.policies[policy], task, streamOf("policy", i, "episode"));
        return isSolved(world.successRules[rule]!, episode, task.goal);
      });
      return solved.filter(Boolean).length / n;
    };
    const [rule] = Object.keys(world.successRules);
    expect(shareOf("zero", rule!)).toBe(0);
    expect(shareOf("oracle", rule!)).toBeGreaterThanOrEqual(0.9);
    expect(shareOf("random", rule!)).toBeLessThan(0.3);
  });
});

test("an unknown environment names the nearest", () => {
  expect(() => createWorld("twoRoom")).toThrow(/unknown environment "twoRoom"\. Did you mean "twoRooms"\?/);
});

/** As models learn from it, or by its own rules from a first state. */
function episodeOf(world: World, random: Random): Episode {
  if (world.behave !== undefined) return world.behave(random, NUM_STEPS);
  const states = [world.reset(random)];
  const actions = Array.from({ length: NUM_STEPS }, () => actionOf(world, random));
  for (const action of actions) states.push(world.step(states.at(-1), action, random));
  return { states, actions };
}

function actionOf({ actionDim }: World, random: Random): number[] {
  return Array.from({ length: actionDim }, () => random.uniform(-1, 1));
}

function deepFrozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFrozen);
  return value;
}
