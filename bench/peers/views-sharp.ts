/**
 * Augmented views a second with sharp: one pipeline an image from its JPEG file, as many at once as there are threads.
 * The nearest that its operations come to SimCLR's recipe: brightness, saturation and hue by `modulate`, contrast by
 * `linear`, in that order.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { keyFor, Random } from "darkmatter/compute";
import sharp from "sharp";
import { argumentOf } from "../frame/bench.js";
import { serveSteps } from "../frame/serve-steps.js";
import { momentsOf } from "./views-moments.js";

const args = process.argv.slice(2);
const number = (name: string) => Number(argumentOf(args, name));
const [threads, size, side, count] = [number("threads"), number("size"), number("side"), number("count")];
const folder = join(argumentOf(args, "folder")!, "images");
const files = readdirSync(folder)
  .sort()
  .map((name) => readFileSync(join(folder, name)));
const HAS_BLUR = size >= 64;
const STRENGTH = HAS_BLUR ? 1 : 0.5;
const MEAN = 0.5;
const STD = 0.25;
const LUMA: [number, number, number] = [0.299, 0.587, 0.114];
const random = new Random(keyFor(0, "views-sharp"));
sharp.concurrency(1); // the threads work on different images
sharp.cache(false);

await serveSteps({ side: `sharp ${sharp.versions.sharp}, jpeg` }, async () => {
  const started = performance.now();
  const views = new Float32Array(count * 3 * size * size);
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const pixels = await view(files[index % files.length]!);
      normalise(pixels, views.subarray(index * pixels.length, (index + 1) * pixels.length));
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
  return { seconds: (performance.now() - started) / 1000, ...momentsOf(views) };
});

/** uint8 [S, S, 3] */
async function view(file: Buffer): Promise<Buffer> {
  let image = sharp(file).extract(crop()).resize(size, size, { fit: "fill", kernel: "linear" });
  if (random.chance(0.5)) image = image.flop();
  if (random.chance(0.8)) {
    const around = (spread: number) => random.uniform(1 - spread * STRENGTH, 1 + spread * STRENGTH);
    const hue = Math.round(random.uniform(-72, 72) * STRENGTH);
    image = image.modulate({ brightness: around(0.8), saturation: around(0.8), hue });
    const contrast = around(0.8);
    image = image.linear(contrast, 128 * (1 - contrast));
  }
  if (HAS_BLUR && random.chance(0.5)) image = image.blur(random.uniform(0.3, 2));
  if (random.chance(0.2)) image = image.recomb([LUMA, LUMA, LUMA]);
  return image.raw().toBuffer();
}

function crop() {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = side * side * random.uniform(0.08, 1);
    const ratio = Math.exp(random.uniform(Math.log(3 / 4), Math.log(4 / 3)));
    const [width, height] = [Math.round(Math.sqrt(area * ratio)), Math.round(Math.sqrt(area / ratio))];
    if (width < 1 || height < 1 || width > side || height > side) continue;
    return { left: random.integer(side - width + 1), top: random.integer(side - height + 1), width, height };
  }
  return { left: 0, top: 0, width: side, height: side };
}

/** uint8 [S, S, 3] -> float32 [3, S, S] */
function normalise(pixels: Buffer, target: Float32Array): void {
  const plane = size * size;
  for (let at = 0; at < plane; at++) {
    for (let channel = 0; channel < 3; channel++) {
      target[channel * plane + at] = (pixels[3 * at + channel]! / 255 - MEAN) / STD;
    }
  }
}
