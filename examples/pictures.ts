/** The pictures of the examples: a few things, each photographed again and again, in another light and from elsewhere. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keyFor, Random } from "darkmatter/compute";
import sharp from "sharp";

/** A folder that vanishes when the program ends; the cache of decoded images, else in the home folder, is in it too. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "darkmatter-example-"));
  process.env.DARKMATTER_CACHE = join(folder, "cache");
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Photograph things: 48 × 48 pixels, saved as `<folder>/thing-<i>/<photo>.png`, so that each thing is a class.
 * @param seed decides what the things are; `firstPhoto` lets a second folder hold other photos of the same things
 * @returns the folder
 */
export async function drawPhotos(
  folder: string,
  { numThings = 8, numPhotos = 16, firstPhoto = 0, seed = 0 } = {},
): Promise<string> {
  for (let thing = 0; thing < numThings; thing++) {
    const album = join(folder, `thing-${thing}`);
    mkdirSync(album, { recursive: true });
    for (let photo = firstPhoto; photo < firstPhoto + numPhotos; photo++) {
      const svg = photograph(new Random(keyFor(seed, thing)), new Random(keyFor(seed, thing, photo)));
      await sharp(Buffer.from(svg))
        .png()
        .toFile(join(album, `${photo}.png`));
    }
  }
  return folder;
}

/** In a box from -1 to 1. */
const SHAPES = [
  '<circle r="1"/>',
  '<rect x="-1" y="-1" width="2" height="2"/>',
  '<path d="M0-1 1 1-1 1Z"/>',
  '<path d="M-1-.6H1M-1 .6H1" stroke-width=".6"/>',
  '<circle r=".7" fill="none" stroke-width=".5"/>',
];

/** One stream decides what the thing is, the other how it is photographed. */
function photograph(thing: Random, photo: Random): string {
  const [warmth, exposure] = [photo.uniform(-50, 50), photo.uniform(-18, 18)];
  const paint = (lightness: number) =>
    `hsl(${thing.integer(360) + warmth},${40 + thing.integer(40)}%,${lightness + exposure}%)`;

  const paper = paint(75);
  const parts = Array.from({ length: 5 }, () => {
    const [x, y, turn, size] = [
      thing.uniform(-12, 12),
      thing.uniform(-12, 12),
      thing.integer(360),
      thing.uniform(4, 7),
    ];
    const color = paint(35);
    return `<g transform="translate(${x} ${y}) rotate(${turn}) scale(${size})" fill="${color}" stroke="${color}"
      stroke-width="0">${SHAPES[thing.integer(SHAPES.length)]}</g>`;
  });

  const [x, y, turn, zoom] = [
    photo.uniform(15, 33),
    photo.uniform(15, 33),
    photo.uniform(-40, 40),
    photo.uniform(0.8, 1.2),
  ];
  const mirror = photo.chance(0.5) ? -1 : 1;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48">
    <rect width="48" height="48" fill="${paper}"/>
    <g transform="translate(${x} ${y}) rotate(${turn}) scale(${mirror * zoom} ${zoom})">${parts.join("")}</g>
  </svg>`;
}
