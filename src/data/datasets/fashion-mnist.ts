/**
 * Fashion-MNIST (Xiao et al. 2017, arXiv:1708.07747): 60,000 + 10,000 gray pictures of clothes, 28 px, 10 classes, as
 * Debian packages it: IDX files under /usr/share.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { DarkmatterError } from "../../compute/errors.js";
import type { RawImage } from "../decode.js";
import { labelsFromNames } from "../groupings.js";
import { EvenSample, type SourceImage, type SourceListing } from "../image-source.js";
import type { DatasetDefinition } from "./dataset.js";

const FOLDER = "/usr/share/datasets/fashion-mnist";
const CLASS_NAMES = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/** A file of the data set and the digest of what Debian ships. */
export interface IdxFile {
  readonly name: string;
  readonly sha256: string;
}

export interface IdxPart {
  readonly split: "train" | "test";
  readonly images: IdxFile;
  readonly classes: IdxFile;
}

const PARTS: readonly IdxPart[] = [
  {
    split: "train",
    images: {
      name: "train-images-idx3-ubyte.gz",
      sha256: "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
    },
    classes: {
      name: "train-labels-idx1-ubyte.gz",
      sha256: "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
    },
  },
  {
    split: "test",
    images: {
      name: "t10k-images-idx3-ubyte.gz",
      sha256: "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
    },
    classes: {
      name: "t10k-labels-idx1-ubyte.gz",
      sha256: "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
    },
  },
];

export const fashionMnist: DatasetDefinition = {
  name: "fashion-mnist",
  summary: "Fashion-MNIST: 70,000 gray pictures of clothes, 28 px, 10 classes, official split as an attribute",
  licence: "MIT",
  approximateMegabytes: 30,
  async fetch() {
    await listFashionMnist(FOLDER, PARTS);
  },
  source: () => ({
    name: "fashion-mnist",
    identity: "dataset fashion-mnist",
    fingerprint: createHash("sha256").update(JSON.stringify(PARTS)).digest("hex"),
    list: () => listFashionMnist(FOLDER, PARTS),
  }),
};

/**
 * The pictures in IDX files of a folder, as raw pixels.
 * @throws DarkmatterError if a file is missing or is not the one of that digest
 */
export async function listFashionMnist(folder: string, parts: readonly IdxPart[]): Promise<SourceListing> {
  const read = await Promise.all(parts.map((part) => readPart(folder, part)));
  const pictures = read.flat();
  const sample = new EvenSample<SourceImage>();
  for (const { path, image } of pictures) sample.add({ path, load: () => Promise.resolve(image) });
  return {
    paths: pictures.map(({ path }) => path),
    sample: sample.items,
    skipped: [],
    warnings: [],
    labels: labelsFromNames(pictures.map(({ className }) => className)),
    attributes: { split: labelsFromNames(pictures.map(({ split }) => split)) },
    async *images(): AsyncGenerator<SourceImage> {
      for (const { path, image } of pictures) yield { path, load: () => Promise.resolve(image) };
    },
  };
}

interface Picture {
  readonly path: string;
  readonly split: string;
  readonly className: string;
  readonly image: RawImage;
}

async function readPart(folder: string, { split, images, classes }: IdxPart): Promise<Picture[]> {
  const pixels = await readIdx(folder, images);
  const classOf = await readIdx(folder, classes);
  const [numImages, height, width] = pixels.shape as [number, number, number];
  return Array.from({ length: numImages }, (_, i) => ({
    path: `${split}/${String(i).padStart(5, "0")}`,
    split,
    className: CLASS_NAMES[classOf.values[i]!]!,
    image: {
      data: pixels.values.subarray(i * width * height, (i + 1) * width * height),
      width,
      height,
      channels: 1,
    },
  }));
}

/** IDX: two zero bytes, the type (8 is uint8), the number of dimensions, each size as a big-endian uint32, values. */
async function readIdx(folder: string, { name, sha256 }: IdxFile): Promise<{ shape: number[]; values: Uint8Array }> {
  const file = await readFile(join(folder, name)).catch((cause: NodeJS.ErrnoException) => {
    const remedy = "Install it with: sudo apt install dataset-fashion-mnist";
    throw new DarkmatterError(`fashion-mnist: ${join(folder, name)} cannot be read (${cause.code}). ${remedy}`, {
      cause,
    });
  });
  const got = createHash("sha256").update(file).digest("hex");
  if (got !== sha256) {
    throw new DarkmatterError(`fashion-mnist: ${join(folder, name)} should have the SHA-256 ${sha256}, got ${got}.`);
  }
  const bytes = gunzipSync(file);
  const numDimensions = bytes.readUInt8(3);
  const shape = Array.from({ length: numDimensions }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
  return { shape, values: bytes.subarray(4 + 4 * numDimensions) };
}
