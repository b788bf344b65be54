/** The loss of images that are not trained on, on the way. */
import { chooseEngine, compile, type Executable, type HostArray } from "../compute/index.js";
import { engineOptionsOf } from "./engine-options.js";
import type { StepEvent } from "./loop.js";
import { type LossInputs, traceLoss } from "./step-program.js";
import type { Trainer } from "./trainer.js";
import type { Named } from "./training-step.js";

export interface HeldOutLoss {
  /** What these views cost after the step of an event, with its masks, noise and schedules. Nothing is updated. */
  after(event: StepEvent, trainer: Trainer): Promise<number>;
  close(): Promise<void>;
}

/**
 * The total loss of one batch, forward only: about a third of a step. The program is traced on first use.
 * @param views one a view of the run, of as many images as a batch has; @param actions what was done between them
 */
export function createHeldOutLoss(views: Named<HostArray>, actions: Named<HostArray> = {}): HeldOutLoss {
  let program: Executable<LossInputs, { readonly total: HostArray }> | undefined;
  return {
    async after({ state, inputs: { masks, noise, scheduled } }, { model, config }) {
      const { trainable, buffers, target } = state;
      const inputs: LossInputs = { trainable, buffers, target, views, actions, masks, noise, scheduled };
      program ??= await compile(
        await traceLoss(inputs, { model, numGlobalViews: config.numGlobalViews }),
        await chooseEngine(config.engine),
        engineOptionsOf(config),
      );
      const { total } = await program.run(inputs);
      return total.data[0]!;
    },
    close: async () => program?.dispose(),
  };
}
