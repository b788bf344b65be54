/** Pictures to make views of: something to see at every scale, which JPEG and crops find neither easy nor hard. */
import { keyFor, Random } from "darkmatter/compute";
import sharp from "sharp";

const NUM_DISCS = 24;

/** The bytes of a JPEG file, [side, side], a function of the seed. */
export async function jpegPicture(seed: number, side: number): Promise<Buffer> {
  const random = new Random(keyFor(seed, "picture"));
  const colour = () => `rgb(${[0, 1, 2].map(() => random.integer(256)).join(",")})`;
  const disc = () => {
    const [x, y, radius] = [random.uniform(0, side), random.uniform(0, side), side * random.uniform(0.02, 0.3)];
    return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${colour()}"/>`;
  };
  const discs = Array.from({ length: NUM_DISCS }, disc).join("");
  const background = `<rect width="${side}" height="${side}" fill="${colour()}"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">${background}${discs}</svg>`;
  return sharp(Buffer.from(svg)).removeAlpha().jpeg({ quality: 90 }).toBuffer();
}
