/** A trained world model at work: states of what is seen, and what would follow from them. Frozen, in evaluation mode. */
import {
  chooseEngine,
  compile,
  type Executable,
  float32,
  float32Spec,
  type HostArray,
  ShapeError,
  sizeOf,
  stack,
  type Tensor,
  type Tree,
  trace,
  ValueError,
} from "../compute/index.js";
import { evaluationMode, type Standing } from "../nn/index.js";
import { dynamicsOf } from "../objectives/world-model-head.js";
import type { TrainConfig } from "./config.js";
import { engineOptionsOf } from "./engine-options.js";
import { requireFiniteImages } from "./finite.js";
import { buildModel } from "./model.js";

/** Where imagining begins: what was seen, as the model holds it. One row each. */
export interface StandingArrays {
  /** [n, stateDim] */
  readonly state: Float32Array;
  /** [n, memoryDim]; absent without a memory. */
  readonly memory?: Float32Array;
}

/** What would follow, in every future. */
export interface Imagined {
  readonly count: number;
  readonly numFutures: number;
  readonly horizon: number;
  readonly dim: number;
  /** [count, numFutures, horizon, dim] */
  readonly states: Float32Array;
  /** How likely each future is, from what was seen and the first action: [count, numFutures], rows sum to 1. */
  readonly chances: Float64Array;
}

