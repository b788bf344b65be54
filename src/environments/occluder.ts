/** A ball, a screen and a wall. After IntPhys (Riochet et al. 2018, arXiv:1803.07616), made small. */
import type { ConfigOf } from "../compute/options.js";
import { requireAction } from "./action.js";
import type { Environment } from "./environment.js";
import { advance } from "./occluder/motion.js";
import { type ViolationRecipe, violationFrom } from "./occluder/pairs.js";
import { NUM_CHANNELS, stagePainter } from "./occluder/picture.js";
import { drawScene } from "./occluder/scene.js";
import { isHidden, type OccluderState, SIZE } from "./occluder/stage.js";
import { violationRecipes } from "./occluder/violations.js";
import type { Violation, ViolationWorld } from "./violation.js";

const presence = { default: "sometimes", choices: ["sometimes", "always", "never"] } as const;

export const occluderOptions = {
  screens: { ...presence, doc: "whether scenes have a screen; sometimes: three in four" },
  walls: { ...presence, doc: "whether scenes have a wall that the ball bounces off; sometimes: three in ten" },
} as const;

/**
 * A side view at 32 × 32 pixels: a ball of radius 2 comes in from one side and rolls along the floor or flies under
 * gravity, bouncing off floor and ceiling (restitution .8) and off a wall (1); a screen before it may hide a part of its
 * way. The world goes on by itself, and draws nothing after the first state. All that is drawn is in the state: height,
 * speed (1.2 to 2.4 px a step), side, delay and colour of the ball, place and size of the screen, place of the wall; one
 * scene in twenty has no ball. Who is not late has passed the screen wholly after 23 steps, if no wall is in the way.
 * `factors` say 0 for all of a screen or a wall that is not there.
 * `violations` are drawn from their own scenes, whatever the options: each has a screen or a wall where it needs one.
 * Deviations from IntPhys: two dimensions, one ball, and pairs where there are quadruplets; `vanish` and `appear`, and
 * `throughWall` and `turnBack`, make quadruplets with the same random numbers.
 */
export const occluder: Environment<typeof occluderOptions, OccluderState> = {
  name: "occluder",
  summary: "a ball rolls, flies and bounces, and a screen hides part of its way",
  source: "after IntPhys, arXiv:1803.07616",
  options: occluderOptions,
  create({ screens, walls }: ConfigOf<typeof occluderOptions>): ViolationWorld<OccluderState> {
    const render = stagePainter();
    return {
      observation: { size: SIZE, channels: NUM_CHANNELS },
      actionDim: 0,
      reset: (random) => drawScene(random, { ball: "sometimes", screens, walls }),
      step(state, action) {
        requireAction("occluder", 0, action);
        return advance(state);
      },
      render,
      factors,
      couples: [
        ["vanish", "appear"],
        ["throughWall", "turnBack"],
      ],
      violations: Object.fromEntries(
        Object.entries<ViolationRecipe>(violationRecipes).map(([name, recipe]): [string, Violation<OccluderState>] => [
          name,
          violationFrom(name, recipe, render),
        ]),
      ),
    };
  },
};

function factors(state: OccluderState) {
  const { x, y, vx, vy, colour, screen, wall } = state;
  return {
    x,
    y,
    vx,
    vy,
    colour,
    isHidden: Number(isHidden(state)),
    hasScreen: Number(screen !== null),
    screenX: screen === null ? 0 : screen.left + screen.width / 2,
    screenWidth: screen?.width ?? 0,
    screenTop: screen?.top ?? 0,
    hasWall: Number(wall !== null),
    wallX: wall?.x ?? 0,
  };
}
