/** A colour for every share from 0 to 1, perceptually even: equal steps look equally far apart, also in grey. */

export type Rgb = readonly [red: number, green: number, blue: number];

/** Viridis at ten even places (Smith and van der Walt 2015, CC0), from dark violet to yellow. */
const VIRIDIS: readonly Rgb[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 73, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
];

/** Shares beyond 0 and 1 have the colours of the ends. */
export function viridis(share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const below = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const [from, to] = [VIRIDIS[below]!, VIRIDIS[below + 1]!];
  const mixed = (c: 0 | 1 | 2) => Math.round(from[c] + (at - below) * (to[c] - from[c]));
  return [mixed(0), mixed(1), mixed(2)];
}
