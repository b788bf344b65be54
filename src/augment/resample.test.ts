import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { filterFor, type Rectangle, resample } from "./resample.js";
import { randomBytes, viewFrom } from "./testing/pictures.js";

function resampled(source: Uint8Array, channels: number, size: number, box?: Rectangle): Float32Array {
  const view = viewFrom(source, channels, size);
  const side = view.sourceSize;
  resample(view, box ?? { left: 0, top: 0, width: side, height: side });
  return view.data;
}

/** The colours of the golden values below, [S, S, 3]. */
function formulaBytes(side: number): Uint8Array {
  return Uint8Array.from({ length: side * side * 3 }, (_, i) => (7 * i * i + 13 * i + 40 * (i % 3)) % 256);
}

describe("resample", () => {
  test("the whole square at its own size is the square, exactly", () => {
    const source = randomBytes(9 * 9 * 3);
    const planar = resampled(source, 3, 9);
    for (let pixel = 0; pixel < 81; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        expect(planar[channel * 81 + pixel]).toBe(Math.fround(source[pixel * 3 + channel]! / 255));
      }
    }
  });

  test("halving weighs neighbours 1 3 3 1", () => {
    const { taps, inputs, weights } = filterFor(8, 4);
    expect(taps).toBe(4);
    expect([...inputs.subarray(4, 8)]).toEqual([1, 2, 3, 4]);
    expect([...weights.subarray(4, 8)]).toEqual([1 / 8, 3 / 8, 3 / 8, 1 / 8]);
    expect([...weights.subarray(0, 4)]).toEqual([3 / 7, 3 / 7, 1 / 7, 0]); // cut at the edge, normalised
  });

  test("doubling blends 3 to 1", () => {
    const view = resampled(Uint8Array.of(0, 255, 0, 255), 1, 4);
    expect([...view.subarray(0, 4)]).toEqual([0, 0.25, 0.75, 1]);
  });

  test("a linear ramp stays a ramp away from the edges", () => {
    const ramp = Uint8Array.from({ length: 24 * 24 }, (_, i) => 10 * (i % 24));
    const box = { left: 2, top: 5, width: 20, height: 13 };
    for (const size of [5, 10, 20, 31]) {
      const row = resampled(ramp, 1, size, box).subarray(0, size);
      const step = ((20 / size) * 10) / 255;
      const reach = Math.ceil(size / 20) + 1; // outputs whose window is cut
      for (let x = reach; x < size - reach - 1; x++) expect(row[x + 1]! - row[x]!).toBeCloseTo(step, 5);
      const centre = (10 * (2 + 10 - 0.5)) / 255; // pixel p is worth 10 p, and its middle lies at p + 1/2
      expect((row[0]! + row[size - 1]!) / 2).toBeCloseTo(centre, 5);
    }
  });

  test("one colour stays that colour, whatever the sizes", () => {
    const sizes = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(sizes, sizes, fc.integer({ min: 0, max: 255 }), (side, size, value) => {
        const picture = resampled(new Uint8Array(side * side).fill(value), 1, size);
        for (const result of picture) expect(result).toBeCloseTo(value / 255, 6);
        expect(Math.max(...picture)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  test("a box reads nothing but itself", () => {
    const inside = randomBytes(6 * 4);
    const box = { left: 3, top: 1, width: 6, height: 4 };
    const embedded = (background: number) => {
      const source = new Uint8Array(100).fill(background);
      for (let y = 0; y < 4; y++) source.set(inside.subarray(y * 6, (y + 1) * 6), (y + 1) * 10 + 3);
      return source;
    };
    expect(resampled(embedded(0), 1, 5, box)).toEqual(resampled(embedded(255), 1, 5, box));
  });

  test("channels do not mix", () => {
    const source = randomBytes(11 * 11 * 3);
    const colour = resampled(source, 3, 6);
    for (let channel = 0; channel < 3; channel++) {
      const plane = source.filter((_, i) => i % 3 === channel);
      expect(colour.slice(channel * 36, (channel + 1) * 36)).toEqual(resampled(plane, 1, 6));
    }
  });

  // PyTorch 1.13, float64: torch.nn.functional.interpolate(crop, size, mode="bilinear", antialias=True)
  test.each([
    {
      side: 7,
      box: { left: 0, top: 0, width: 7, height: 7 },
      size: 3,
      expected: [
        0.418247, 0.455726, 0.586795, 0.49336, 0.469937, 0.498171, 0.468027, 0.34177, 0.632093, 0.507563, 0.401747,
        0.62393, 0.418421, 0.569537, 0.509046, 0.606963, 0.652266, 0.657383, 0.436655, 0.567177, 0.44962, 0.398385,
        0.644141, 0.55795, 0.554942, 0.422903, 0.59928,
      ],
    },
    {
      side: 7,
      box: { left: 1, top: 2, width: 5, height: 3 },
      size: 4,
      expected: [
        0.603922, 0.553595, 0.576471, 0.672549, 0.551225, 0.565441, 0.548284, 0.499755, 0.43799, 0.404167, 0.558578,
        0.33652, 0.301961, 0.123529, 0.603922, 0.237255, 0.339216, 0.481046, 0.696078, 0.231373, 0.379657, 0.586029,
        0.761029, 0.622304, 0.378186, 0.53652, 0.66348, 0.759069, 0.335294, 0.34902, 0.435948, 0.596078, 0.129412,
        0.463399, 0.870588, 0.598039, 0.26299, 0.66152, 0.662663, 0.454657, 0.373284, 0.723775, 0.676879, 0.420833,
        0.423529, 0.629412, 0.908497, 0.507843,
      ],
    },
    {
      side: 12,
      box: { left: 0, top: 0, width: 12, height: 11 },
      size: 2, // more than four taps
      expected: [
        0.481426, 0.510145, 0.476559, 0.516064, 0.555258, 0.499511, 0.535922, 0.509001, 0.495475, 0.472672, 0.475199,
        0.456116,
      ],
    },
  ])("agrees with PyTorch: $box.width × $box.height to $size", ({ side, box, size, expected }) => {
    const got = resampled(formulaBytes(side), 3, size, box);
    expect(got.length).toBe(expected.length);
    expected.forEach((value, i) => {
      expect(got[i]).toBeCloseTo(value, 5);
    });
  });
});