export interface Imaginer {
  readonly stateDim: number;
  readonly numFutures: number;
  /** Numbers of what is done between two observations. */
  readonly actionDim: number;
  /**
   * States of standardised observations, float32 [n, ...shape] -> [n, stateDim].
   * @throws ShapeError for observations of another size, ValueError for one with NaN or infinities
   */
  statesOf(observations: Float32Array, count: number): Promise<Float32Array>;
  /**
   * Look at states one after the other, C of [n, stateDim], with what was done between them, C − 1 of [n, actionDim].
   * Without a memory the last state is all that counts.
   */
  look(states: readonly Float32Array[], actions: readonly Float32Array[], count: number): Promise<StandingArrays>;
  /**
   * What follows from a standing under actions [count, horizon, actionDim]. A standing of one row is that of all.
   * @throws ShapeError for actions of another width
   */
  imagine(
    standing: StandingArrays,
    actions: Float32Array,
    sizes: { count: number; horizon: number },
  ): Promise<Imagined>;
  /**
   * How much each state surprised after all before it, T of [n, stateDim] under actions T − 1 of [n, actionDim]: the
   * energy of the step, min over futures of mean (ŝ − s)².
   * @returns [n, T − 1]
   */
  surprises(states: readonly Float32Array[], actions: readonly Float32Array[], count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

type Run = Executable<unknown, Readonly<Record<string, HostArray>>>;
type Given = { readonly parameters: Readonly<Record<string, never>>; readonly [name: string]: unknown };

/** Observations that are encoded together. */
const CHUNK = 64;

/**
 * @param parameters of the whole model, buffers included
 * @throws ValueError for a run that predicts nothing
 */
export async function createImaginer(config: TrainConfig, parameters: Tree<HostArray>): Promise<Imaginer> {
  const { clips, channels } = config.data;
  if (clips === undefined) {
    const hint = "Train one with a folder of episodes: darkmatter worlds generate, then darkmatter train.";
    throw new ValueError("imagine", "run", "one of a world model", config.objective.name, hint);
  }
  const { encoder, objectiveConfig, specs } = buildModel(config);
  const { actionDim } = clips;
  const dims = { encoder, imageSize: config.imageSize, channels, projector: undefined, actionDim };
  const dynamics = dynamicsOf(dims, objectiveConfig);
  const {
    stateDim,
    memoryDim,
    numCodes: numFutures,
  } = objectiveConfig as Readonly<Record<string, number>> & {
    readonly stateDim: number;
    readonly memoryDim: number;
    readonly numCodes: number;
  };
  const shape = clips.observation === "frames" ? [channels, config.imageSize, config.imageSize] : [channels, 1];
  const engine = await chooseEngine(config.engine);
  const programs = new Map<string, Promise<Run>>();
  /** Traced and compiled once for each size. */
  const programFor = (key: string, inputs: Readonly<Record<string, unknown>>, body: (given: Given) => object) => {
    const known = programs.get(key);
    if (known !== undefined) return known;
    const made = trace(
      { parameters: specs, ...inputs } as never,
      (given) => body(given as unknown as Given) as never,
    ).then((program) => compile(program as never, engine, engineOptionsOf(config)) as unknown as Run);
    programs.set(key, made);
    return made;
  };
  const standingSpecs = (rows: number) => ({
    state: float32Spec([rows, stateDim]),
    ...(memoryDim > 0 && { memory: float32Spec([rows, memoryDim]) }),
  });
  /** T states, and the T − 1 actions between them. */
  const clipSpecs = (count: number, T: number) => ({
    states: named(Array.from({ length: T }, () => float32Spec([count, stateDim]))),
    ...(actionDim > 0 &&
      T > 1 && { actions: named(Array.from({ length: T - 1 }, () => float32Spec([count, actionDim]))) }),
  });
  const clipArrays = (states: readonly Float32Array[], actions: readonly Float32Array[], count: number) => ({
    states: named(states.map((x) => float32(x, [count, stateDim]))),
    ...(actionDim > 0 && states.length > 1 && { actions: named(actions.map((x) => float32(x, [count, actionDim]))) }),
  });
  const clipOf = ({ states, actions = {} }: Given) => ({
    seen: Object.values(states as Readonly<Record<string, Tensor>>),
    done: Object.values(actions as Readonly<Record<string, Tensor>>),
  });
  const standingOf = (given: Given, rows: number): Standing => {
    const spread = (x: unknown, dim: number) => (x as Tensor).broadcastTo([rows, dim]);
    return {
      state: spread(given.state, stateDim),
      ...(memoryDim > 0 && { memory: spread(given.memory, memoryDim) }),
    };
  };

  return {
    stateDim,
    numFutures,
    actionDim,
    async statesOf(observations, count) {
      const length = sizeOf(shape);
      if (observations.length !== count * length) {
        throw new ShapeError("statesOf", "observations", [count, ...shape], [observations.length]);
      }
      requireFiniteImages("statesOf", observations, count, (row) => `observation ${row}`);
      const program = await programFor("states", { images: float32Spec([CHUNK, ...shape]) }, (given) => {
        const { features } = encoder.encode(given.parameters.encoder!, given.images as Tensor, evaluationMode());
        return { state: dynamics.stateOf(given.parameters, features, evaluationMode()) };
      });
      const states = new Float32Array(count * stateDim);
      for (let from = 0; from < count; from += CHUNK) {
        const some = Math.min(CHUNK, count - from);
        const padded = new Float32Array(CHUNK * length);
        padded.set(observations.subarray(from * length, (from + some) * length));
        const { state } = await program.run({ parameters, images: float32(padded, [CHUNK, ...shape]) });
        states.set(state!.data.subarray(0, some * stateDim) as Float32Array, from * stateDim);
      }
      return states;
    },
    async look(states, actions, count) {
      const last = states.at(-1)!;
      if (memoryDim === 0) return { state: last };
      const program = await programFor(`look ${count} ${states.length}`, clipSpecs(count, states.length), (given) => {
        const { seen, done } = clipOf(given);
        return { ...dynamics.look(given.parameters, seen, done, evaluationMode()) };
      });
      const { state, memory } = await program.run({ parameters, ...clipArrays(states, actions, count) });
      return { state: state!.data.slice() as Float32Array, memory: memory!.data.slice() as Float32Array };
    },
    async imagine({ state, memory }, actions, { count, horizon }) {
      if (actions.length !== count * horizon * actionDim) {
        throw new ShapeError("imagine", "actions", [count, horizon, actionDim], [actions.length]);
      }
      const rows = state.length / stateDim;
      const inputs = {
        ...standingSpecs(rows),
        ...(actionDim > 0 && { actions: float32Spec([count, horizon, actionDim]) }),
      };
      const program = await programFor(`imagine ${rows} ${count} ${horizon}`, inputs, (given) => {
        const standing = standingOf(given, count);
        const taken = given.actions as Tensor | undefined;
        const steps =
          taken?.split(1, horizon).map((step) => step.squeeze(1)) ?? Array<undefined>(horizon).fill(undefined);
        const futures = Array.from({ length: numFutures }, (_, code) =>
          dynamics.imagine(given.parameters, standing, steps, code, evaluationMode()),
        );
        const chances =
          numFutures === 1
            ? {}
            : { chances: dynamics.prior(given.parameters, standing, steps[0], evaluationMode()).softmax(1) };
        return { ...chances, futures: named(futures.map((states) => named(states))) };
      });
      const given = {
        state: float32(state, [rows, stateDim]),
        ...(memory && memoryDim > 0 && { memory: float32(memory, [rows, memoryDim]) }),
        ...(actionDim > 0 && { actions: float32(actions, [count, horizon, actionDim]) }),
      };
      const { futures, chances } = (await program.run({ parameters, ...given })) as unknown as {
        readonly futures: Readonly<Record<string, Readonly<Record<string, HostArray>>>>;
        readonly chances?: HostArray;
      };
      const states = new Float32Array(count * numFutures * horizon * stateDim);
      for (let k = 0; k < numFutures; k++) {
        for (let t = 0; t < horizon; t++) {
          const said = futures[k]![t]!.data;
          for (let i = 0; i < count; i++) {
            const at = ((i * numFutures + k) * horizon + t) * stateDim;
            states.set(said.subarray(i * stateDim, (i + 1) * stateDim) as Float32Array, at);
          }
        }
      }
      const likely = chances === undefined ? new Float64Array(count).fill(1) : summingToOne(chances.data, numFutures);
      return { count, numFutures, horizon, dim: stateDim, states, chances: likely };
    },
    async surprises(states, actions, count) {
      const key = `surprises ${count} ${states.length}`;
      const program = await programFor(key, clipSpecs(count, states.length), (given) => {
        const { seen, done } = clipOf(given);
        const standings = dynamics.watch(given.parameters, seen.slice(0, -1), done, evaluationMode());
        const energies = standings.map((standing, t) => {
          const errors = Array.from({ length: numFutures }, (_, code) => {
            const [said] = dynamics.imagine(given.parameters, standing, [done[t]], code, evaluationMode());
            return said!
              .sub(seen[t + 1]!)
              .square()
              .mean(1);
          });
          return errors.reduce((a, b) => a.minimum(b)); // [n]
        });
        return { energies: stack(energies, 1) };
      });
      const { energies } = await program.run({ parameters, ...clipArrays(states, actions, count) });
      return energies!.data.slice() as Float32Array;
    },
    async close() {
      for (const program of programs.values()) await (await program).dispose();
    },
  };
}

function named<T>(items: readonly T[]): Readonly<Record<string, T>> {
  return Object.fromEntries(items.map((item, i) => [`${i}`, item]));
}

/** Rows of a softmax in float32, without what rounding left. */
function summingToOne(rows: ArrayLike<number>, width: number): Float64Array {
  const exact = Float64Array.from(rows);
  for (let first = 0; first < exact.length; first += width) {
    const row = exact.subarray(first, first + width);
    const sum = row.reduce((total, chance) => total + chance, 0);
    row.forEach((chance, i) => {
      row[i] = chance / sum;
    });
  }
  return exact;
}
