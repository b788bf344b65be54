/** Everything a run needs while it trains: the compiled step, the views, the schedules. */
import { createViewLoader, type ViewLoader } from "../augment/index.js";
import {
  type ConfigOf,
  chooseEngine,
  compile,
  type Executable,
  type HostArray,
  keyFor,
  lookUp,
  type OptionTable,
  Random,
  resolveOptions,
  type Tree,
} from "../compute/index.js";
import { type ImageSet, locationOf } from "../data/index.js";
import { type Optimizer, optimizers, type Schedule, scalarInputs, warmupCosine } from "../optim/index.js";
import type { TrainConfig } from "./config.js";
import { buildModel, type Model } from "./model.js";
import { initialState, type TrainState } from "./state.js";
import { traceStep, viewSpecs } from "./step-program.js";

/** What a step reports beside the next state. */
export interface StepReport {
  readonly total: HostArray;
  readonly terms: Readonly<Record<string, HostArray>>;
  readonly gradientNorm: HostArray;
  /** First view of the batch: [B, F] and [B, D]. */
  readonly features: HostArray;
  readonly projections: HostArray;
}

interface StepArrays {
  readonly trainable: Tree<HostArray>;
  readonly buffers: Tree<HostArray>;
  readonly slots: Readonly<Record<string, Tree<HostArray>>>;
}
type StepInputs = StepArrays & {
  readonly views: Readonly<Record<string, HostArray>>;
  readonly noise: Readonly<Record<string, HostArray>>;
  readonly scalars: Readonly<Record<string, HostArray>>;
};
export type StepOutputs = StepArrays & { readonly report: StepReport };

export interface Trainer {
  readonly config: TrainConfig;
  readonly model: Model;
  readonly loader: ViewLoader;
  readonly learningRate: Schedule;
  readonly initial: TrainState;
  /** Bytes the engine expects to need at most, where it knows. */
  readonly peakBytes: number | undefined;
  /** Everything of a step that does not come from the state: its views, its noise, its scalars. */
  inputsAt(step: number): Promise<Pick<StepInputs, "views" | "noise" | "scalars">>;
  readonly executable: Executable<StepInputs, StepOutputs>;
  close(): Promise<void>;
}

/**
 * Prepare a run: build the model, trace and compile its step, start making views.
 * @throws DarkmatterError of any kind if the config does not fit the data or the machine
 */
export async function createTrainer(config: TrainConfig, set: ImageSet): Promise<Trainer> {
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
  const loader = createViewLoader({ set: locationOf(set), recipes: config.views, batchSize, seed });
  try {
    const initial = initialState(model.specs, optimizer, seed);
    const inputsAt = async (step: number) => {
      const { views } = await loader.viewsAt(step);
      return {
        views: Object.fromEntries(
          views.map((data, v) => [`view${v}`, { dtype: "float32" as const, shape: loader.shapes[v]!, data }]),
        ),
        ...hostInputs(config, model, optimizer, optimizerConfig, learningRate, step),
      };
    };
    const { noise, scalars } = hostInputs(config, model, optimizer, optimizerConfig, learningRate, 0);
    const { trainable, buffers, slots } = initial;
    const specs = { trainable, buffers, slots, views: viewSpecs(loader.shapes), noise, scalars };
    const { numGlobalViews, maxGradientNorm } = config;
    const program = await traceStep(specs, {
      model,
      optimizer,
      optimizerConfig,
      numGlobalViews,
      maxGradientNorm,
    });
    const engine = await chooseEngine(config.engine);
    const executable = await compile(program, engine, { numThreads: config.numThreads });
    return {
      config,
      model,
      loader,
      learningRate,
      initial,
      peakBytes: executable.peakBytes,
      inputsAt,
      executable: executable as unknown as Trainer["executable"],
      async close() {
        await loader.close();
        await executable.dispose();
      },
    };
  } catch (error) {
    await loader.close();
    throw error;
  }
}

/** The noise and the scalars of a step: functions of (seed, step). */
function hostInputs(
  config: TrainConfig,
  model: Model,
  optimizer: Optimizer,
  optimizerConfig: ConfigOf<OptionTable>,
  learningRate: Schedule,
  step: number,
) {
  const dims = { batchSize: config.batchSize, projectionDim: config.projector.outDim };
  const random = new Random(keyFor(config.seed, "noise", step));
  const at = { step, learningRate: learningRate(step), weightDecay: config.weightDecay };
  return {
    noise: model.objective.noise?.(model.objectiveConfig, dims, random) ?? {},
    scalars: scalarInputs(optimizer.scalars(at, optimizerConfig)),
  };
}
