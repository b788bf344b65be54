/**
 * Objects on textured ground, drawn here, so that everything about them is known exactly: which of ten kinds, where, how
 * large, which way up, in which colour. All of it is independent, and no two pictures share an outline or a ground.
 */
import { createHash } from "node:crypto";
import { childKey, type Key, keyFor, Random } from "../../compute/random.js";
import type { RawImage } from "../decode.js";
import { labelsFromNames } from "../groupings.js";
import type { Measurements } from "../image-set.js";
import { EvenSample, type SourceImage, type SourceListing } from "../image-source.js";
import type { DatasetDefinition } from "./dataset.js";
import { drawBackground } from "./drawing/background.js";
import { coverageOf } from "./drawing/coverage.js";
import { drawShape, OBJECT_KINDS, type ObjectKind } from "./drawing/outlines.js";

/** Raised whenever the pictures change. */
const VERSION = 2;
const NUM_IMAGES = 10_000;
const SIDE = 64;
const SEED = 2026;

/** What a picture shows. Lengths are shares of its side. */
export interface PlacedObject {
  readonly kind: ObjectKind;
  /** Centre, 0.36 to 0.64 from the left and from the top: the largest object fits everywhere. */
  readonly x: number;
  readonly y: number;
  /** Radius of the circle around it, 0.18 to 0.36, uniform in its logarithm. */
  readonly radius: number;
  /** Clockwise from upright, in radians, 0 to 2π. */
  readonly angle: number;
  /** Of its colour, in radians, 0 to 2π: red, yellow, green, cyan, blue, magenta. */
  readonly hue: number;
  readonly saturation: number;
  /** The brightest of its red, green and blue, 0..1. */
  readonly value: number;
}

export const placedObjects: DatasetDefinition = {
  name: "placed-objects",
  summary:
    "10,000 drawn objects of ten kinds, 64 px, on textured ground: position, size, orientation and colour are known exactly",
  licence: "made by darkmatter itself",
  approximateMegabytes: 0,
  async fetch() {},
  source: () => ({
    name: placedObjects.name,
    identity: `dataset ${placedObjects.name}`,
    fingerprint: createHash("sha256")
      .update(JSON.stringify([VERSION, NUM_IMAGES, SIDE, SEED]))
      .digest("hex"),
    async list() {
      return listPlacedObjects(NUM_IMAGES, SIDE, SEED);
    },
  }),
};

/**
 * The pictures as raw pixels, drawn when they are asked for.
 * Measurements, one factor before each dot: position.x, position.y (0..1), size.log2Radius (of the share of the side),
 * orientation.sin, orientation.cos, colour.sin, colour.cos (of the hue).
 */
export function listPlacedObjects(numImages: number, side: number, seed: number): SourceListing {
  const keys = Array.from({ length: numImages }, (_, i) => keyFor(seed, "placed object", i));
  const objects = keys.map(placeObject);
  const paths = objects.map(({ kind }, i) => `${kind}/${String(i).padStart(5, "0")}`);
  const image = (i: number): SourceImage => ({
    path: paths[i]!,
    load: async () => drawObject(objects[i]!, side, keys[i]!),
  });
  const sample = new EvenSample<SourceImage>();
  for (let i = 0; i < numImages; i++) sample.add(image(i));
  return {
    paths,
    sample: sample.items,
    skipped: [],
    warnings: [],
    labels: labelsFromNames(objects.map(({ kind }) => kind)),
    measurements: measurementsOf(objects),
    async *images(): AsyncGenerator<SourceImage> {
      for (let i = 0; i < numImages; i++) yield image(i);
    },
  };
}

/** What the picture of a key shows. */
export function placeObject(key: Key): PlacedObject {
  const random = new Random(childKey(key, "factors"));
  return {
    kind: OBJECT_KINDS[random.integer(OBJECT_KINDS.length)]!,
    x: random.uniform(0.36, 0.64),
    y: random.uniform(0.36, 0.64),
    radius: 2 ** random.uniform(Math.log2(0.18), Math.log2(0.36)),
    angle: random.uniform(0, 2 * Math.PI),
    hue: random.uniform(0, 2 * Math.PI),
    saturation: random.uniform(0.6, 1),
    value: random.uniform(0.6, 1),
  };
}

/** Brightness of the foot of an object as a share of that of its head: each is lit from its own top, whichever way it lies. */
const SHADE_AT_FOOT = 0.35;

/** The picture: the object in its colour on a ground; outline and ground follow from the key. */
export function drawObject(object: PlacedObject, side: number, key: Key): RawImage {
  const shape = drawShape(object.kind, new Random(childKey(key, "outline")));
  const { x, y, radius, angle } = object;
  const coverage = coverageOf(shape, { x: x * side, y: y * side, radius: radius * side, angle }, side);
  const ground = drawBackground(side, new Random(childKey(key, "ground")));
  const colour = colourOf(object);
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const share = coverage[pixel]!;
    const right = ((pixel % side) + 0.5) / side - x;
    const down = (Math.floor(pixel / side) + 0.5) / side - y;
    // from 0 at the head to 1 at the foot, in the object's own frame
    const towardsFoot = Math.min(
      1,
      Math.max(0, 0.5 + (Math.cos(angle) * down - Math.sin(angle) * right) / (2 * radius)),
    );
    const light = 1 - (1 - SHADE_AT_FOOT) * towardsFoot;
    data[i] = Math.round(255 * (share * light * colour[i % 3]! + (1 - share) * ground[i]!));
  }
  return { data, width: side, height: side, channels: 3 };
}

function measurementsOf(objects: readonly PlacedObject[]): Measurements {
  const measure = (read: (object: PlacedObject) => number) => Float64Array.from(objects, read);
  return {
    "position.x": measure(({ x }) => x),
    "position.y": measure(({ y }) => y),
    "size.log2Radius": measure(({ radius }) => Math.log2(radius)),
    "orientation.sin": measure(({ angle }) => Math.sin(angle)),
    "orientation.cos": measure(({ angle }) => Math.cos(angle)),
    "colour.sin": measure(({ hue }) => Math.sin(hue)),
    "colour.cos": measure(({ hue }) => Math.cos(hue)),
  };
}

/** Red, green and blue in 0..1 of a colour given as hue, saturation and value. */
function colourOf({ hue, saturation, value }: PlacedObject): readonly number[] {
  const sixth = (hue * 3) / Math.PI;
  return [5, 3, 1].map((offset) => {
    const place = (offset + sixth) % 6;
    return value * (1 - saturation * Math.max(0, Math.min(place, 4 - place, 1)));
  });
}
