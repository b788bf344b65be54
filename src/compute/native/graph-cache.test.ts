import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { compile } from "../engine.js";
import { engines } from "../engines.js";
import { float32 } from "../host-array.js";
import { float32Spec, trace } from "../program.js";
import { Tensor } from "../tensor.js";
import { cachedPlan, fingerprint } from "./graph-cache.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "darkmatter-graphs-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const traced = (factor: number, offset = 1) =>
  trace({ x: float32Spec([2]), unread: float32Spec([3]) }, ({ x }) => ({
    y: x.mul(factor).exp(),
    z: x.add(Tensor.constant(float32([offset, 2], [2]))),
  }));
const files = () => readdirSync(folder).map((name) => join(folder, name));

test("the second start reads what the first compiled, and computes the same", async () => {
  const x = float32([1, 2], [2]);
  const inputs = { x, unread: float32([0, 0, 0], [3]) };
  for (let start = 0; start < 2; start++) {
    const executable = await compile(await traced(2), engines.native, { graphCache: folder });
    const { y, z } = await executable.run(inputs);
    expect([...y.data].map((value) => Math.log(value).toFixed(4))).toEqual(["2.0000", "4.0000"]);
    expect([...z.data]).toEqual([2, 4]);
    await executable.dispose();
    expect(files()).toHaveLength(1);
  }
});

test("is read, not compiled again: what lies there is what comes back", async () => {
  const program = await traced(2);
  const plan = await cachedPlan(program, folder);
  expect(await cachedPlan(program, folder)).toEqual(plan);
  const other = await traced(3);
  await cachedPlan(other, folder);
  const [path, otherPath] = [await fingerprint(program), await fingerprint(other)].map((name) =>
    join(folder, `${name}.graph`),
  );
  writeFileSync(path!, readFileSync(otherPath!));
  expect((await cachedPlan(program, folder)).model).toEqual((await cachedPlan(other, folder)).model);
});

test("a damaged file is compiled again and mended", async () => {
  const program = await traced(2);
  const plan = await cachedPlan(program, folder);
  const [path] = files();
  const whole = readFileSync(path!);
  for (const damaged of [whole.subarray(0, whole.length - 3), Buffer.from("?"), Buffer.concat([whole, Buffer.of(1)])]) {
    writeFileSync(path!, damaged);
    expect(await cachedPlan(program, folder)).toEqual(plan);
    expect(readFileSync(path!)).toEqual(whole);
  }
});

test("other factors, constants and shapes are other programs; the same trace is the same", async () => {
  const wider = await trace({ x: float32Spec([4]), unread: float32Spec([3]) }, ({ x }) => ({
    y: x.mul(2).exp(),
    z: x.add(1),
  }));
  const prints = await Promise.all(
    [await traced(2), await traced(2), await traced(3), await traced(2, 5), wider].map(fingerprint),
  );
  expect(prints[0]).toBe(prints[1]);
  expect(new Set(prints).size).toBe(4);
});

test("a folder that cannot be written is no obstacle", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  const plan = await cachedPlan(await traced(2), join(file, "below"));
  expect(plan.outputs).toHaveLength(2);
  expect(existsSync(join(file, "below"))).toBe(false);
});
