/** Designs put to the test: the solver says what was reached, beside what searching without gradients reaches. */
import { conductingCell, effectiveConductivity } from "../../environments/index.js";
import { type Estimate, meanEstimate, wilsonEstimate } from "../../evaluate/index.js";
import type { NamedTarget } from "./design-targets.js";

/** A pattern offered for a target. */
export interface Candidate {
  readonly isWhite: Uint8Array;
  /** What the surrogate says; absent where nobody asked it. */
  readonly predicted?: readonly [number, number];
}

/** A candidate with the solver's word on it. */
export interface CheckedCandidate extends Candidate {
  readonly reached: readonly [number, number];
  /** Mean over x and y of |k / k wanted − 1|. */
  readonly error: number;
  /** Both within the tolerance. */
  readonly isSuccess: boolean;
}

/** One way to find a material for a target. */
export interface DesignMethod {
  readonly name: string;
  /** How many candidates the solver checks, in turn; of several the nearest to the target counts. */
  readonly checks: readonly number[];
  /** Candidates for a target, the most promising first. */
  candidates(target: NamedTarget, index: number): Promise<readonly Candidate[]>;
}

export interface MethodScore {
  readonly method: string;
  readonly numChecks: number;
  readonly kind: NamedTarget["kind"] | "all";
  readonly error: Estimate;
  /** Share of targets met within the tolerance, with Wilson's interval. */
  readonly success: Estimate;
  /** Targets where the surrogate promised success and the solver found failure. */
  readonly numFooled: number;
}

export interface DesignTrial {
  readonly targets: readonly NamedTarget[];
  readonly scores: readonly MethodScore[];
  /** What each method came to with each number of checks, one a target. */
  readonly results: readonly MethodResults[];
}

export interface MethodResults {
  readonly method: string;
  readonly numChecks: number;
  readonly checked: readonly CheckedCandidate[];
}

/** A property counts as reached within this share. */
export const TOLERANCE = 0.05;

/** Put every method to every target, and check its candidates with the solver. */
export async function tryDesigns(
  targets: readonly NamedTarget[],
  methods: readonly DesignMethod[],
  size: number,
): Promise<DesignTrial> {
  const results: MethodResults[] = [];
  for (const { name: method, checks, candidates } of methods) {
    const checked: (readonly CheckedCandidate[])[] = [];
    for (const [index, target] of targets.entries()) {
      const offered = (await candidates(target, index)).slice(0, Math.max(...checks));
      checked.push(offered.map((candidate) => check(candidate, target, size)));
    }
    for (const numChecks of checks) {
      results.push({ method, numChecks, checked: checked.map((own) => nearest(own.slice(0, numChecks))) });
    }
  }
  const kinds = [...new Set(targets.map(({ kind }) => kind))];
  const scopes = kinds.length > 1 ? (["all", ...kinds] as const) : (["all"] as const);
  return {
    targets,
    results,
    scores: scopes.flatMap((kind) => results.map((result) => scoreOf(result, kind, targets))),
  };
}

function nearest(checked: readonly CheckedCandidate[]): CheckedCandidate {
  return checked.reduce((best, other) => (other.error < best.error ? other : best));
}

/** What the solver says of a candidate. */
export function check(candidate: Candidate, { wanted }: NamedTarget, size: number): CheckedCandidate {
  const { x, y } = effectiveConductivity(conductingCell({ size, isWhite: candidate.isWhite }));
  const reached = [Math.log(x), Math.log(y)] as const;
  const errors = reached.map((log, t) => Math.abs(Math.expm1(log - wanted[t]!)));
  return {
    ...candidate,
    reached,
    error: (errors[0]! + errors[1]!) / 2,
    isSuccess: errors.every((error) => error <= TOLERANCE),
  };
}

function scoreOf(
  { method, numChecks, checked }: MethodResults,
  kind: MethodScore["kind"],
  targets: readonly NamedTarget[],
): MethodScore {
  const chosen = checked.flatMap((result, i) => {
    const target = targets[i]!;
    return kind === "all" || target.kind === kind ? [{ result, target }] : [];
  });
  const promised = ({ predicted }: Candidate, { wanted }: NamedTarget) =>
    predicted?.every((log, t) => Math.abs(Math.expm1(log - wanted[t]!)) <= TOLERANCE) ?? false;
  return {
    method,
    numChecks,
    kind,
    error: meanEstimate(chosen.map(({ result }) => result.error)),
    success: wilsonEstimate(chosen.filter(({ result }) => result.isSuccess).length, chosen.length),
    numFooled: chosen.filter(({ result, target }) => !result.isSuccess && promised(result, target)).length,
  };
}
