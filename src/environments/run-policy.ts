/** Episodes of an agent that knows the true state. */
import type { Random } from "../compute/random.js";
import type { Episode, GoalWorld, Policy, SuccessRule, Task } from "./environment.js";

/** Let a policy act for all the steps that an agent has. */
export function runPolicy<S>(world: GoalWorld<S>, policy: Policy<S>, task: Task<S>, random: Random): Episode<S> {
  const states = [task.start];
  const actions: (readonly number[])[] = [];
  for (let i = 0; i < world.maxSteps; i++) {
    const action = policy(states[i]!, task, random);
    actions.push(action);
    states.push(world.step(states[i]!, action, random));
  }
  return { states, actions };
}

/** Whether an episode that began at its first state meets a rule; the start itself does not count. */
export function isSolved<S>(rule: SuccessRule<S>, { states }: Pick<Episode<S>, "states">, goal: S): boolean {
  const asked = rule.when === "end" ? states.slice(-1) : states.slice(1);
  return asked.some((state) => rule.isMet(state, goal));
}
