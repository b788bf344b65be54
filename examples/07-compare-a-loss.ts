/**
 * Hold another implementation of a loss against darkmatter's: numbers in, numbers out, no training.
 *
 * The same from a shell: `darkmatter loss vicreg a.npy b.npy --json`.
 */
import assert from "node:assert/strict";
import { objectiveValue } from "darkmatter";
import { float32 } from "darkmatter/compute";

// Two views of 8 images, projections of width 5, made by a formula that any language can repeat.
const first = (i: number, j: number) => Math.sin(1 + 0.7 * i + 1.3 * j + 0.11 * i * j);
const second = (i: number, j: number) => 0.9 * first(i, j) + 0.3 * Math.cos(0.5 * i * j + i);
const matrix = (value: (i: number, j: number) => number) =>
  float32(
    Float32Array.from({ length: 8 * 5 }, (_, at) => value(Math.floor(at / 5), at % 5)),
    [8, 5],
  );
const views = [matrix(first), matrix(second)];

// What the formulas of the papers gave in PyTorch 2.13, float64, with the norms of its gradients in each view.
const golden = [
  { name: "simclr", config: { temperature: 0.5 }, total: 1.3512125, norms: [0.1286867, 0.1505382] },
  { name: "vicreg", config: {}, total: 8.780872, norms: [2.1188147, 2.6704639] },
];

const isNear = (value: number, expected: number) => Math.abs(value / expected - 1) < 1e-5;

for (const { name, config, total, norms } of golden) {
  const value = await objectiveValue(name, views, { config });
  const terms = Object.entries(value.terms).map(([term, number]) => `${term} ${number.toFixed(4)}`);
  console.log(`${name}: ${value.total.toFixed(6)} = ${terms.join(", ")}`);
  assert.ok(isNear(value.total, total), `${name} is the golden value`);
  assert.ok(
    value.gradientNorms.every((norm, view) => isNear(norm, norms[view]!)),
    `so are its gradients`,
  );
}

// A wrong dialect shows at once: dividing the covariance by D (D - 1) instead of D changes the total.
const { terms } = await objectiveValue("vicreg", views);
const dialect = 25 * terms.invariance! + 25 * terms.variance! + terms.covariance! / 4;
assert.ok(Math.abs(dialect - 8.780872) > 0.1);
