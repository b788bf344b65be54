/** A dot that turns left or right: the smallest world with several futures. Own design. */
import type { ConfigOf } from "../compute/options.js";
import type { Random } from "../compute/random.js";
import { requireAction } from "./action.js";
import type { BranchingWorld, Environment, Episode, Future } from "./environment.js";
import { drawJunction, NUM_CHANNELS } from "./junction/picture.js";
import { drawPlace, PLACES, type PlaceSplit, type Road, SIZE } from "./junction/road.js";

/** Where the dot is, where it goes, and the road it is on. */
export interface JunctionState extends Road {
  readonly x: number;
  readonly y: number;
  readonly heading: "up" | "left" | "right";
  /** Pixels a step, the same for a whole episode. */
  readonly speed: number;
}

export const junctionOptions = {
  places: {
    default: "training",
    choices: ["all", "training", "heldOut"],
    doc: "where junctions may be: anywhere, at four fifths of the places, or at the fifth held out",
  },
  corridorShare: { default: 0.3, min: 0, max: 1, doc: "share of roads without a junction, on which nothing branches" },
  rightProbability: {
    default: -1,
    min: -1,
    max: 1,
    doc: "chance of turning right; below 0: one of .2, .5 and .8 for each road, as its sign shows",
  },
} as const;
type JunctionConfig = ConfigOf<typeof junctionOptions>;

const SIGN_PROBABILITIES = [0.2, 0.5, 0.8] as const;
const SPEED = { low: 1, high: 1.6 } as const;
const START_Y = { low: 26, high: 30 } as const;
/** Steering below it leaves the turn to chance. */
const FIRM = 0.5;
/** Share of logged episodes in which somebody steers, half of them each way. */
const STEERED_SHARE = 0.5;

/**
 * Seen from above at 32 × 32 pixels, a dot goes up a road at a constant speed (1 to 1.6 px a step). Where the road ends in
 * a crossbar it turns: right with the chance that a sign shows (brightness 255 p), else left; at the end of an arm it
 * stops. Other roads go straight through: nothing branches on them.
 * Actions [1] steer: from .5 on the dot turns right, from −.5 down it turns left, whatever chance says; in between, and
 * away from the junction, an action does nothing.
 */
export const junction: Environment<typeof junctionOptions, JunctionState> = {
  name: "junction",
  summary: "a dot turns left or right by chance, or as it is steered",
  source: "own design",
  options: junctionOptions,
  judgedUnder: { places: "heldOut" },
  create: (config): BranchingWorld<JunctionState> => ({
    observation: { size: SIZE, channels: NUM_CHANNELS, isLayered: true },
    actionDim: 1,
    reset: (random) => drawStart(config, random),
    step(state, action, random) {
      requireAction("junction", 1, action);
      return advance(state, () => turnOf(action[0]!) ?? (random.chance(state.rightProbability) ? "right" : "left"));
    },
    render: (state) => drawJunction(state, state),
    factors: ({ x, y, junctionX, junctionY, rightProbability, kind }) => ({
      ...{ x, y, junctionX, junctionY, rightProbability },
      isJunction: Number(kind === "junction"),
    }),
    behave(random, numSteps): Episode<JunctionState> {
      const isSteered = random.chance(STEERED_SHARE);
      const steering = isSteered ? (random.chance(0.5) ? 1 : -1) : 0;
      const actions = Array.from({ length: numSteps }, () => [steering]);
      const states = [this.reset(random)];
      for (const action of actions) states.push(this.step(states.at(-1)!, action, random));
      return { states, actions };
    },
    futures,
    between: (a, b) => ({ ...a, x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }),
  }),
};

function drawStart({ places, corridorShare, rightProbability }: JunctionConfig, random: Random): JunctionState {
  const kind = random.chance(corridorShare) ? "corridor" : "junction";
  const place = drawPlace(places as PlaceSplit, random);
  const shown = SIGN_PROBABILITIES[random.integer(SIGN_PROBABILITIES.length)]!;
  const chance = rightProbability < 0 ? shown : rightProbability;
  return {
    ...{ kind, ...place, rightProbability: kind === "junction" ? chance : 0 },
    ...{ x: place.junctionX, y: random.uniform(START_Y.low, START_Y.high), heading: "up" },
    speed: random.uniform(SPEED.low, SPEED.high),
  };
}

/** What an action decides; undefined where it leaves the turn to chance. */
function turnOf(steering: number): "left" | "right" | undefined {
  if (Math.abs(steering) < FIRM) return undefined;
  return steering > 0 ? "right" : "left";
}

/** One step along the road; what is left of it after the turn goes on along the arm. */
function advance(state: JunctionState, turn: () => "left" | "right"): JunctionState {
  const { heading, speed, kind, junctionX, junctionY, x, y } = state;
  if (heading !== "up") return { ...state, x: withinPicture(x + (heading === "right" ? speed : -speed)) };
  const isTurning = kind === "junction" && y - speed < junctionY;
  if (!isTurning) return { ...state, y: withinPicture(y - speed) };
  const along = speed - (y - junctionY);
  const arm = turn();
  return { ...state, y: junctionY, heading: arm, x: withinPicture(junctionX + (arm === "right" ? along : -along)) };
}

/** One future where nothing is left to chance, else one for each arm. */
function futures(start: JunctionState, actions: readonly ArrayLike<number>[]): readonly Future<JunctionState>[] {
  const along = (byChance: "left" | "right"): Future<JunctionState> => {
    let [state, probability] = [start, 1];
    const states = actions.map((action) => {
      requireAction("junction", 1, action);
      state = advance(state, () => {
        const steered = turnOf(action[0]!);
        if (steered !== undefined) return steered;
        probability = byChance === "right" ? state.rightProbability : 1 - state.rightProbability;
        return byChance;
      });
      return state;
    });
    return { probability, states };
  };
  const [left, right] = [along("left"), along("right")];
  const isOne = left.probability === 1 && right.probability === 1;
  const both = [left, right].filter(({ probability }) => probability > 0);
  return isOne ? [left] : both.toSorted((a, b) => b.probability - a.probability);
}

function withinPicture(at: number): number {
  return Math.min(PLACES.high, Math.max(PLACES.low, at));
}
