/**
 * Two-phase materials, simulated here: random periodic patterns of a good conductor (white) in a poor one (black), of some
 * of which it was measured (solved) how well they conduct heat. Most are not: labels are what costs.
 */
import { createHash } from "node:crypto";
import { keyFor } from "../../compute/random.js";
import {
  conductingCell,
  drawMaterial,
  effectiveConductivity,
  type Material,
  materialPixels,
} from "../../environments/index.js";
import { labelsFromNames } from "../groupings.js";
import type { Measurements } from "../image-set.js";
import { EvenSample, type ImageSource, type SourceImage, type SourceListing } from "../image-source.js";
import { type OnProgress, ProgressMeter } from "../progress.js";
import type { DatasetDefinition } from "./dataset.js";

/** Raised whenever the materials or what is measured of them change. */
const VERSION = 1;

export interface MaterialsOptions {
  readonly numUnmeasured: number;
  readonly numMeasured: number;
  /** Squares a side, which are the pixels of the image. */
  readonly size: number;
  readonly seed: number;
}

const DEFAULTS: MaterialsOptions = { numUnmeasured: 10_000, numMeasured: 3_000, size: 32, seed: 2026 };

export const materials: DatasetDefinition = {
  name: "materials",
  summary:
    "13,000 simulated two-phase materials, 32 px; of 3,000 the heat conductivity was solved: regression without labels for the rest",
  licence: "made by darkmatter itself",
  approximateMegabytes: 0,
  async fetch() {},
  source: ({ onProgress }) => ({ ...materialsSource(DEFAULTS, onProgress), identity: "dataset materials" }),
};

/**
 * Materials as images. The attribute "split" says "unmeasured" or "measured"; measurements, NaN where unmeasured:
 * "logConductivity.x" and "logConductivity.y", the natural logarithms of the effective conductivities along and across
 * the rows (black conducts 1, white 10, so that they lie between 0 and 2.3), and "volumeFraction", the share of white.
 */
export function materialsSource(options: MaterialsOptions, onProgress?: OnProgress): ImageSource {
  const description = JSON.stringify([VERSION, options]);
  return {
    name: "materials",
    identity: `materials ${description}`,
    fingerprint: createHash("sha256").update(description).digest("hex"),
    async list() {
      return listMaterials(options, onProgress);
    },
  };
}

function listMaterials(options: MaterialsOptions, onProgress: OnProgress | undefined): SourceListing {
  const { numUnmeasured, numMeasured, size, seed } = options;
  const count = numUnmeasured + numMeasured;
  const materialAt = (i: number) => drawMaterial(size, keyFor(seed, "material", i));
  const splits = Array.from({ length: count }, (_, i) => (i < numUnmeasured ? "unmeasured" : "measured"));
  const paths = splits.map((split, i) => `${split}/${String(i).padStart(5, "0")}`);
  const image = (i: number): SourceImage => ({
    path: paths[i]!,
    load: async () => ({ data: materialPixels(materialAt(i)), width: size, height: size, channels: 1 }),
  });
  const sample = new EvenSample<SourceImage>();
  for (let i = 0; i < count; i++) sample.add(image(i));
  const meter = new ProgressMeter("measuring", numMeasured, onProgress);
  const measured = Array.from({ length: numMeasured }, (_, i) => {
    const result = measure(materialAt(numUnmeasured + i));
    meter.advance();
    return result;
  });
  return {
    paths,
    sample: sample.items,
    skipped: [],
    warnings: [],
    attributes: { split: labelsFromNames(splits) },
    measurements: measurementsOf(measured, numUnmeasured),
    async *images(): AsyncGenerator<SourceImage> {
      for (let i = 0; i < count; i++) yield image(i);
    },
  };
}

interface Measured {
  readonly logX: number;
  readonly logY: number;
  readonly volumeFraction: number;
}

function measure(material: Material): Measured {
  const { x, y } = effectiveConductivity(conductingCell(material));
  const numWhite = material.isWhite.reduce((sum, one) => sum + one, 0);
  return { logX: Math.log(x), logY: Math.log(y), volumeFraction: numWhite / material.isWhite.length };
}

function measurementsOf(measured: readonly Measured[], numUnmeasured: number): Measurements {
  const column = (read: (one: Measured) => number) => {
    const values = new Float64Array(numUnmeasured + measured.length).fill(Number.NaN);
    values.set(measured.map(read), numUnmeasured);
    return values;
  };
  return {
    "logConductivity.x": column(({ logX }) => logX),
    "logConductivity.y": column(({ logY }) => logY),
    volumeFraction: column(({ volumeFraction }) => volumeFraction),
  };
}
