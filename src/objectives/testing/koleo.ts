/** KoLeo for tests. */
import type { HostArray } from "../../compute/index.js";
import { rowsOf } from "./projections.js";

/** −mean log of the distance to the nearest other direction, as float64 loops. */
export function referenceKoleo(points: HostArray): number {
  const units = rowsOf(points).map((row) => row.map((x) => x / Math.hypot(...row)));
  const nearest = units.map((x, i) =>
    Math.min(...units.filter((_, j) => j !== i).map((y) => Math.hypot(...x.map((value, d) => value - y[d]!)))),
  );
  return -nearest.reduce((sum, distance) => sum + Math.log(distance + 1e-8), 0) / nearest.length;
}
