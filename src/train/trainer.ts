/** Everything a run needs while it trains: the compiled step, the views, the schedules. */
import { sampleKindOf, type ViewLoader } from "../augment/index.js";
import { chooseEngine, float32Spec, lookUp, resolveOptions, type TensorSpec } from "../compute/index.js";
import type { Samples } from "../data/index.js";
import { type Optimizer, optimizers, type Schedule, warmupCosine } from "../optim/index.js";
import { createChunkedStep } from "./chunked-step.js";
import type { TrainConfig } from "./config.js";
import { engineOptionsOf } from "./engine-options.js";
import { hostInputsOf } from "./host-inputs.js";
import { buildModel, type Model } from "./model.js";
import { initialState, stepArraysOf, type TrainState } from "./state.js";
import { viewSpecs } from "./step-program.js";
import type { HostInputs, Named, TrainingStep } from "./training-step.js";
import { actionInputs, viewInputs } from "./view-inputs.js";
import { createWholeStep } from "./whole-step.js";

export interface Trainer {
  readonly config: TrainConfig;
  readonly model: Model;
  readonly loader: ViewLoader;
  readonly learningRate: Schedule;
  readonly initial: TrainState;
  /** Everything of a step that does not come from the state: its views, its noise, its scalars. */
  inputsAt(step: number): Promise<HostInputs>;
  readonly step: TrainingStep;
  close(): Promise<void>;
}

/**
 * Prepare a run: build the model, trace and compile its step, start making views.
 * @throws DarkmatterError of any kind if the config does not fit the data or the machine
 */
export async function createTrainer(config: TrainConfig, set: Samples): Promise<Trainer> {
  const model = buildModel(config);
  const optimizer: Optimizer = lookUp<Optimizer>("train", "optimizer", optimizers, config.optimizer.name);
  const optimizerConfig = resolveOptions(optimizer.name, optimizer.options, config.optimizer.options);
  const { totalSteps, warmupSteps, batchSize, seed } = config;
  const learningRate = warmupCosine({
    peak: config.learningRate,
    warmupSteps,
    totalSteps,
    final: config.finalLearningRate,
  });
  const kind = sampleKindOf(config.data);
  const loader = kind.createLoader({ set, recipes: config.views, batchSize, seed });
  try {
    const initial = initialState(model, optimizer, seed);
    const hostInputs = hostInputsOf(config, { model, optimizer, optimizerConfig, learningRate });
    const inputsAt = async (step: number) => {
      const batch = await loader.viewsAt(step);
      return {
        views: viewInputs(batch, loader.shapes, set.paths, kind.noun(config.imageSize)),
        actions: actionInputs(batch, loader.actionShape),
        ...hostInputs(step),
      };
    };
    const { actionShape } = loader;
    const actions: Named<TensorSpec> = actionShape === undefined ? {} : { taken: float32Spec(actionShape) };
    const specs = { ...stepArraysOf(initial), ...hostInputs(0), views: viewSpecs(loader.shapes), actions };
    const { numGlobalViews, maxGradientNorm, chunkSize } = config;
    const options = {
      ...{ model, optimizer, optimizerConfig, numGlobalViews, maxGradientNorm },
      engine: await chooseEngine(config.engine),
      engineOptions: engineOptionsOf(config),
    };
    const compiled =
      chunkSize === undefined
        ? await createWholeStep(specs, options)
        : await createChunkedStep(specs, chunkSize, options);
    return {
      config,
      model,
      loader,
      learningRate,
      initial,
      inputsAt,
      step: compiled,
      async close() {
        await loader.close();
        await compiled.dispose();
      },
    };
  } catch (error) {
    await loader.close();
    throw error;
  }
}
