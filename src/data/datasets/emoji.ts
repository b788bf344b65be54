/**
 * Emoji as three vendors draw them: the same ideas in three styles, with categories, so that a test can ask for code
 * points or for a vendor that training never saw. Flags and the five skin-tone swatches are left out: flags are
 * pictures of flags in every style.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { DarkmatterError } from "../../compute/errors.js";
import { labelsFromNames } from "../groupings.js";
import { EvenSample, type ImageSource, type SourceImage, type SourceListing } from "../image-source.js";
import { ProgressMeter } from "../progress.js";
import { readTar } from "../tar-archive.js";
import type { DatasetContext, DatasetDefinition } from "./dataset.js";
import { fetchNpmPackage, type NpmPackage, packagePath } from "./npm-package.js";

interface Vendor {
  readonly name: string;
  readonly package: NpmPackage;
  /** Where the pictures lie in the archive; the first group is the code point. */
  readonly picture: RegExp;
}

const VENDORS: readonly Vendor[] = [
  {
    name: "google",
    package: {
      name: "emoji-datasource-google",
      version: "16.0.0",
      integrity: "sha512-ZRexfzs7MVoLnmzZmNsO4TKhnAJp5D++Vm6PpUpH/jEQQlemp3l88CjZ+DoZ2faM9R4QxZkOPJCoT8DlPhfQ3A==",
    },
    picture: /^package\/img\/google\/64\/(.+)\.png$/,
  },
  {
    name: "twitter",
    package: {
      name: "emoji-datasource-twitter",
      version: "16.0.0",
      integrity: "sha512-7F+uCuHH+7Qnrc15P5tnbvKkg9E6tlzi4MnT2uW1RlN4pLYTza6cP/dstIfSDMtpjFLWuZewWg8jBbuL2eyELQ==",
    },
    picture: /^package\/img\/twitter\/64\/(.+)\.png$/,
  },
  {
    name: "fluent",
    package: {
      name: "@lobehub/fluent-emoji-3d",
      version: "1.1.0",
      integrity: "sha512-Wlq2lVStTnr8BDpIJ0pEnTKO4LuDxxqTEhTvRtD1DLRF0me7ogeRQjKoehDHXuVJ2Qaecgl5wRBv60lUAG3h7g==",
    },
    picture: /^package\/assets\/(.+)\.webp$/,
  },
];

/** The first vendor's archive also holds the table of all emoji. */
const METADATA = { archiveOf: VENDORS[0]!.package, path: "package/emoji.json" };
const LEFT_OUT = new Set(["Flags", "Component"]);

export const emoji: DatasetDefinition = {
  name: "emoji",
  summary:
    "Emoji of three vendors (Google, Twitter, Fluent 3D), 64 px: categories, subcategories, code points, vendors",
  licence: "Google: Apache-2.0; Twitter: CC-BY-4.0; Fluent: MIT",
  approximateMegabytes: 152,
  async fetch({ cacheDir, onProgress }) {
    const missing = VENDORS.filter((vendor) => !existsSync(packagePath(vendor.package, cacheDir)));
    const meter = new ProgressMeter("fetching", missing.length, onProgress);
    for (const vendor of missing) {
      await fetchNpmPackage(vendor.package, cacheDir);
      meter.advance();
    }
  },
  source: (context) => emojiSource(context),
};

function emojiSource(context: DatasetContext): ImageSource {
  const fingerprint = createHash("sha256");
  for (const vendor of VENDORS) fingerprint.update(`${vendor.package.integrity}\n`);
  return {
    name: emoji.name,
    identity: `dataset ${emoji.name}`,
    fingerprint: fingerprint.digest("hex"),
    duplicateGroupOf: (path) => path.split("/")[0]!,
    async list() {
      await emoji.fetch(context);
      const archives = VENDORS.map((vendor) => ({ ...vendor, archive: packagePath(vendor.package, context.cacheDir) }));
      return await listEmoji(archives, packagePath(METADATA.archiveOf, context.cacheDir));
    },
  };
}

/** A row of the table, as far as it is used. */
interface EmojiRow {
  readonly unified: string;
  readonly short_name: string;
  readonly category: string;
  readonly subcategory: string;
}

export interface VendorArchive {
  readonly name: string;
  readonly archive: string;
  readonly picture: RegExp;
}

interface EmojiPicture {
  readonly vendor: string;
  readonly row: EmojiRow;
  readonly path: string;
  readonly content: Buffer;
}

/** The pictures in these archives that the table knows: one a vendor and code point, without skin-tone variants. */
export async function listEmoji(vendors: readonly VendorArchive[], metadataArchive: string): Promise<SourceListing> {
  const rows = await readTable(metadataArchive);
  const pictures: Omit<EmojiPicture, "content">[] = [];
  const sample = new EvenSample<SourceImage>();
  for await (const { content, ...picture } of readPictures(vendors, rows)) {
    pictures.push(picture);
    sample.add({ path: picture.path, load: () => Promise.resolve(content) });
  }
  const category = labelsFromNames(pictures.map(({ row }) => row.category));
  return {
    paths: pictures.map(({ path }) => path),
    sample: sample.items,
    skipped: [],
    warnings: [],
    labels: category,
    attributes: {
      category,
      subcategory: labelsFromNames(pictures.map(({ row }) => row.subcategory)),
      idea: labelsFromNames(pictures.map(({ row }) => ideaOf(row))),
      codePoint: labelsFromNames(pictures.map(({ row }) => codePointOf(row))),
      vendor: labelsFromNames(pictures.map(({ vendor }) => vendor)),
    },
    async *images(): AsyncGenerator<SourceImage> {
      for await (const { path, content } of readPictures(vendors, rows)) {
        yield { path, load: () => Promise.resolve(content) };
      }
    },
  };
}

async function* readPictures(
  vendors: readonly VendorArchive[],
  rows: ReadonlyMap<string, EmojiRow>,
): AsyncGenerator<EmojiPicture> {
  for (const { name: vendor, archive, picture } of vendors) {
    for await (const { path, content } of readTar(archive)) {
      const row = rows.get(picture.exec(path)?.[1] ?? "");
      if (row) yield { vendor, row, content, path: `${vendor}/${codePointOf(row)}-${row.short_name}` };
    }
  }
}

async function readTable(archive: string): Promise<ReadonlyMap<string, EmojiRow>> {
  for await (const { path, content } of readTar(archive)) {
    if (path !== METADATA.path) continue;
    const rows = JSON.parse(content.toString("utf8")) as EmojiRow[];
    return new Map(rows.filter(({ category }) => !LEFT_OUT.has(category)).map((row) => [codePointOf(row), row]));
  }
  throw new DarkmatterError(`emoji: ${archive} has no ${METADATA.path}.`);
}

function codePointOf(row: EmojiRow): string {
  return row.unified.toLowerCase();
}

const PERSONS = new Set(["1f468", "1f469", "1f9d1"]);
const GENDERS_DIRECTION_AND_JOINERS = new Set(["2640", "2642", "27a1", "200d", "fe0f"]);

/**
 * What code points that differ only by gender or direction share: the man, the woman and the person who studies are
 * one idea, drawn almost alike. Splitting by it is stricter than by code point.
 */
function ideaOf(row: EmojiRow): string {
  const parts = codePointOf(row)
    .split("-")
    .filter((part) => !GENDERS_DIRECTION_AND_JOINERS.has(part));
  const isPersonWith = parts.length > 1 && PERSONS.has(parts[0]!);
  return isPersonWith ? ["person", ...parts.slice(1).filter((part) => !PERSONS.has(part))].join("-") : parts.join("-");
}
