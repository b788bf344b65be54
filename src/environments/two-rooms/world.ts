/** Two rooms and a door as a world with goals; the environments differ in how it is seen. */
import type { Random } from "../../compute/random.js";
import { requireAction } from "../action.js";
import type { Episode, GoalWorld, Policy, Task } from "../environment.js";
import {
  BORDER,
  distance,
  drawLayout,
  geodesic,
  isClear,
  type Layout,
  type LayoutSplit,
  type Point,
  WALL_HALF,
} from "./layout.js";
import { type Dynamics, move } from "./motion.js";
import { drawRooms, drawWalls, NUM_CHANNELS, type Sight } from "./picture.js";
import { drawStart, drawWalk } from "./walk.js";

/** Where the dot is, and the rooms around it: pixels of the 65-pixel plan. */
export interface TwoRoomsState extends Point, Layout {}

export const twoRoomsOptions = {
  layouts: {
    default: "training",
    choices: ["all", "training", "heldOut", "fixed"],
    doc: "which of the 1,125 floor plans: all, four fifths to train on, the fifth held out, or one (wall 32, door 18)",
  },
  dynamics: {
    default: "training",
    choices: ["training", "evaluation"],
    doc: "at walls: blocked moves are not made, as in the data, or end where they hit with a random bounce",
  },
} as const;

const MAX_STEPS = 200;
/** Actions are not cut; this box is what random ones are drawn from and planners search. */
const MAX_ACTION = 2.45;
/** Distance of starts and goals from anything solid: two deviations of the dot. */
const TASK_MARGIN = 2.6;
const FINAL_DISTANCE = 4.5;

/** The world of one set of options, seen in pictures of a size. */
export function twoRoomsWorld(
  name: string,
  { layouts, dynamics }: { readonly layouts: LayoutSplit; readonly dynamics: Dynamics },
  sight: Sight,
): GoalWorld<TwoRoomsState> {
  const wallsOf = rememberLast((layout: Layout) => drawWalls(layout, sight.size));
  return {
    observation: { size: sight.size, channels: NUM_CHANNELS },
    actionDim: 2,
    maxActionNorm: MAX_ACTION,
    maxSteps: MAX_STEPS,

    reset(random) {
      const layout = drawLayout(layouts, random);
      return { ...layout, ...drawStart(layout, random) };
    },
    step(state, action, random) {
      requireAction(name, 2, action);
      return { ...state, ...move(state, action, state, { dynamics, random }) };
    },
    render: (state) => drawRooms(state, wallsOf(state), sight),
    factors: ({ x, y, wallX, doorY }) => ({ x, y, wallX, doorY }),
    behave(random, numSteps): Episode<TwoRoomsState> {
      const layout = drawLayout(layouts, random);
      const { positions, actions } = drawWalk(layout, numSteps, random);
      return { states: positions.map((position) => ({ ...layout, ...position })), actions };
    },

    drawTask: (random) => drawTask(drawLayout(layouts, random), random),
    successRules: {
      final: {
        doc: `final distance < ${FINAL_DISTANCE} px`,
        when: "end",
        isMet: (state, goal) => distance(state, goal) < FINAL_DISTANCE,
      },
      firstHit: {
        doc: "distance < √2 px at any step",
        when: "ever",
        isMet: (state, goal) => distance(state, goal) < Math.SQRT2,
      },
    },
    policies,
    costs: { euclidean: distance, geodesic: (state, goal) => geodesic(state, goal, state) },
  };
}

/** Start and goal in different rooms, on either side. */
function drawTask(layout: Layout, random: Random): Task<TwoRoomsState> {
  const [low, high] = [BORDER.low + TASK_MARGIN, BORDER.high - TASK_MARGIN];
  const place = (from: number, to: number) => ({
    ...layout,
    x: random.uniform(from, to),
    y: random.uniform(low, high),
  });
  const left = place(low, layout.wallX - WALL_HALF - TASK_MARGIN);
  const right = place(layout.wallX + WALL_HALF + TASK_MARGIN, high);
  return random.chance(0.5) ? { start: left, goal: right } : { start: right, goal: left };
}

const policies: Readonly<Record<"zero" | "random" | "straightLine" | "oracle", Policy<TwoRoomsState>>> = {
  zero: () => [0, 0],
  random: (_state, _task, random) => [random.uniform(-MAX_ACTION, MAX_ACTION), random.uniform(-MAX_ACTION, MAX_ACTION)],
  straightLine: (state, { goal }) => towards(state, goal),
  oracle: (state, { goal }) => towards(state, nextCorner(state, goal)),
};

/** Steps of the size that the data has. */
const MAX_STRIDE = 1.8;

function towards(from: Point, to: Point): readonly number[] {
  const length = distance(from, to);
  const stride = Math.min(MAX_STRIDE, length);
  return length === 0 ? [0, 0] : [((to.x - from.x) * stride) / length, ((to.y - from.y) * stride) / length];
}

/** Before the door's middle, straight through, then to the goal. */
function nextCorner(state: TwoRoomsState, goal: Point): Point {
  const { wallX, doorY } = state;
  const side = Math.sign(goal.x - wallX);
  if (Math.sign(state.x - wallX) === side && Math.abs(state.x - wallX) > WALL_HALF) return goal;
  const isBeforeDoor = Math.abs(state.y - doorY) < 1;
  const ahead = { x: wallX + side * (WALL_HALF + 1), y: doorY };
  if (isBeforeDoor || isClear(state, ahead, state)) return ahead;
  return { x: wallX - side * (WALL_HALF + 1), y: doorY };
}

/** Frames of an episode share their rooms: the last answer is kept. */
function rememberLast(of: (layout: Layout) => Uint8Array): (layout: Layout) => Uint8Array {
  let last: { readonly layout: Layout; readonly answer: Uint8Array } | undefined;
  return (layout) => {
    if (last?.layout.wallX !== layout.wallX || last.layout.doorY !== layout.doorY)
      last = { layout, answer: of(layout) };
    return last!.answer;
  };
}
