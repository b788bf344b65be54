/** Every augmentation of series in one suite, then what is particular to each. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolveOptions } from "../../compute/options.js";
import { keyFor, Random } from "../../compute/random.js";
import { seriesAugmentations } from "./augmentations/catalog.js";
import { resampleTime } from "./resample-time.js";
import { SERIES_STAGES, type SeriesAugmentation, type SeriesView } from "./series-augmentation.js";

const [C, T] = [3, 16];
/** Channel c at time t is 100 c + t: every value tells where it came from. */
const source = Float32Array.from({ length: C * T }, (_, i) => 100 * Math.floor(i / T) + (i % T));

function viewOf(size = T, values = source, channels = C): SeriesView {
  return {
    ...{ channels, size, sourceSize: values.length / channels, source: values },
    data: size === values.length / channels ? values.slice() : new Float32Array(channels * size),
    drawChannel: (_random, channel) => new Float32Array(size).fill(-1000 - channel),
  };
}

function applied(augmentation: SeriesAugmentation, given: object = {}, { seed = 0, size = T } = {}): Float32Array {
  const view = viewOf(size);
  const config = resolveOptions(augmentation.name, augmentation.options, given as Record<string, unknown>);
  augmentation.check?.(config, size);
  augmentation.apply(view, new Random(keyFor(seed, "series")), config);
  return view.data;
}
const channelsOf = (data: Float32Array) => Array.from({ length: C }, (_, c) => [...data.slice(c * T, (c + 1) * T)]);

describe.each(Object.entries<SeriesAugmentation>(seriesAugmentations))(
  "series augmentation %s",
  (name, augmentation) => {
    test("is registered under its own name, with a summary, a stage and documented options", () => {
      expect(augmentation.name).toBe(name);
      expect(augmentation.summary).toMatch(/^[a-z].{5,70}[^.]$/);
      expect(SERIES_STAGES).toContain(augmentation.stage);
      for (const option of Object.values(augmentation.options)) expect(option.doc.length).toBeGreaterThan(8);
    });

    test("is a function of its stream, finite at any length, and leaves the window alone", () => {
      const before = source.slice();
      for (const size of augmentation.stage === "frame" ? [1, 5, T, 40] : [T]) {
        const [once, again] = [applied(augmentation, {}, { size }), applied(augmentation, {}, { size })];
        expect(again).toEqual(once);
        expect(once.every(Number.isFinite)).toBe(true);
      }
      expect(source).toEqual(before);
    });

    test("works on single rows of a single channel", () => {
      for (let seed = 0; seed < 20; seed++) {
        const view = viewOf(1, Float32Array.of(3), 1);
        augmentation.apply(view, new Random(keyFor(seed)), resolveOptions(name, augmentation.options));
        expect(Number.isFinite(view.data[0])).toBe(true);
      }
    });
  },
);

describe("resampleTime", () => {
  test("keeps a stretch read at its own length, and interpolates between middles of steps", () => {
    const into = new Float32Array(3);
    resampleTime(Float32Array.of(5, 1, 4), { start: 0, length: 3 }, into);
    expect([...into]).toEqual([5, 1, 4]);
    const fine = new Float32Array(4);
    resampleTime(Float32Array.of(0, 4), { start: 0, length: 2 }, fine);
    expect([...fine]).toEqual([0, 1, 3, 4]);
  });

  test("of a straight line is the same line", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0.2, max: 1, noNaN: true }), (size, share) => {
        const length = share * T;
        const into = new Float32Array(size);
        resampleTime(source.slice(0, T), { start: 0, length }, into);
        for (let i = 0; i < size; i++) {
          const at = Math.min(Math.max(((i + 0.5) * length) / size - 0.5, 0), T - 1);
          expect(into[i]).toBeCloseTo(at, 4);
        }
      }),
    );
  });
});

