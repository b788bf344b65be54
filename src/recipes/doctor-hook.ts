/** The collapse doctor at the side of a training run. */
import { chooseEngine, type HostArray, type Tree } from "../compute/index.js";
import {
  createLayerObserver,
  diagnose,
  type Features,
  type LayerObserver,
  linesOfReading,
  meanCosine,
  type Reading,
  readingsOfLines,
  readMeters,
  readPairMeters,
  type Verdict,
} from "../evaluate/index.js";
import { join } from "../nn/index.js";
import {
  createHeldOutLoss,
  engineOptionsOf,
  type MetricLine,
  type StepEvent,
  type TrainConfig,
  type Trainer,
  type TrainHook,
} from "../train/index.js";
import { diagnoseOptionsOf } from "./circumstances.js";
import type { RunVerdict } from "./main-job.js";
import type { PinnedViews } from "./pinned-views.js";

export interface Doctor {
  readonly hook: TrainHook;
  /** The verdict on everything read so far; undefined before the first reading. */
  verdict(): RunVerdict | undefined;
  close(): Promise<void>;
}

export interface DoctorOptions {
  readonly config: TrainConfig;
  /** Steps between readings. */
  readonly every: number;
  /** Metric lines of the run before a resume. */
  readonly earlier?: readonly MetricLine[];
  /** What to look inside the encoder with; without it only what a step reports of itself is read. */
  readonly pinned?: PinnedViews;
}

/** Reads the meters every so many steps and judges. Its own programs are traced at the first reading. */
export function createDoctor({ config, every, earlier = [], pinned }: DoctorOptions): Doctor {
  const history: Reading[] = readingsOfLines(earlier);
  const options = diagnoseOptionsOf(config);
  const judge = () => describeVerdict(diagnose(history, options));
  let latest: RunVerdict | undefined = history.length > 0 ? judge() : undefined;
  const look = pinned && createLook(pinned);
  return {
    verdict: () => latest,
    hook: {
      name: "doctor",
      every,
      async observe(event, trainer) {
        const reading = withParts(readStep(event, options.target), await look?.at(event, trainer));
        history.push(reading);
        latest = judge();
        return Object.fromEntries(linesOfReading(reading).map(({ name, value }) => [name, value ?? Number.NaN]));
      },
    },
    close: async () => look?.close(),
  };
}

/** A verdict in the words the command line and the studio show. */
export function describeVerdict({ name, evidence, remedy }: Verdict): RunVerdict {
  return { name, isHealthy: name === "healthy", evidence: evidence.join("; "), remedy };
}

/** What a step reports of itself. */
function readStep({ step, report, scalars }: StepEvent, target: Parameters<typeof readMeters>[1]): Reading {
  const projections = featuresOf(report.projections);
  const { positives, targetDrift } = report;
  return {
    step,
    loss: scalars["train/total"]!,
    projections: readMeters(projections, target),
    features: readMeters(featuresOf(report.features), "features"),
    ...(positives && { pairs: readPairMeters(projections, featuresOf(positives)) }),
    gradients: Object.fromEntries(Object.entries(report.gradientNorms).map(([name, { data }]) => [name, data[0]!])),
    ...(targetDrift && { target: { drift: targetDrift.data[0]! } }),
  };
}

/** What the pinned views show: single layers, what the averaged encoder makes of the same images, unseen images. */
function createLook({ seen, unseen, unseenActions }: PinnedViews) {
  const heldOut = unseen && createHeldOutLoss(unseen, unseenActions);
  let observer: LayerObserver | undefined;
  return {
    async at(event: StepEvent, trainer: Trainer): Promise<Pick<Reading, "layers" | "target" | "data">> {
      const { config, model } = trainer;
      observer ??= await createLayerObserver(
        model.encoder,
        seen.shape,
        await chooseEngine(config.engine),
        engineOptionsOf(config),
      );
      const { features, layers } = await observer.look(encoderOf(event.state), seen);
      const averaged = model.targetSpecs && (await observer.features(encoderOf(event.state.target), seen));
      return {
        layers,
        ...(averaged && { target: { featureCosine: meanCosine(features, averaged) } }),
        ...(heldOut && { data: { unseenLoss: await heldOut.after(event, trainer) } }),
      };
    },
    async close() {
      await observer?.close();
      await heldOut?.close();
    },
  };
}

/** One reading of both; what they know of the target comes together. */
function withParts(reading: Reading, parts: Partial<Reading> = {}): Reading {
  const { target = reading.target } = parts;
  return { ...reading, ...parts, ...(target && { target: { ...reading.target, ...target } }) };
}

/** The encoder of a state or of its averaged copy, buffers included. */
function encoderOf({ trainable, buffers }: Pick<StepEvent["state"], "trainable" | "buffers">): Tree<HostArray> {
  return (join<HostArray>(trainable, buffers) as Readonly<Record<string, Tree<HostArray>>>).encoder!;
}

function featuresOf({ shape, data }: HostArray): Features {
  const [numImages, dim] = shape as [number, number];
  return { numImages, dim, values: data as Float32Array };
}
