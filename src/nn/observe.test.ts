import { expect, test } from "vitest";
import { type Branch, float32, float32Spec, keyFor, runOnce, type Tensor, trace } from "../compute/index.js";
import {
  attention,
  evaluationMode,
  initialise,
  type Layer,
  linear,
  mlp,
  type Observation,
  preNorm,
  relu,
  residual,
  sequence,
  watched,
} from "./index.js";

const [B, N, D, HEADS] = [2, 5, 8, 2];

/** A transformer block and a ReLU behind it. */
const block: Layer = sequence({
  block: watched(
    sequence({
      attention: residual(preNorm(D, attention(D, HEADS))),
      mlp: residual(preNorm(D, mlp(D, 2 * D))),
    }) as Layer,
    -1,
  ),
  end: sequence({ linear: linear(D, D), relu }) as Layer,
}) as Layer;

function traced(observe?: (seen: Observation) => void) {
  const specs = { parameters: block.parameters, x: float32Spec([B, N, D]) };
  return trace(specs, ({ parameters, x }) => {
    const mode = { ...evaluationMode(), ...(observe && { observe }) };
    return { y: block.apply(parameters as never, x as unknown as Tensor, mode) };
  });
}

test("whoever watches is shown each thing once, with its place, kind and units", async () => {
  const seen: [string, string, readonly number[], number][] = [];
  await traced(({ path, kind, tensor, unitAxis }) => seen.push([path, kind, tensor.shape, unitAxis]));
  expect(seen).toEqual([
    ["block/attention", "attention", [B, HEADS, N, N], 1],
    ["block/mlp", "activation", [B, N, 2 * D], 2],
    ["block", "output", [B, N, D], 2],
    ["end/relu", "activation", [B, N, D], 1],
  ]);
});

test("watching without looking leaves the program as it is", async () => {
  const unwatched = await traced();
  const program = await traced(() => {});
  expect(program.jaxpr.toString()).toBe(unwatched.jaxpr.toString());
});

test("what is shown are the values themselves: rows of attention sum to 1, a ReLU lets nothing negative through", async () => {
  const parameters = initialise(block.parameters, keyFor(1, "parameters"));
  const waves = Float32Array.from({ length: B * N * D }, (_, i) => Math.sin(i));
  const { rows, least } = await runOnce({ parameters, x: float32(waves, [B, N, D]) }, (given) => {
    const shown = new Map<string, Tensor>();
    const observe = ({ path, kind, tensor }: Observation) => shown.set(`${kind} of ${path}`, tensor);
    block.apply(given.parameters as Branch<Tensor>, given.x as Tensor, { ...evaluationMode(), observe });
    return {
      rows: shown.get("attention of block/attention")!.sum(-1),
      least: shown.get("activation of end/relu")!.min([0, 1, 2]),
    };
  });
  for (const sum of rows.data) expect(sum).toBeCloseTo(1, 5);
  expect(Math.abs(least.data[0]!)).toBe(0);
});
