/** Choosing some of many, the same ones every time. */

/** At most `count` of the items, evenly spaced. */
export function evenly(items: ArrayLike<number>, count: number): Int32Array {
  const taken = Math.min(count, items.length);
  return Int32Array.from({ length: taken }, (_, i) => items[Math.floor((i * items.length) / taken)]!);
}
