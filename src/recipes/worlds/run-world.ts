/** The world that a run learnt, and what its model makes of a state of it. */
import { lookUp, resolveOptions, ValueError } from "../../compute/index.js";
import { createWorld, type Environment, environments, type World } from "../../environments/index.js";
import { createImaginer, type Imaginer, RunFolder, type TrainConfig } from "../../train/index.js";

export interface RunWorld<S = unknown> {
  /** Of the environment. */
  readonly name: string;
  /** Its options now, every one filled in. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly world: World<S>;
  readonly config: TrainConfig;
  readonly imaginer: Imaginer;
  /** What the model makes of these states by looking at them: [n, stateDim]. */
  statesOf(states: readonly S[]): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface RunWorldOptions {
  /** Another environment than the one that made the episodes. */
  readonly environment?: string;
  /** Of the environment, over those under which it judges. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/**
 * Open a run's model beside its world, under the options by which that world judges (places held out, say).
 * @throws DarkmatterError for a folder without a trained world model; ValueError if nobody knows which world it is of, or
 *   the world looks otherwise than what the run has seen
 */
export async function openRunWorld<S>(
  operation: string,
  path: string,
  { environment, options = {} }: RunWorldOptions = {},
): Promise<RunWorld<S>> {
  const folder = await RunFolder.open(path);
  const { config } = folder;
  const learnt = config.data.clips?.world;
  const name = environment ?? learnt?.name;
  if (name === undefined) {
    const hint = "Its episodes were not made by an environment: say which one it shall act in.";
    throw new ValueError(operation, "environment", "the name of an environment", environment, hint);
  }
  const { judgedUnder = {} } = lookUp<Environment>(operation, "environment", environments as never, name);
  const judged = { ...(name === learnt?.name && learnt.options), ...judgedUnder, ...options };
  const world = createWorld(name, judged) as World<S>;
  requireSameLook(operation, name, world, config);
  const imaginer = await createImaginer(config, (await folder.loadParameters("online")) as never);
  const { means, stds } = config.data.clips!;
  const { size, channels } = world.observation;
  const places = size * size;
  return {
    name,
    options: resolveOptions(name, (environments as unknown as Record<string, Environment>)[name]!.options, judged),
    world,
    config,
    imaginer,
    statesOf(states) {
      const seen = new Float32Array(states.length * channels * places);
      for (const [i, state] of states.entries()) {
        const pixels = world.render(state);
        for (let c = 0; c < channels; c++) {
          const at = (i * channels + c) * places;
          for (let p = 0; p < places; p++) seen[at + p] = (pixels[p * channels + c]! - means[c]!) / stds[c]!;
        }
      }
      return imaginer.statesOf(seen, states.length);
    },
    close: () => imaginer.close(),
  };
}

/** @throws ValueError naming both sizes */
function requireSameLook(
  operation: string,
  name: string,
  { observation, actionDim }: World,
  config: TrainConfig,
): void {
  const { channels, clips } = config.data;
  if (clips === undefined) {
    const hint = "Train one with a folder of episodes (darkmatter worlds generate).";
    throw new ValueError(operation, "run", "one of a world model", config.objective.name, hint);
  }
  const [theirs, ours] = [
    `${observation.size} × ${observation.size} px in ${observation.channels} channels, ${actionDim} numbers an action`,
    `${config.imageSize} × ${config.imageSize} px in ${channels} channels, ${clips.actionDim / clips.frameStride} numbers an action`,
  ];
  if (theirs === ours) return;
  const hint = `The run has seen ${ours}. Name the environment it was trained in.`;
  throw new ValueError(
    operation,
    "environment",
    "one that looks like what the run was trained on",
    `${name}: ${theirs}`,
    hint,
  );
}
