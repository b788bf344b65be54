/** A training step on the whole batch at once: one program. */
import { compile, type Engine, type EngineOptions } from "../compute/index.js";
import { type StepProgramOptions, traceGradient, traceStep } from "./step-program.js";
import type { StepSpecs, TrainingStep } from "./training-step.js";

export interface StepOptions extends StepProgramOptions {
  readonly engine: Engine;
  readonly engineOptions: EngineOptions;
}

export async function createWholeStep(specs: StepSpecs, options: StepOptions): Promise<TrainingStep> {
  const { engine, engineOptions } = options;
  const step = await compile(await traceStep(specs, options), engine, engineOptions);
  return {
    peakBytes: step.peakBytes,
    run: (inputs, into) => step.run(inputs, into),
    async gradient({ slots: _slots, scalars: _scalars, steadyScalars: _steady, ...inputs }) {
      // Compiled on use: it is asked for only when something went wrong.
      const program = await compile(await traceGradient(specs, options), engine, engineOptions);
      try {
        return (await program.run(inputs)).gradient;
      } finally {
        await program.dispose();
      }
    },
    dispose: () => step.dispose(),
  };
}
