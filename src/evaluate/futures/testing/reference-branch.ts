/** The reference junction: from the middle to ten pixels at either side, half a pixel of noise in both directions. */
import { type Key, Random } from "../../../compute/index.js";
import { equallyLikely, type FutureTrial, type Possibility } from "../trial.js";

export const BRANCH = 10;
export const NOISE = 0.5;

type Place = readonly [x: number, y: number];

/** Near one of the branches, as outcomes and samples of the truth are. */
function nearBranch(right: number, random: Random): Place {
  const branch = random.chance(right) ? BRANCH : -BRANCH;
  return [branch + NOISE * random.normal(), NOISE * random.normal()];
}

/** Futures of one trial; draws whatever it needs. */
export type Predictor = (random: Random, right: number) => readonly Possibility[];

export const predictors = {
  "deterministic mean": () => equallyLikely([[0, 0]]),
  "mode-collapsed": (random) => samples(() => nearBranch(1, random)),
  "one Gaussian": (random) => {
    const std = Math.hypot(BRANCH, NOISE);
    return samples(() => [std * random.normal(), NOISE * random.normal()]);
  },
  // The reference does not say how large its box is: this size has its values.
  "uniform box": (random) => samples(() => [random.uniform(-12, 12), random.uniform(-12, 12)]),
  "true mixture": (random, right) => samples(() => nearBranch(right, random)),
  "enumerated z": (_random, right) => modesOf(right),
} satisfies Readonly<Record<string, Predictor>>;

const NUM_SAMPLES = 100;

function samples(draw: () => Place): Possibility[] {
  return equallyLikely(Array.from({ length: NUM_SAMPLES }, draw));
}

/** Right before left. */
export function modesOf(right: number): Possibility[] {
  return [
    { position: [BRANCH, 0], probability: right },
    { position: [-BRANCH, 0], probability: 1 - right },
  ];
}

export function branchTrials(predictor: Predictor, count: number, key: Key, right = 0.5): FutureTrial[] {
  const random = new Random(key);
  return Array.from({ length: count }, () => ({
    futures: predictor(random, right),
    modes: modesOf(right),
    outcome: nearBranch(right, random),
  }));
}

/** Nothing branches: it goes straight on, ten pixels. */
export function corridorTrials(futures: readonly Possibility[], count: number, key: Key): FutureTrial[] {
  const random = new Random(key);
  return Array.from({ length: count }, () => ({
    futures,
    modes: [{ position: [0, BRANCH], probability: 1 }],
    outcome: [NOISE * random.normal(), BRANCH + NOISE * random.normal()],
  }));
}
