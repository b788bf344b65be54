/**
 * Write an objective of one's own: alignment and uniformity on the sphere, Wang and Isola 2020, arXiv:2005.10242.
 *
 * An objective is data (what it needs, its options) and one formula. It needs no registration to be tried out, as here;
 * to train with it, docs/adding-an-objective.md makes it a file and an export line.
 */
import assert from "node:assert/strict";
import {
  chooseEngine,
  compile,
  float32,
  type HostArray,
  keyFor,
  type OptionTable,
  Random,
  resolveOptions,
  type Tensor,
  trace,
  valueAndGradient,
} from "darkmatter/compute";
import type { Objective } from "darkmatter/objectives";

const options = {
  uniformityWeight: { default: 1, min: 0, doc: "weight of uniformity beside alignment" },
  sharpness: { default: 2, min: 0.1, doc: "t: the larger, the more only close neighbours repel" },
} satisfies OptionTable;

const alignUniform: Objective<typeof options> = {
  name: "alignUniform",
  summary: "views agree, images spread evenly over the sphere",
  source: "arXiv:2005.10242",
  needs: { views: 2, localViews: false, tokens: "pooled", masking: "none", target: "none" },
  projectionTarget: "scale-free",
  options,
  projector: { hiddenDim: 512, numHiddenLayers: 2, outDim: 128 },
  defaultViews: ["simclr", "simclr"],
  weights: ({ uniformityWeight }) => ({ alignment: 1, uniformity: uniformityWeight }),

  loss({ projections }, { uniformityWeight, sharpness }) {
    const [a, b] = projections.map((view) => view.normalizeL2()) as [Tensor, Tensor]; // [B, D], length 1
    const alignment = a.sub(b).square().sum(1).mean();
    const uniformity = unevenness(a, sharpness).add(unevenness(b, sharpness)).mul(0.5);
    return { total: alignment.add(uniformity.mul(uniformityWeight)), terms: { alignment, uniformity } };
  },
};

/** log mean_{i≠j} exp(-t ‖x_i - x_j‖²) of unit vectors [B, D]. */
function unevenness(x: Tensor, sharpness: number): Tensor {
  const B = x.shape[0]!;
  const distances = x.matmul(x.transpose()).neg().add(1).mul(2); // [B, B], squared: 2 - 2 cos
  const withItself = B; // each point is at distance 0 of itself: exp(0) = 1
  return distances
    .mul(-sharpness)
    .exp()
    .sum()
    .sub(withItself)
    .mul(1 / (B * (B - 1)))
    .log();
}

// Four images, two views each, anywhere in space: no encoder, the projections themselves are moved.
const random = new Random(keyFor(0, "points"));
const points = (): HostArray =>
  float32(
    Float32Array.from({ length: 4 * 3 }, () => random.normal()),
    [4, 3],
  );
let views = { a: points(), b: points() };

// One step downhill, traced once. Objective and descent are one program: value, terms and moved views come out.
const config = resolveOptions("alignUniform", options);
const stepSize = 0.3;
const program = await trace({ views }, ({ views }) => {
  const { value, aux, gradient } = valueAndGradient(views, (moved) => {
    const projections = [moved.a, moved.b];
    const { total, terms } = alignUniform.loss({ projections, numGlobalViews: 2, noise: {} }, config);
    return { value: total, aux: terms };
  });
  const moved = { a: views.a.sub(gradient.a.mul(stepSize)), b: views.b.sub(gradient.b.mul(stepSize)) };
  return { total: value, terms: aux, views: moved };
});
const step = await compile(program, await chooseEngine());

let total = Number.NaN;
for (let i = 0; i < 300; i++) {
  const result = await step.run({ views });
  views = result.views;
  total = result.total.data[0]!;
  if ([0, 10, 100].includes(i)) {
    const terms = Object.entries(result.terms).map(([name, { data }]) => `${name} ${data[0]!.toFixed(4)}`);
    console.log(`step ${String(i).padEnd(4)}  total ${total.toFixed(4)}  ${terms.join("  ")}`);
  }
}
await step.dispose();

// Where must it end? Both views of an image at one place, and four places spread evenly over the sphere: the corners of
// a tetrahedron, any two of them at squared distance 8/3. So alignment 0, and uniformity log exp(-2 · 8/3).
const tetrahedron = (-2 * 8) / 3;
console.log(`end        total ${total.toFixed(4)}  a tetrahedron has ${tetrahedron.toFixed(4)}`);
assert.ok(Math.abs(total - tetrahedron) < 1e-3, "the points form a tetrahedron");
