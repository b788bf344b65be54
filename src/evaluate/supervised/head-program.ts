/** The programs of a supervised trainer: one step of trunk and heads together, and their outputs. */
import {
  compile,
  type Engine,
  type EngineOptions,
  type Executable,
  flattenTree,
  float32Spec,
  type HostArray,
  type Tensor,
  type TensorSpec,
  type Tree,
  trace,
  valueAndGradient,
} from "../../compute/index.js";
import {
  evaluationMode,
  isParameterSpec,
  join,
  linear,
  type Mode,
  type ParameterSpec,
  partition,
  trainingMode,
} from "../../nn/index.js";
import { adamw, clipByGlobalNorm, initialSlots, scalarInputs } from "../../optim/index.js";
import { type HeadTask, headLoss, targetColumns } from "./head-task.js";
import { inputSpec, type Trunk } from "./trunk.js";

export interface HeadPrograms {
  readonly specs: Modules<ParameterSpec>;
  readonly step: Executable<StepArrays & StepGiven, Partial<StepArrays>>;
  /** Outputs of head i under `h<i>`, [B, width]. */
  readonly predict: Executable<PredictionGiven, Named>;
  dispose(): Promise<void>;
}

export interface HeadProgramOptions {
  readonly trunk: Trunk;
  /** Kind and width of each head; the labels themselves come with each fit. */
  readonly heads: readonly Pick<HeadTask, "kind" | "width">[];
  readonly batchSize: number;
  readonly engine: Engine;
  readonly engineOptions?: EngineOptions;
}

type Named = Readonly<Record<string, HostArray>>;

/** What is trained: the trunk, and the heads by position. A type, not an interface, so that it is a `Tree` by structure. */
export type Modules<T> = { readonly trunk: Tree<T>; readonly heads: Tree<T> };

export interface StepArrays {
  readonly trainable: Tree<HostArray>;
  readonly buffers: Tree<HostArray>;
  readonly slots: Readonly<Record<string, Tree<HostArray>>>;
}

/** What a step reads beside its state; by head `h<i>` where there is one a head. */
export interface StepGiven {
  readonly frozen?: Tree<HostArray>;
  readonly inputs: HostArray;
  readonly targets: Named;
  readonly known: Named;
  readonly weights: Named;
  readonly scalars: Named;
}

export interface PredictionGiven {
  readonly parameters: Tree<HostArray>;
  readonly frozen?: Tree<HostArray>;
  readonly inputs: HostArray;
}

export const ADAMW = { firstDecay: 0.9, secondDecay: 0.999, epsilon: 1e-8 } as const;
const MAX_GRADIENT_NORM = 10;

export async function compileHeadPrograms(options: HeadProgramOptions): Promise<HeadPrograms> {
  const { trunk, heads, engine, engineOptions } = options;
  const specs = moduleSpecs(trunk, heads);
  const step = await compile(await traceHeadStep(options, specs), engine, engineOptions);
  const predict = await compile(await tracePrediction(options, specs), engine, engineOptions);
  return {
    specs,
    step: step as unknown as HeadPrograms["step"],
    predict: predict as unknown as HeadPrograms["predict"],
    async dispose() {
      await step.dispose();
      await predict.dispose();
    },
  };
}

function moduleSpecs(trunk: Trunk, heads: HeadProgramOptions["heads"]): Modules<ParameterSpec> {
  const layers = heads.map(({ width }, i) => [`h${i}`, linear(trunk.featureDim, width).parameters]);
  return { trunk: trunk.parameters, heads: Object.fromEntries(layers) };
}

export function frozenOf({ frozen }: Trunk): { frozen?: Tree<HostArray> } {
  return frozen === undefined ? {} : { frozen };
}

async function traceHeadStep({ trunk, heads, batchSize }: HeadProgramOptions, specs: Modules<ParameterSpec>) {
  const { trainable, buffers } = partition<TensorSpec>(specs, specs);
  const parts = partition<ParameterSpec>(specs, specs);
  const roles = new Map(
    [...flattenTree<ParameterSpec>(specs, isParameterSpec)].map(([path, { role }]) => [path, role]),
  );
  const each = (make: (head: (typeof heads)[number]) => TensorSpec) =>
    Object.fromEntries(heads.map((head, i) => [`h${i}`, make(head)]));
  const given = {
    trainable,
    buffers,
    slots: initialSlots(adamw, parts.trainable),
    ...frozenOf(trunk),
    inputs: inputSpec(trunk, batchSize),
    targets: each((head) => float32Spec([batchSize, targetColumns(head)])),
    known: each(() => float32Spec([batchSize, 1])),
    weights: each(() => float32Spec([])),
    scalars: scalarInputs({ stepSize: 0, epsilon: 0, keep: 0 }),
  };
  return trace(given, (all) => {
    const inputs = all as unknown as Readonly<Record<keyof typeof given | "frozen", Tree<Tensor>>>;
    const branch = (name: "targets" | "known" | "weights") => inputs[name] as Readonly<Record<string, Tensor>>;
    const mode = trainingMode();
    const stored = inputs.buffers ?? {};
    // Buffers go around the differentiated function: their updates are recorded by the tensors given here.
    const { aux, gradient } = valueAndGradient(inputs.trainable, (trained) => {
      const modules = join(trained, stored) as unknown as Modules<Tensor>;
      const outputs = applyHeads(trunk, heads, modules, inputs.frozen, inputs.inputs as Tensor, mode);
      const losses = heads.map((head, i) => {
        const name = `h${i}`;
        return headLoss(head, outputs[i]!, branch("targets")[name]!, branch("known")[name]!).mul(
          branch("weights")[name]!,
        );
      });
      const total = losses.reduce((sum, loss) => sum.add(loss));
      return { value: total, aux: { buffers: mode.updates.appliedTo(stored) } as Tree<Tensor> };
    });
    const clipped = clipByGlobalNorm(gradient, MAX_GRADIENT_NORM);
    const next = adamw.update(
      {
        parameters: inputs.trainable,
        gradient: clipped.gradient,
        slots: inputs.slots as never,
        scalars: inputs.scalars as never,
        roles,
      },
      ADAMW,
    );
    const { buffers: updated = {} } = aux as { buffers?: Tree<Tensor> };
    return { trainable: next.parameters, slots: next.slots as Tree<Tensor>, buffers: updated };
  });
}

async function tracePrediction({ trunk, heads, batchSize }: HeadProgramOptions, specs: Modules<ParameterSpec>) {
  const given = { parameters: specs as Tree<TensorSpec>, ...frozenOf(trunk), inputs: inputSpec(trunk, batchSize) };
  return trace(given, (all) => {
    const { parameters, frozen, inputs } = all as unknown as Readonly<Record<string, Tree<Tensor>>>;
    const outputs = applyHeads(
      trunk,
      heads,
      parameters as unknown as Modules<Tensor>,
      frozen,
      inputs as Tensor,
      evaluationMode(),
    );
    return Object.fromEntries(outputs.map((output, i) => [`h${i}`, output]));
  });
}

/** [B, width] of each head. */
function applyHeads(
  trunk: Trunk,
  heads: HeadProgramOptions["heads"],
  modules: Modules<Tensor>,
  frozen: Tree<Tensor> | undefined,
  inputs: Tensor,
  mode: Mode,
): Tensor[] {
  const features = trunk.encode(modules.trunk ?? {}, frozen, inputs, mode);
  return heads.map(({ width }, i) => {
    const parameters = (modules.heads as Readonly<Record<string, never>>)[`h${i}`]!;
    return linear(trunk.featureDim, width).apply(parameters, features, mode);
  });
}
