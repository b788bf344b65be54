/** What a predictor of several futures should reach, all of it together: each one alone can be had without them. */
import type { FuturesRow } from "./futures-report.js";

export interface PluralityGoal {
  readonly name: string;
  /** As it is printed: "≤ 0.15". */
  readonly goal: string;
  /** Undefined where it was not measured, NaN where there is nothing to measure. */
  read(row: FuturesRow): number | undefined;
  isMet(value: number): boolean;
}

/** From the reference junction: branches at ±10 px, noise .5 px. A deterministic twin has ratio 1, spurious 1, coverage 0. */
export const pluralityGoals = {
  ratio: atMost("ratio to twin", 0.15, ({ ratio }) => ratio.mean),
  spurious: atMost("spurious", 0.05, ({ spurious }) => spurious.mean),
  coverage: atLeast("coverage", 0.95, ({ coverage }) => coverage[0]!.all.mean),
  calibration: atMost("|p̂ − p|", 0.05, ({ calibration }) => calibration.gap.mean),
  spread: atLeast("spread", 10, (row) => row.spread.ratio?.mean),
  wells: atLeast("wells", 0.95, ({ energy }) => energy?.wells.mean),
} satisfies Readonly<Record<string, PluralityGoal>>;

export type PluralityGoalName = keyof typeof pluralityGoals;

/** Whether each goal is met by the measured value; those that were not measured are missing. */
export function goalsMet(row: FuturesRow): Partial<Record<PluralityGoalName, boolean>> {
  const measured = Object.entries(pluralityGoals).flatMap(([name, goal]) => {
    const value = goal.read(row);
    return value === undefined ? [] : [[name, goal.isMet(value)] as const];
  });
  return Object.fromEntries(measured);
}

function atMost(name: string, limit: number, read: PluralityGoal["read"]): PluralityGoal {
  return { name, goal: `≤ ${limit}`, read, isMet: (value) => value <= limit };
}

function atLeast(name: string, limit: number, read: PluralityGoal["read"]): PluralityGoal {
  return { name, goal: `≥ ${limit}`, read, isMet: (value) => value >= limit };
}
