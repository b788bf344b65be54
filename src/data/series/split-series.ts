/** Setting windows aside without leaks: whole groups, or whole blocks of time. */
import { ValueError } from "../../compute/errors.js";
import { keyFor, Random } from "../../compute/random.js";
import { type SeriesSet, selectWindows, shownRows, standardisationOf, standardisedBy } from "./series-set.js";

export interface SeriesSplit {
  readonly kept: SeriesSet;
  readonly heldOut: SeriesSet;
}

/** A series is cut into about so many blocks, if they are long enough. */
const NUM_BLOCKS = 20;
/** A block is at least so many windows long: a shorter one would be known from its neighbours. */
const SHORTEST_BLOCK = 4;

/**
 * Split windows in two by the seed. Neighbouring windows share rows and moods, so windows are never drawn one by one:
 * whole groups are held out where there is a group column, otherwise whole blocks of time, and windows that share rows
 * with a held-out one are on neither side. Rows of a table without time or groups are drawn one by one. Both sides are
 * standardised by what is kept.
 * @param heldOut share of the windows, or a count
 * @throws ValueError if one side would be empty
 */
export function splitSeries(set: SeriesSet, { heldOut, seed }: { heldOut: number; seed: number }): SeriesSplit {
  const unitOf = unitsOf(set);
  const units = [...new Set(unitOf)];
  const share = heldOut < 1 ? heldOut : heldOut / set.numImages;
  const count = Math.round(share * units.length) || 1;
  if (!(share > 0) || count >= units.length) {
    const { group } = set.settings;
    const expected = `a part that leaves both sides some of the ${units.length} ${group ?? "block"}s of ${set.name}`;
    throw new ValueError("split", "heldOut", expected, heldOut);
  }
  const order = new Random(keyFor(seed, "split")).permutation(units.length);
  const drawn = new Set(Array.from(order.subarray(0, count), (position) => units[position]!));
  const windows = [...unitOf.keys()];
  const heldOutSet = selectWindows(
    set,
    windows.filter((window) => drawn.has(unitOf[window]!)),
  );
  const isHeldOut = shownRows(set.rows, heldOutSet.starts, set.window);
  const isApart = (window: number) => {
    const start = set.starts[window]!;
    return !isHeldOut.subarray(start, start + set.window).includes(1);
  };
  const keptSet = selectWindows(
    set,
    windows.filter((window) => !drawn.has(unitOf[window]!) && isApart(window)),
  );
  const standardisation = standardisationOf(keptSet);
  return { kept: standardisedBy(keptSet, standardisation), heldOut: standardisedBy(heldOutSet, standardisation) };
}

/** What is held out together: the number of its group, block or row for each window. */
function unitsOf({ numImages, settings, stretchOf, rows }: SeriesSet): number[] {
  const { group, time, window, stride } = settings;
  if (group !== undefined) return Array.from(stretchOf, (stretch) => rows.stretches[stretch]!.group);
  if (window === 1 && time === undefined) return Array.from({ length: numImages }, (_, i) => i);
  const blockLength = Math.max(SHORTEST_BLOCK * Math.ceil(window / stride), Math.ceil(numImages / NUM_BLOCKS));
  return Array.from({ length: numImages }, (_, i) => Math.floor(i / blockLength));
}
