/** What a person sees of a training run, and how they stop it. */

import type { TrainObserver, TrainPlan, TrainSummary } from "../recipes/index.js";
import { colours } from "./colours.js";
import { listenForInterrupt } from "./interrupt.js";
import { commandLine } from "./invocation.js";
import { LiveLine } from "./live-line.js";
import { renderPlan } from "./plan-text.js";
import { renderDataProgress, renderTrainProgress, renderVerdict, verdictName } from "./progress-text.js";
import { countOf, formatCount, formatSeconds } from "./units.js";

const STOPPING = "Saving after this step, then stopping. Ctrl-C again quits at once.";

export interface Watched<Result> {
  readonly result: Result;
  /** Absent if there was nothing left to do. */
  readonly plan: TrainPlan | undefined;
  /** Of an interruption, if there was one. */
  readonly exitCode: number | undefined;
}

/** Run some training with a plan, a live line and Ctrl-C; `start` starts it with an observer. */
export async function watchTraining<Result>(
  start: (observer: TrainObserver, live: LiveLine) => Promise<Result>,
): Promise<Watched<Result>> {
  const live = new LiveLine();
  const interrupt = listenForInterrupt(() => live.print(colours.yellow(STOPPING)));
  const seen: { plan?: TrainPlan } = {};
  const onPlan = (plan: TrainPlan): void => {
    live.clear();
    process.stdout.write(`${renderPlan(plan)}\n\n`);
    live.hint("starting ...");
    seen.plan = plan;
    interrupt.saveFromNowOn();
  };
  try {
    const result = await start({ ...progressOn(live), onPlan, signal: interrupt.signal }, live);
    return { result, plan: seen.plan, exitCode: interrupt.exitCode };
  } finally {
    live.end();
    interrupt.close();
  }
}

/** Progress of data and training as the live line. */
function progressOn(live: LiveLine): Pick<TrainObserver, "onData" | "onProgress"> {
  let lastVerdict = "healthy";
  return {
    onData(progress) {
      live.update(renderDataProgress(progress));
      if (progress.done < progress.total) return;
      live.clear();
      live.hint("compiling the step and timing it ...");
    },
    onProgress(progress) {
      const { verdict } = progress;
      if (verdict && verdict.name !== lastVerdict) {
        lastVerdict = verdict.name;
        live.print(renderVerdict(verdict));
      }
      live.update(renderTrainProgress(progress));
      if (progress.step === progress.totalSteps) live.end();
    },
  };
}

/** What was done, and what to do next. */
export function renderSummary({
  path,
  isFinished,
  step,
  totalSteps,
  noun,
  seconds,
  imagesPerSecond,
  verdict,
}: TrainSummary) {
  const done = formatCount(step);
  if (!isFinished) {
    const resume = commandLine(["train", "--resume", path]);
    return `Stopped and saved at step ${done} of ${formatCount(totalSteps)}. Go on with:\n  ${resume}`;
  }
  if (seconds === 0) return `This run had already finished its ${countOf(totalSteps, "step")}.`;
  const speed = `in ${formatSeconds(seconds)} (${countOf(Math.round(imagesPerSecond), noun)}/s)`;
  const health = verdict === undefined ? "" : ` · doctor: ${verdictName(verdict)}`;
  return `Finished: ${countOf(step, "step")} ${speed}${health}`;
}
