/** Setting clips aside without leaks: whole episodes. */
import { ValueError } from "../../compute/errors.js";
import { keyFor, Random } from "../../compute/random.js";
import { measureClips } from "./clip-moments.js";
import { type ClipSet, clipsStandardisedBy, selectClips } from "./clip-set.js";

export interface ClipSplit {
  readonly kept: ClipSet;
  readonly heldOut: ClipSet;
}

/**
 * Split clips in two by the seed. Clips of one episode share pictures, so episodes are drawn, never clips. Both sides are
 * standardised by what is kept.
 * @param heldOut share of the clips, or a count
 * @throws ValueError if one side would be empty
 */
export function splitClips(set: ClipSet, { heldOut, seed }: { heldOut: number; seed: number }): ClipSplit {
  const episodes = [...new Set(set.episodeOf)];
  const share = heldOut < 1 ? heldOut : heldOut / set.numImages;
  const count = Math.round(share * episodes.length) || 1;
  if (!(share > 0) || count >= episodes.length) {
    const expected = `a part that leaves both sides some of the ${episodes.length} episodes of ${set.name}`;
    throw new ValueError("split", "heldOut", expected, heldOut);
  }
  const order = new Random(keyFor(seed, "split")).permutation(episodes.length);
  const drawn = new Set(Array.from(order.subarray(0, count), (position) => episodes[position]!));
  const clips = [...set.starts.keys()];
  const kept = selectClips(
    set,
    clips.filter((clip) => !drawn.has(set.episodeOf[clip]!)),
  );
  const aside = selectClips(
    set,
    clips.filter((clip) => drawn.has(set.episodeOf[clip]!)),
  );
  const standardisation = measureClips(kept);
  return { kept: clipsStandardisedBy(kept, standardisation), heldOut: clipsStandardisedBy(aside, standardisation) };
}
