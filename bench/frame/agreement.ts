/** Sides of a step bench must do the same work: from the same start, their losses have to be the same. */
import { DarkmatterError } from "darkmatter/compute";
import type { Side } from "./side.js";

/** Steps before the first one that counts. Their losses are compared; caches, kernels and clocks warm up. */
const WARM_UP_STEPS = 4;
/** Relative. The first loss is a forward pass; those after it went through gradients and updates. */
const FIRST_TOLERANCE = 1e-4;
export const LATER_TOLERANCE = 1e-3;

/** A peer computes something else. */
export class DisagreementError extends DarkmatterError {
  override readonly name = "DisagreementError";
}

export interface WarmUp {
  readonly losses: readonly number[];
  /** Of the last step. */
  readonly seconds: number;
}

export async function warmUp(side: Pick<Side, "ask">, numSteps = WARM_UP_STEPS): Promise<WarmUp> {
  const losses: number[] = [];
  let seconds = Number.NaN;
  for (let step = 0; step < numSteps; step++) {
    const answer = await side.ask("step");
    losses.push(Number(answer.loss));
    seconds = Number(answer.seconds);
  }
  return { losses, seconds };
}

/** @throws DisagreementError with the first loss that differs */
export function checkAgreement(
  name: string,
  expected: readonly number[],
  got: readonly number[],
  laterTolerance = LATER_TOLERANCE,
): void {
  for (const [step, loss] of expected.entries()) {
    const tolerance = step === 0 ? FIRST_TOLERANCE : laterTolerance;
    const difference = Math.abs(got[step]! - loss) / Math.abs(loss);
    if (difference <= tolerance) continue;
    throw new DisagreementError(
      `bench: ${name} computes something else: its loss at step ${step + 1} is ${got[step]}, ours is ${loss}, ` +
        `from the same parameters and inputs (tolerance ${tolerance} of the loss).`,
    );
  }
}
