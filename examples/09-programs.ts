/**
 * Below the objectives: a function is traced once into a program, differentiated, and runs on any engine.
 *
 * Here: a straight line through four points by gradient descent, whose steps can be checked by hand.
 */
import assert from "node:assert/strict";
import { availableEngines, compile, float32, float32Spec, trace, valueAndGradient } from "darkmatter/compute";

const x = float32([-1, 0, 1, 2], [4]);
const y = float32([-1, 1, 3, 5], [4]); // y = 2 x + 1

// Tensors exist only while a program is traced, so this body runs once; the program then runs as often as you like.
const program = await trace(
  { line: { slope: float32Spec([]), offset: float32Spec([]) }, x: float32Spec([4]), y: float32Spec([4]) },
  ({ line, x, y }) => {
    const { value, gradient } = valueAndGradient(line, ({ slope, offset }) => {
      const error = x.mul(slope).add(offset).sub(y);
      return { value: error.square().mean(), aux: {} };
    });
    const next = {
      slope: line.slope.sub(gradient.slope.mul(0.2)),
      offset: line.offset.sub(gradient.offset.mul(0.2)),
    };
    return { loss: value, gradient, next };
  },
);

const start = { slope: float32([0], []), offset: float32([0], []) };
const results: Record<string, readonly number[]> = {};
for (const engine of await availableEngines()) {
  const executable = await compile(program, engine);
  const first = await executable.run({ line: start, x, y });
  let line = first.next;
  for (let step = 1; step < 100; step++) line = (await executable.run({ line, x, y })).next;
  await executable.dispose();

  // At the start the error is -y, so loss = mean y², d/dslope = -2 mean xy, d/doffset = -2 mean y.
  assert.equal(first.loss.data[0], (1 + 1 + 9 + 25) / 4);
  assert.equal(first.gradient.slope.data[0], (-2 * (1 + 0 + 3 + 10)) / 4);
  assert.equal(first.gradient.offset.data[0], (-2 * (-1 + 1 + 3 + 5)) / 4);
  results[engine.name] = [line.slope.data[0]!, line.offset.data[0]!];
  console.log(`${engine.name.padEnd(8)} y = ${results[engine.name]!.map((value) => value.toFixed(5)).join(" x + ")}`);
}

// Mistakes are found while tracing, where they are made.
await assert.rejects(
  trace({ a: float32Spec([4, 3]), b: float32Spec([4, 3]) }, ({ a, b }) => a.matmul(b)),
  /Is a transpose missing\?/,
);

const near = (a: number, b: number) => Math.abs(a - b) < 1e-5;
assert.ok(Object.values(results).every(([slope, offset]) => near(slope!, 2) && near(offset!, 1)));
