/** Clips: some observations of an episode in a row, and what was done between them. Samples of video and of worlds. */
import { ValueError } from "../../compute/errors.js";
import { checkIndices, selectGroupings } from "../image-set.js";
import type { SampleSet } from "../sample-set.js";
import type { Standardisation } from "../series/index.js";
import type { EpisodeSet } from "./episode-set.js";
import { type ObservationShape, observationBytes } from "./episode-source.js";

/** How episodes are cut into clips: with these the same clips come out again. */
export interface ClipSettings {
  /** Observations of a clip, T. */
  readonly clipLength: number;
  /** Steps from one observation of a clip to the next; what was done in all of them lies between. */
  readonly frameStride: number;
  /** Steps from the start of one clip to that of the next. */
  readonly clipEvery: number;
}

/** Observations of clips by number, standardised. */
export interface ClipReader {
  readonly kind: "clips";
  readonly numImages: number;
  readonly channels: number;
  readonly observation: ObservationShape;
  readonly settings: ClipSettings;
  /** Numbers between two observations of a clip: those of an action, `frameStride` times. */
  readonly actionDim: number;
  /** Shape of one observation: [C, S, S] of pictures, [C, 1] of vectors. */
  readonly shape: readonly number[];
  /** Observations first .. first + count − 1 of a clip, float32 [count, ...shape], written into `into` at `offset`. */
  readObservations(clip: number, span: FrameSpan, into: Float32Array, offset?: number): void;
  /** What was done: float32 [clipLength − 1, actionDim], written into `into` at `offset`. */
  readActions(clip: number, into: Float32Array, offset?: number): void;
}

/** Some observations of a clip. */
export interface FrameSpan {
  readonly first: number;
  readonly count: number;
}

export interface ClipSet extends SampleSet, ClipReader {
  readonly kind: "clips";
  /** Side of the pictures; 1 for vectors. */
  readonly imageSize: number;
  readonly episodes: EpisodeSet;
  readonly standardisation: Standardisation;
  /** The episode of each clip, and its first step there. */
  readonly episodeOf: Uint32Array;
  readonly starts: Uint32Array;
  /** As they are in the file: [T, ...observation]. */
  readRaw(clip: number, span: FrameSpan, into?: Uint8Array): Uint8Array;
}

type ClipFields = Pick<
  ClipSet,
  "name" | "episodes" | "settings" | "standardisation" | "episodeOf" | "starts" | "warnings" | "indices"
> &
  Pick<SampleSet, "measurements">;

/** A set from its fields. */
export function clipSet(fields: ClipFields): ClipSet {
  const { episodes, settings, standardisation, episodeOf, starts } = fields;
  const { clipLength, frameStride } = settings;
  const { observation } = episodes;
  const [imageSize, channels] =
    observation.kind === "frames" ? [observation.size, observation.channels] : [1, observation.dim];
  const places = imageSize * imageSize;
  const bytes = observationBytes(observation);
  const actionDim = episodes.actionDim * frameStride;
  let raw = new Uint8Array(0);
  const readRaw = (clip: number, { first, count }: FrameSpan, into?: Uint8Array) => {
    checkIndices("readObservations", [clip], starts.length);
    const from = starts[clip]! + first * frameStride;
    return episodes.readObservations(episodeOf[clip]!, { first: from, count, stride: frameStride }, into);
  };
  return {
    ...fields,
    kind: "clips",
    numImages: starts.length,
    channels,
    imageSize,
    observation,
    actionDim,
    shape: observation.kind === "frames" ? [channels, imageSize, imageSize] : [channels, 1],
    paths: Array.from(starts, (start, clip) => `episode ${episodeOf[clip]} from step ${start}`),
    skipped: [],
    readRaw,
    readObservations(clip, span, into, offset = 0) {
      if (raw.length < span.count * bytes) raw = new Uint8Array(span.count * bytes);
      const values = numbersOf(readRaw(clip, span, raw), observation);
      const { means, stds } = standardisation;
      for (let frame = 0; frame < span.count; frame++) {
        const from = frame * places * channels; // channels are innermost there, outermost here
        for (let c = 0; c < channels; c++) {
          const [mean, factor] = [means[c]!, 1 / stds[c]!];
          const to = offset + from + c * places;
          for (let place = 0; place < places; place++) {
            into[to + place] = (values[from + place * channels + c]! - mean) * factor;
          }
        }
      }
    },
    readActions(clip, into, offset = 0) {
      checkIndices("readActions", [clip], starts.length);
      if (actionDim === 0) return;
      const span = { first: starts[clip]!, count: clipLength - 1, stride: frameStride };
      into.set(episodes.readActions(episodeOf[clip]!, span), offset);
    },
    close: () => episodes.close(),
  };
}

/** Some clips of a set, in the given order. Closing it does nothing. */
export function selectClips(set: ClipSet, indices: ArrayLike<number>): ClipSet {
  checkIndices("selectClips", indices, set.numImages);
  const chosen = Uint32Array.from(indices);
  const { measurements } = selectGroupings(set, chosen);
  const { name, episodes, settings, standardisation, warnings } = set;
  return {
    ...clipSet({
      ...{ name, episodes, settings, standardisation, warnings },
      ...(measurements && { measurements }),
      episodeOf: chosen.map((index) => set.episodeOf[index]!),
      starts: chosen.map((index) => set.starts[index]!),
      indices: chosen.map((index) => set.indices?.[index] ?? index),
    }),
    close() {},
  };
}

/** The same clips, standardised by other moments: those of the clips a run was trained on. */
export function clipsStandardisedBy(set: ClipSet, standardisation: Standardisation): ClipSet {
  return { ...clipSet({ ...set, standardisation }), close: set.close };
}

/** Bytes of pictures as they are, vectors as the floats they hold. */
function numbersOf(raw: Uint8Array, observation: ObservationShape): Uint8Array | Float32Array {
  if (observation.kind === "frames") return raw;
  return new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
}

/**
 * Refuse clips that nothing can be learnt from.
 * @throws ValueError for fewer than two clips, or when none of the first hundred shows a change
 */
export function requireTrainableClips(set: ClipSet): void {
  if (set.numImages < 2) {
    const hint = "Learning compares clips with each other. Shorter clips (--clip-length) or longer episodes give more.";
    throw new ValueError("requireTrainable", set.name, "episodes with at least 2 clips", set.numImages, hint);
  }
  const count = set.settings.clipLength;
  const first = set.readRaw(0, { first: 0, count: 1 }).slice();
  for (let clip = 0; clip < Math.min(set.numImages, 100); clip++) {
    const frames = set.readRaw(clip, { first: 0, count });
    if (frames.some((value, i) => value !== first[i % first.length])) return;
  }
  throw new ValueError("requireTrainable", set.name, "clips in which something changes", "the same picture throughout");
}
