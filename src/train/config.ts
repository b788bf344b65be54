/** Everything that decides the outcome of a run, as plain data: it is saved in the run folder and compared on resume. */
import type { SampleRecipe } from "../augment/index.js";
import { DarkmatterError } from "../compute/index.js";
import type { ClipSettings, ObservationShape, SampleKindName, SeriesSettings, Standardisation } from "../data/index.js";

export interface TrainConfig {
  readonly data: {
    /** What samples are; images if absent. */
    readonly kind?: SampleKindName;
    /** Folder, archive, file or data set, as the user named it. */
    readonly source: string;
    readonly labels?: string;
    /** Images set aside by the seed, never trained on: a fraction of them, or a count. `numImages` are the others. */
    readonly holdOut?: number;
    /** Decides which; the run's seed if absent. */
    readonly holdOutSeed?: number;
    readonly numImages: number;
    readonly channels: number;
    /** Of series: how windows are cut, and by what channels are standardised. */
    readonly series?: SeriesSettings & Standardisation;
    /** Of clips: how episodes are cut, what is observed and done, and by what channels are standardised. */
    readonly clips?: ClipSettings & Standardisation & ClipFacts;
    /** Of names and pixels (or values), see `digestOf`: tells whether a resumed run sees the images it began with. */
    readonly digest: string;
  };
  /** Side of the global views in pixels, and of the images evaluation sees; of series, time steps of a window. */
  readonly imageSize: number;
  readonly objective: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  readonly encoder: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  /** Absent for an objective without one. */
  readonly projector?: { readonly hiddenDim: number; readonly numHiddenLayers: number; readonly outDim: number };
  readonly optimizer: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  /** One a view, global views first. */
  readonly views: readonly SampleRecipe[];
  readonly numGlobalViews: number;
  readonly batchSize: number;
  /** Images of a batch encoded at a time; the whole batch if absent. The gradient is the whole batch's either way. */
  readonly chunkSize?: number;
  readonly totalSteps: number;
  readonly warmupSteps: number;
  /** Peak of the warm-up; a cosine takes it to `finalLearningRate`. */
  readonly learningRate: number;
  readonly finalLearningRate: number;
  readonly weightDecay: number;
  /** Half a cosine takes the weight decay there; constant if absent. */
  readonly finalWeightDecay?: number;
  /** The gradient over all parameters is shortened to this norm. */
  readonly maxGradientNorm: number;
  readonly seed: number;
  readonly engine: string;
  /** Threads of the engine: part of the outcome, since sums are split by thread. */
  readonly numThreads: number;
}

/** What is seen and done in a clip. */
export interface ClipFacts {
  readonly observation: ObservationShape["kind"];
  /** Numbers between two observations; 0 where nobody acts. */
  readonly actionDim: number;
  /** The environment that made the episodes, if one did. */
  readonly world?: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
}

/** What an encoder is given: clips are shown one observation at a time, a picture or a vector. */
export function encodedKind({
  kind = "images",
  clips,
}: Pick<TrainConfig["data"], "kind" | "clips">): "images" | "series" {
  if (kind !== "clips") return kind;
  return clips?.observation === "vectors" ? "series" : "images";
}

/** How often a run looks at itself; no part of its outcome. */
export interface TrainCadence {
  readonly checkpointEvery: number;
  readonly metersEvery: number;
  /** Steps between looks at the kNN accuracy of samples set aside; absent: none. */
  readonly knnEvery?: number;
}

/**
 * Refuse to resume a run under another config.
 * @throws DarkmatterError listing the keys that differ, with both values
 */
export function requireSameConfig(saved: TrainConfig, wanted: TrainConfig): void {
  const changes = differences("", saved, wanted);
  if (changes.length === 0) return;
  throw new DarkmatterError(
    `resume: the config differs from the run's: ${changes.join("; ")}. ` +
      "A resumed run must end as the unbroken one would; start a new run to change its config.",
  );
}

/** Paths at which two configs differ, as "path: was a, now b". */
function differences(path: string, was: unknown, now: unknown): string[] {
  if (Object.is(was, now)) return [];
  if (isRecord(was) && isRecord(now)) {
    const keys = new Set([...Object.keys(was), ...Object.keys(now)]);
    return [...keys].flatMap((key) => differences(path === "" ? key : `${path}.${key}`, was[key], now[key]));
  }
  return [`${path}: was ${JSON.stringify(was)}, now ${JSON.stringify(now)}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
