import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile, type Executable, isHostArray } from "./engine.js";
import { chooseEngine } from "./engines.js";
import { ShapeError, ValueError } from "./errors.js";
import { float32, type HostArray, int32 } from "./host-array.js";
import { float32Spec, int32Spec, trace } from "./program.js";
import { testedEngines } from "./testing/software-gpu.js";

const specs = { weights: { w: float32Spec([2, 3]) }, n: int32Spec([2]) };
const w = () => float32([1, 2, 3, 4, 5, 6], [2, 3]);
const n = () => int32([7, 8], [2]);

describe.each(testedEngines.map(({ name }) => name))("running a program on %s", (engineName) => {
  let executable: Executable<{ weights: { w: HostArray }; n: HostArray }, Record<string, HostArray>>;
  beforeAll(async () => {
    const program = await trace(specs, ({ weights, n }) => ({
      same: weights.w,
      twice: weights.w.mul(2),
      double: weights.w.mul(2),
      again: weights.w,
      n,
      one: weights.w.sum().mul(0).add(1),
    }));
    executable = (await compile(program, await chooseEngine(engineName))) as never;
  });
  afterAll(() => executable.dispose());
  const blank = () => ({
    same: float32(new Float32Array(6), [2, 3]),
    twice: float32(new Float32Array(6), [2, 3]),
    double: float32(new Float32Array(6), [2, 3]),
    again: float32(new Float32Array(6), [2, 3]),
    n: int32([0, 0], [2]),
    one: float32([0], []),
  });

  test("outputs, inputs that pass straight through among them, are fresh arrays", async () => {
    const inputs = { weights: { w: w() }, n: n() };
    const outputs = await executable.run(inputs);
    expect(Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]]))).toEqual({
      same: [1, 2, 3, 4, 5, 6],
      twice: [2, 4, 6, 8, 10, 12],
      double: [2, 4, 6, 8, 10, 12],
      again: [1, 2, 3, 4, 5, 6],
      n: [7, 8],
      one: [1],
    });
    expect(outputs.twice).toMatchObject({ shape: [2, 3], dtype: "float32" });
    expect(outputs.n).toMatchObject({ shape: [2], dtype: "int32" });
    const memories = [inputs.weights.w, ...Object.values(outputs)].map(({ data }) => data.buffer);
    expect(new Set(memories).size).toBe(memories.length);
    expect(isHostArray(outputs.one)).toBe(true);
  });

  test("results are written into arrays given for them, whatever they held", async () => {
    const into = blank();
    into.twice.data.fill(99);
    const result = await executable.run({ weights: { w: w() }, n: n() }, into);
    expect(result.twice!.data).toBe(into.twice.data);
    expect(into.double.data).toEqual(into.twice.data);
    expect([...into.twice.data, ...into.same.data, ...into.n.data]).toEqual([
      2, 4, 6, 8, 10, 12, 1, 2, 3, 4, 5, 6, 7, 8,
    ]);
  });

  test("an earlier result stays as it was", async () => {
    const first = await executable.run({ weights: { w: w() }, n: n() });
    await executable.run({ weights: { w: float32(new Float32Array(6), [2, 3]) }, n: n() });
    expect([...first.twice!.data]).toEqual([2, 4, 6, 8, 10, 12]);
  });

  const runWith = (inputs: unknown, into?: unknown) => executable.run(inputs as never, into as never);

  test("a missing input is named beside those given", async () => {
    await expect(runWith({ weights: { v: w() }, n: n() })).rejects.toThrow(ValueError);
    await expect(runWith({ weights: { v: w() }, n: n() })).rejects.toThrow(
      'run: "weights/w" must be given to this program, got undefined. Given: weights/v, n.',
    );
  });

  test("wrong shape, type and length are named", async () => {
    const turned = runWith({ weights: { w: float32(w().data as Float32Array, [3, 2]) }, n: n() });
    await expect(turned).rejects.toThrow(ShapeError);
    await expect(turned).rejects.toThrow(
      'run: "weights/w" must have shape [2, 3], got [3, 2]. This program was compiled for that shape alone: ' +
        "reshape the array, or compile another program.",
    );
    await expect(runWith({ weights: { w: float32([1, 2, 3], [1, 3]) }, n: n() })).rejects.toThrow(
      'run: "weights/w" must have shape [2, 3], got [1, 3]. This program was compiled for 2 rows: keep batches whole, ' +
        "or compile another program for 1.",
    );
    await expect(runWith({ weights: { w: w() }, n: float32([7, 8], [2]) })).rejects.toThrow(
      'run: "n" must be int32, got "float32".',
    );
    const short = { dtype: "float32", shape: [2, 3], data: new Float32Array(5) };
    await expect(runWith({ weights: { w: short }, n: n() })).rejects.toThrow(
      '"weights/w" must have shape [2, 3], got [5].',
    );
  });

  test("arrays for outputs are checked like inputs, and need memory of their own", async () => {
    const inputs = { weights: { w: w() }, n: n() };
    const { twice: _, ...missing } = blank();
    await expect(runWith(inputs, missing)).rejects.toThrow('"twice" must be given');
    await expect(runWith(inputs, { ...blank(), one: float32([0], [1]) })).rejects.toThrow(
      'run: "one" must have shape [], got [1].',
    );
    await expect(runWith(inputs, { ...blank(), twice: inputs.weights.w })).rejects.toThrow(
      'run: "into twice" must be memory of its own',
    );
    const shared = blank();
    await expect(runWith(inputs, { ...shared, again: shared.same })).rejects.toThrow('"into again"');
  });
});

test("memory that runs out while compiling or running is told in words", async () => {
  const program = await trace(specs, ({ n }) => ({ n }));
  const full = async () => {
    throw new Error("std::bad_alloc");
  };
  const flat = { run: full, dispose: async () => {} };
  const base = { name: "tiny", summary: "", unavailable: async () => undefined };
  await expect(compile(program, { ...base, compile: full })).rejects.toThrow(/^run: out of memory/);
  const executable = await compile(program, { ...base, compile: async () => flat });
  await expect(executable.run({ weights: { w: w() }, n: n() })).rejects.toThrow(/^run: out of memory/);
});
