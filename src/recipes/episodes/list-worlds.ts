/** The environments there are, and what acting without learning reaches in them. */
import { keyFor, type OptionTable } from "../../compute/index.js";
import { createWorld, type Environment, environments, hasGoals, hasViolations } from "../../environments/index.js";
import { type Estimate, wilsonEstimate } from "../../evaluate/index.js";
import { drawTasks, measurePolicy } from "../../plan/index.js";

export interface WorldFacts {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  readonly options: OptionTable;
  /** Of a picture: side and channels. */
  readonly size: number;
  readonly channels: number;
  readonly actionDim: number;
  /** Steps that an agent has; absent where nothing is wanted. */
  readonly maxSteps?: number;
  /** Names of matched pairs, one possible, one not. */
  readonly violations: readonly string[];
}

/** How often policies that have learnt nothing solve tasks, by a success rule. */
export interface WorldFloors {
  /** In words. */
  readonly rule: string;
  /** By the name of the policy. */
  readonly success: Readonly<Record<string, Estimate>>;
}

export interface FloorOptions {
  readonly options?: Readonly<Record<string, unknown>>;
  /** Default 40. */
  readonly numTasks?: number;
  /** Default 0. */
  readonly seed?: number;
}

/** Every environment, with its default options. */
export function listWorlds(): readonly WorldFacts[] {
  const all = Object.values<Environment>(environments as unknown as Readonly<Record<string, Environment>>);
  return all.map(({ name, summary, source, options }) => {
    const world = createWorld(name);
    return {
      ...{ name, summary, source, options },
      ...{ size: world.observation.size, channels: world.observation.channels, actionDim: world.actionDim },
      ...(hasGoals(world) && { maxSteps: world.maxSteps }),
      violations: hasViolations(world) ? Object.keys(world.violations) : [],
    };
  });
}

/**
 * Success of every policy that knows the true state, on the same tasks; none for an environment without goals.
 * @param options of the environment
 * @throws ValueError without tasks
 */
export function worldFloors(
  name: string,
  { options = {}, numTasks = 40, seed = 0 }: FloorOptions = {},
): readonly WorldFloors[] {
  const world = createWorld(name, options);
  if (!hasGoals(world)) return [];
  const tasks = drawTasks(world, numTasks, keyFor(seed, "floors", "tasks"));
  const rows = Object.entries(world.policies).map(([policy, act]) =>
    measurePolicy(policy, world, act, tasks, keyFor(seed, "floors", policy)),
  );
  return Object.entries(world.successRules).map(([rule, { doc }]) => ({
    rule: doc,
    success: Object.fromEntries(
      rows.map((row) => [row.name, wilsonEstimate(row.solved[rule]!, row.numTasks)] as const),
    ),
  }));
}