test("timeCrop takes the same part of every channel, inside the window", () => {
  for (let seed = 0; seed < 30; seed++) {
    const [first, second] = channelsOf(applied(seriesAugmentations.timeCrop, { shareMin: 0.25 }, { seed }));
    for (const [i, value] of first!.entries()) expect(second![i]).toBeCloseTo(value + 100, 4);
    const span = first!.at(-1)! - first![0]!;
    expect(span).toBeGreaterThanOrEqual(0.25 * T - 2);
    expect(first![0]).toBeGreaterThanOrEqual(0);
    expect(first!.at(-1)).toBeLessThanOrEqual(T - 1);
  }
  expect(() => applied(seriesAugmentations.timeCrop, { shareMin: 0.9, shareMax: 0.5 })).toThrow("at most shareMax");
});

test("jitter has the spread it says, channelScale one factor a channel", () => {
  const flat = viewOf(20_000, new Float32Array(20_000), 1);
  seriesAugmentations.jitter.apply(flat, new Random(keyFor(1)), { std: 0.3, probability: 1 });
  const std = Math.sqrt(flat.data.reduce((sum, value) => sum + value ** 2, 0) / flat.data.length);
  expect(std).toBeCloseTo(0.3, 2);
  const scaled = channelsOf(applied(seriesAugmentations.channelScale));
  const factors = scaled.map((values, c) => values[5]! / (100 * c + 5));
  for (const [c, values] of scaled.entries()) {
    for (const [t, value] of values.entries()) expect(value).toBeCloseTo(factors[c]! * (100 * c + t), 3);
  }
  expect(new Set(factors).size).toBe(C);
});

test("channelShift moves each channel by one number of its own", () => {
  const shifted = channelsOf(applied(seriesAugmentations.channelShift));
  const shifts = shifted.map((values, c) => values[0]! - 100 * c);
  for (const [c, values] of shifted.entries()) {
    for (const [t, value] of values.entries()) expect(value).toBeCloseTo(100 * c + t + shifts[c]!, 4);
  }
  expect(new Set(shifts).size).toBe(C);
});

test("timeMask hides the same time of all channels, never more than its share", () => {
  const shares = Array.from({ length: 50 }, (_, seed) => {
    const view = viewOf(T, new Float32Array(C * T).fill(1));
    seriesAugmentations.timeMask.apply(view, new Random(keyFor(seed)), { numSpans: 2, share: 0.5, probability: 1 });
    const [first, second, third] = channelsOf(view.data);
    expect([second, third]).toEqual([first, first]);
    return first!.filter((value) => value === 0).length / T;
  });
  expect(Math.max(...shares)).toBeLessThanOrEqual(0.5);
  expect(Math.max(...shares)).toBeGreaterThan(0.2);
});

test("channelMask silences whole channels, and never all", () => {
  const numSilenced = Array.from({ length: 100 }, (_, seed) => {
    const view = viewOf(T, new Float32Array(C * T).fill(1));
    seriesAugmentations.channelMask.apply(view, new Random(keyFor(seed)), { rate: 0.9 });
    const channels = channelsOf(view.data);
    for (const values of channels) expect(new Set(values).size).toBe(1);
    return channels.filter(([value]) => value === 0).length;
  });
  expect(Math.max(...numSilenced)).toBe(C - 1);
});

test("channelCorruption replaces exactly its share of the channels by drawn ones", () => {
  const channels = channelsOf(applied(seriesAugmentations.channelCorruption, { rate: 0.6 }));
  const replaced = channels.filter(([value]) => value! < -999);
  expect(replaced).toHaveLength(2); // round(0.6 * 3)
  for (const [c, values] of channels.entries()) expect([100 * c, -1000 - c]).toContain(values[0]);
  expect(applied(seriesAugmentations.channelCorruption, { rate: 0 })).toEqual(source);
});

test("segmentShuffle keeps every value, and segments whole, in all channels alike", () => {
  const shuffled = channelsOf(applied(seriesAugmentations.segmentShuffle, { numSegments: 4, probability: 1 }));
  expect([...shuffled[0]!].sort((a, b) => a - b)).toEqual([...source.slice(0, T)]);
  for (let segment = 0; segment < 4; segment++) {
    const start = shuffled[0]![4 * segment]!;
    expect(shuffled[0]!.slice(4 * segment, 4 * segment + 4)).toEqual([start, start + 1, start + 2, start + 3]);
  }
  expect(shuffled[1]).toEqual(shuffled[0]!.map((value) => value + 100));
});
