import { describe, expect, test } from "vitest";
import { float32, type HostArray, keyFor, Random } from "../compute/index.js";
import { kaimingNormal, normal, ones, truncatedNormal, uniform, zeros } from "./initialisers.js";
import { countParameters, initialise, join, parameter, partition } from "./parameter.js";

const weight = parameter([4, 3], "weight", normal(1));
const bias = parameter([3], "bias", zeros);
const running = parameter([3], "buffer", ones);
const specs = { first: { weight, bias }, norm: { running } };

describe("initialise", () => {
  test("gives every parameter its shape and start", () => {
    const values = initialise(specs, keyFor(0, "init"));
    expect(values.first.weight.shape).toEqual([4, 3]);
    expect([...values.first.bias.data]).toEqual([0, 0, 0]);
    expect([...values.norm.running.data]).toEqual([1, 1, 1]);
  });

  test("adding a layer leaves the others alone; another key or path gives other values", () => {
    const alone = initialise({ b: { weight } }, keyFor(0));
    const joined = initialise({ a: { weight }, b: { weight } }, keyFor(0));
    expect(joined.b.weight.data).toEqual(alone.b.weight.data);
    expect(joined.a.weight.data).not.toEqual(joined.b.weight.data);
    expect(initialise({ b: { weight } }, keyFor(1)).b.weight.data).not.toEqual(alone.b.weight.data);
  });
});

describe("partition", () => {
  const values = initialise(specs, keyFor(0));
  const { trainable, buffers } = partition<HostArray>(specs, values);

  test("takes buffers apart and join puts them back", () => {
    expect(trainable).toEqual({ first: values.first });
    expect(buffers).toEqual({ norm: values.norm });
    expect(join<HostArray>(trainable, buffers)).toEqual(values);
  });

  test("names a leaf without a specification", () => {
    expect(() => partition<HostArray>(specs, { first: { gain: float32([1], [1]) } })).toThrow("first/gain");
  });

  test("only trained values are counted", () => {
    expect(countParameters(specs)).toBe(4 * 3 + 3);
  });
});

describe("initialisers", () => {
  const draw = (init: ReturnType<typeof normal>): Float32Array => init(new Random(keyFor(3)), 20_000);
  const stdOf = (values: Float32Array): number => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);

  test.each([
    ["normal", normal(0.5), 0.5],
    ["Kaiming", kaimingNormal(50), Math.sqrt(2 / 50)],
    ["uniform", uniform(3), 3 / Math.sqrt(3)],
    // variance of a standard normal cut at two: 1 - 4 φ(2) / (2 Φ(2) - 1) = .7737
    ["truncated normal", truncatedNormal(0.02), 0.02 * Math.sqrt(0.7737)],
  ])("%s has the standard deviation it promises", (_name, init, std) => {
    expect(Math.abs(stdOf(draw(init)) / std - 1)).toBeLessThan(0.02);
  });

  test("truncated normal stays within two standard deviations", () => {
    expect(Math.max(...draw(truncatedNormal(0.02)).map(Math.abs))).toBeLessThanOrEqual(0.04 + 1e-8);
  });
});
