/** What meters are judged against: the aim of an objective's projections, or the freedom of an encoder's features. */
import type { ProjectionTarget } from "../../objectives/index.js";

/** What is judged: projections by their objective's target, or an encoder's features, which nothing pins down. */
export type Aim = ProjectionTarget | "features";

/** Whether a standard deviation of about 1 is wanted. */
export function hasFixedScale(aim: Aim): boolean {
  return aim === "standard-normal" || aim === "unit-spread";
}

/** Whether neither length nor centre mean anything: an encoder's features, and what reconstruction leaves open. */
export function isUnbound(aim: Aim): boolean {
  return aim === "features" || aim === "free";
}
