/** What a run that predicts is worth: what its states know, and, where its world can tell, its futures and expectations. */
import type { ClipSet } from "../../data/index.js";
import { createWorld, hasFutures, hasViolations } from "../../environments/index.js";
import { renderFutures, renderPhysics, renderPhysicsComparison } from "../../evaluate/index.js";
import type { RunFolder } from "../../train/index.js";
import { evaluateFutures, type FuturesOutcome } from "./evaluate-futures.js";
import { evaluatePhysics, type PhysicsOutcome } from "./evaluate-physics.js";
import { evaluateWhere, renderWhere, type WhereReport } from "./evaluate-where.js";

export interface WorldReport {
  readonly where?: WhereReport;
  readonly futures?: FuturesOutcome;
  readonly physics?: PhysicsOutcome;
}

export interface EvaluateWorldOptions {
  /** A run of the same settings that knows one future. */
  readonly twin?: string;
  readonly seed?: number;
  readonly onProgress?: (text: string) => void;
}

/** @throws as `evaluateFutures` and `evaluatePhysics` */
export async function evaluateWorld(
  folder: RunFolder,
  set: ClipSet,
  { twin, ...options }: EvaluateWorldOptions = {},
): Promise<{ readonly report: WorldReport; readonly text: string }> {
  options.onProgress?.("what states know");
  const where = await evaluateWhere(folder, set);
  const { world: learnt } = folder.config.data.clips!;
  const world = learnt && createWorld(learnt.name, learnt.options);
  const futures =
    world && hasFutures(world) ? await evaluateFutures(folder.path, { ...options, ...(twin && { twin }) }) : undefined;
  const physics = world && hasViolations(world) ? await evaluatePhysics(folder.path, options) : undefined;
  const sections = [
    ...(where ? [renderWhere(where)] : []),
    ...(futures ? [renderProbe(futures), renderFutures(futures.report)] : []),
    ...(physics ? [renderPhysics(physics.reports.model!), renderPhysicsComparison(physics.reports, {})] : []),
  ];
  return {
    report: { ...(where && { where }), ...(futures && { futures }), ...(physics && { physics }) },
    text: sections.join("\n\n"),
  };
}

function renderProbe({ environment, probe: { names, meanErrors, floors } }: FuturesOutcome): string {
  const read = names.map(
    (name) => `${name} to ${meanErrors[name]!.toFixed(2)} (always the mean: ${floors[name]!.toFixed(2)})`,
  );
  return `futures of ${environment}, judged by positions that a probe reads from states: ${read.join(", ")}`;
}
