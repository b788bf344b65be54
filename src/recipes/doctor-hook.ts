/** The collapse doctor at the side of a training run. */

import type { HostArray } from "../compute/index.js";
import {
  diagnose,
  linesOfReading,
  type Reading,
  readingsOfLines,
  readMeters,
  type Verdict,
} from "../evaluate/index.js";
import type { Objective } from "../objectives/index.js";
import type { MetricLine, TrainHook } from "../train/index.js";
import type { RunVerdict } from "./main-job.js";

export interface Doctor {
  readonly hook: TrainHook;
  /** The verdict on everything read so far; undefined before the first reading. */
  verdict(): RunVerdict | undefined;
}

/** @param earlier metric lines of the run before a resume */
export function createDoctor(objective: Objective, every: number, earlier: readonly MetricLine[]): Doctor {
  const history: Reading[] = readingsOfLines(earlier);
  const judge = () => describeVerdict(diagnose(history, { target: objective.projectionTarget }));
  let latest: RunVerdict | undefined = history.length > 0 ? judge() : undefined;
  return {
    verdict: () => latest,
    hook: {
      name: "doctor",
      every,
      observe({ step, report, scalars }) {
        const reading: Reading = {
          step,
          loss: scalars["train/total"]!,
          projections: metersOf(report.projections, objective.projectionTarget),
          features: metersOf(report.features, "features"),
        };
        history.push(reading);
        latest = judge();
        return Object.fromEntries(linesOfReading(reading).map(({ name, value }) => [name, value ?? Number.NaN]));
      },
    },
  };
}

/** A verdict in the words the command line and the studio show. */
export function describeVerdict({ name, evidence, remedy }: Verdict): RunVerdict {
  return { name, isHealthy: name === "healthy", evidence: evidence.join("; "), remedy };
}

function metersOf(array: HostArray, aim: Parameters<typeof readMeters>[1]) {
  const [numImages, dim] = array.shape as [number, number];
  return readMeters({ numImages, dim, values: array.data as Float32Array }, aim);
}
