/** What a person sees of a training run, and how they stop it. */
import pc from "picocolors";
import type { TrainObserver, TrainSummary } from "../recipes/index.js";
import { listenForInterrupt } from "./interrupt.js";
import { commandLine } from "./invocation.js";
import { LiveLine } from "./live-line.js";
import { renderPlan } from "./plan-text.js";
import { renderDataProgress, renderTrainProgress, renderVerdict, verdictName } from "./progress-text.js";
import { countOf, formatCount, formatSeconds } from "./units.js";

const STOPPING = "Saving after this step, then stopping. Ctrl-C again quits at once.";

/**
 * Run some training with a plan, a live line and Ctrl-C.
 * @param start starts it with an observer
 * @returns what `start` returned, and the exit code of an interruption
 */
export async function watchTraining<Result>(
  start: (observer: TrainObserver, live: LiveLine) => Promise<Result>,
): Promise<{ readonly result: Result; readonly exitCode: number | undefined }> {
  const live = new LiveLine();
  const interrupt = listenForInterrupt(() => live.print(pc.yellow(`\n${STOPPING}`)));
  try {
    const result = await start(
      { ...observerOf(live, () => interrupt.saveFromNowOn()), signal: interrupt.signal },
      live,
    );
    return { result, exitCode: interrupt.exitCode };
  } finally {
    live.end();
    interrupt.close();
  }
}

function observerOf(live: LiveLine, onPlanned: () => void): TrainObserver {
  let lastVerdict = "healthy";
  return {
    onData(progress) {
      live.update(renderDataProgress(progress));
      if (progress.done === progress.total) live.clear();
      if (progress.done === progress.total) live.hint("compiling the step and timing it ...");
    },
    onPlan(plan) {
      live.clear();
      process.stdout.write(`${renderPlan(plan)}\n\n`);
      live.hint("starting ...");
      onPlanned();
    },
    onProgress(progress) {
      const { verdict } = progress;
      if (verdict && verdict.name !== lastVerdict) {
        lastVerdict = verdict.name;
        live.print(renderVerdict(verdict));
      }
      live.update(renderTrainProgress(progress));
    },
  };
}

/** What was done, and what to do next. */
export function renderSummary({ path, isFinished, step, totalSteps, seconds, imagesPerSecond, verdict }: TrainSummary) {
  const done = formatCount(step);
  if (!isFinished) {
    const resume = commandLine(["train", "--resume", path]);
    return `Stopped and saved at step ${done} of ${formatCount(totalSteps)}. Go on with:\n  ${resume}`;
  }
  if (seconds === 0) return `This run had already finished its ${countOf(totalSteps, "step")}.`;
  const speed = `in ${formatSeconds(seconds)} (${countOf(Math.round(imagesPerSecond), "image")}/s)`;
  const health = verdict === undefined ? "" : ` · doctor: ${verdictName(verdict)}`;
  return `Finished: ${countOf(step, "step")} ${speed}${health}`;
}
