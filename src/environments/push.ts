/** A block that is pushed into its place. Source: Push-T (Chi et al. 2023, arXiv:2303.04137), in its form of DINO-WM. */
import type { ConfigOf } from "../compute/options.js";
import { requireAction } from "./action.js";
import type { Environment, GoalWorld } from "./environment.js";
import { createTable, MAX_STRIDE, type PushState, SIZE } from "./push/physics.js";
import { drawTable, NUM_CHANNELS } from "./push/picture.js";
import { policies } from "./push/policies.js";
import { drawStrokes } from "./push/strokes.js";
import { drawState, drawTask, poseDistance, pushingEffort, successRules } from "./push/task.js";

export type { PushState } from "./push/physics.js";

export const pushOptions = {
  maxShift: { default: 14, min: 5, max: 24, doc: "pixels between the block's places at start and goal, at most" },
  maxTurn: { default: 1, min: 0, max: Math.PI, doc: "radians between its angles at start and goal, at most" },
} as const;

const MAX_STEPS = 50;

/**
 * A table seen from above at 48 × 48 pixels in colour: a disc of radius 2 px (the agent) pushes a T of side 16 px, both in
 * the proportions of Push-T. Actions [2] are where the agent wants to go, in pixels from where it is; longer ones are
 * shortened to 4. Pushing costs it a quarter of the way. Rigid bodies by planck, ten substeps a step: the table's friction
 * is viscous and strong (what nothing pushes rests within a tenth of a step), walls stop both bodies.
 * Success at step 50: the block within 2 px (an eighth of its side) and π/9 of its goal. Costs: `euclidean` is the root
 * mean square distance of the block's points from their goal; `geodesic` is the agent's way to the best contact, the push
 * from there, and ten times what that push leaves: an estimate of the effort, not a shortest path.
 * Data: straight strokes of 3 to 10 steps at 1 to 4 px, three quarters of them at the block.
 * Deviations from Push-T: smaller, as above; Push-T allows 20 where the side is 120, agent included, and here the agent's
 * place does not count; the agent is driven to its target within a step, where upstream a soft spring pulls it for longer;
 * goals are not painted on the table.
 */
export const push: Environment<typeof pushOptions, PushState> = {
  name: "push",
  summary: "a disc pushes a T-shaped block to a place and an angle",
  source: "real-stanford/diffusion_policy; arXiv:2303.04137, arXiv:2411.04983",
  options: pushOptions,
  create: pushWorld,
};

function pushWorld(range: ConfigOf<typeof pushOptions>): GoalWorld<PushState> {
  const table = createTable();
  return {
    observation: { size: SIZE, channels: NUM_CHANNELS },
    actionDim: 2,
    maxActionNorm: MAX_STRIDE,
    maxSteps: MAX_STEPS,

    reset: drawState,
    step(state, action) {
      requireAction("push", 2, action);
      return table.advance(state, action);
    },
    render: drawTable,
    factors: ({ agent, block }) => ({
      agentX: agent.x,
      agentY: agent.y,
      blockX: block.x,
      blockY: block.y,
      blockCos: Math.cos(block.angle),
      blockSin: Math.sin(block.angle),
    }),
    behave: (random, numSteps) => drawStrokes(table, numSteps, random),

    drawTask: (random) => drawTask(range, random),
    successRules,
    policies,
    costs: { euclidean: poseDistance, geodesic: pushingEffort },
  };
}
