import { describe, expect, test } from "vitest";
import { sizeOf } from "../host-array.js";
import { float32Spec, type TensorSpec, valueAndGradient } from "../program.js";
import type { Tensor } from "../tensor.js";
import { type Compiled, compiled } from "../testing/compiled.js";
import { largestValues } from "./describe.js";

const [B, N, D] = [2, 6, 8] as const;

/** `body` times weights that come from outside, and its gradients by all inputs, as nodes. */
function stepOf<const S extends Record<string, TensorSpec>>(
  specs: S,
  shape: readonly number[],
  body: (inputs: { readonly [K in keyof S]: Tensor }) => Tensor,
): Promise<Compiled> {
  return compiled(
    { inputs: specs as Record<string, TensorSpec>, weights: float32Spec(shape) },
    ({ inputs, weights }) => {
      const { aux, gradient } = valueAndGradient(inputs as Record<string, Tensor>, (leaves) => {
        const output = body(leaves as never);
        return { value: output.mul(weights as Tensor).sum(), aux: { output } };
      });
      return { output: aux.output, gradient };
    },
  );
}

const largest = (step: Compiled) => Math.max(...largestValues(step.graph, 1).map(({ shape }) => sizeOf(shape)));

describe("a product and its two gradients are one Gemm each, and nothing is copied", () => {
  test.each<[string, readonly number[], readonly number[], readonly number[], (a: Tensor, b: Tensor) => Tensor]>([
    ["matrix x matrix", [4, 5], [5, 6], [4, 6], (a, b) => a.matmul(b)],
    ["tokens x weight", [B, N, D], [D, 4 * D], [B, N, 4 * D], (a, b) => a.matmul(b)],
    ["images of tokens x weight", [3, B, N, D], [D, 5], [3, B, N, 5], (a, b) => a.matmul(b)],
    ["transposed left", [5, 4], [5, 6], [4, 6], (a, b) => a.transpose().matmul(b)],
    ["transposed right", [4, 5], [6, 5], [4, 6], (a, b) => a.matmul(b.transpose())],
    ["transposed result", [4, 5], [5, 6], [6, 4], (a, b) => a.matmul(b).transpose()],
    ["scaled and negated", [4, 5], [5, 6], [4, 6], (a, b) => a.matmul(b).mul(0.5).neg()],
  ])("%s", async (_, a, b, shape, body) => {
    const step = await stepOf({ a: float32Spec(a), b: float32Spec(b) }, shape, ({ a, b }) => body(a, b));
    const { Gemm, Reshape: _aliases, ...others } = step.counts;
    expect(Gemm).toBe(3);
    expect(others).toEqual({});
  });

  test("batches: one batched product each, and nothing is copied", async () => {
    const step = await stepOf({ a: float32Spec([3, 4, 5]), b: float32Spec([3, 5, 6]) }, [3, 4, 6], ({ a, b }) =>
      a.matmul(b),
    );
    const { FusedMatMul, Reshape: _aliases, ...others } = step.counts;
    expect(FusedMatMul).toBe(3);
    expect(others).toEqual({});
  });

  test("where the batches of two operands lie in different orders, the smaller operand is copied", async () => {
    const specs = { small: float32Spec([2, 3, 2, 5]), large: float32Spec([3, 2, 5, 8]) };
    for (const isSmallLeft of [true, false]) {
      const { nodes, graph } = await compiled(specs, ({ small, large }) => {
        const turned = small.swapAxes(0, 1);
        return { y: isSmallLeft ? turned.matmul(large) : large.swapAxes(2, 3).matmul(turned.swapAxes(2, 3)) };
      });
      const copied = nodes("Transpose").map(({ outputs }) => sizeOf(graph.values.get(outputs[0]!)!.shape));
      expect(copied).toEqual([2 * 3 * 2 * 5]);
    }
  });

  test("without rows or columns it is a product and a sum", async () => {
    const { counts } = await compiled({ a: float32Spec([7, 1, 5]), b: float32Spec([7, 5, 1]) }, ({ a, b }) => ({
      y: a.matmul(b),
    }));
    expect(counts).toMatchObject({ Mul: 1, ReduceSum: 1 });
    expect(counts).not.toHaveProperty("Gemm");
    expect(counts).not.toHaveProperty("FusedMatMul");
  });

  test("a factor that only one operand walks is summed before the product", async () => {
    const { counts, graph } = await compiled({ a: float32Spec([4, 5]), b: float32Spec([1, 6]) }, ({ a, b }) => ({
      y: a.matmul(b.broadcastTo([5, 6])),
    }));
    expect(counts.ReduceSum).toBe(1);
    expect(Math.max(...largestValues({ ...graph }, 9).map(({ shape }) => sizeOf(shape)))).toBe(4 * 6);
  });
});

describe("an MLP step", () => {
  const specs = {
    x: float32Spec([B, N, D]),
    w1: float32Spec([D, 4 * D]),
    b1: float32Spec([4 * D]),
    w2: float32Spec([4 * D, D]),
    b2: float32Spec([D]),
  };
  const mlp = () => stepOf(specs, [B, N, D], ({ x, w1, b1, w2, b2 }) => x.matmul(w1).add(b1).gelu().matmul(w2).add(b2));

  test("nothing is larger than the hidden layer: never [B, N, D, 4D]", async () => {
    expect(largest(await mlp())).toBe(B * N * 4 * D);
  });

  test("six Gemms, the biases inside of them, and no transpose", async () => {
    const step = await mlp();
    expect(step.counts.Gemm).toBe(6);
    expect(step.nodes("Gemm").filter(({ inputs }) => inputs.length === 3)).toHaveLength(2);
    expect(step.counts).not.toHaveProperty("Transpose");
    expect(step.counts.ReduceSum).toBe(2); // the gradients of the biases
  });
});

describe("an attention step", () => {
  const heads = 2;
  const attention = () =>
    stepOf({ qkv: float32Spec([B, N, 3 * D]) }, [B, N, D], ({ qkv }) => {
      const parts = qkv
        .reshape([B, N, 3, heads, D / heads])
        .transpose([2, 0, 3, 1, 4])
        .split(0, 3);
      const [q, k, v] = parts.map((part) => part.squeeze(0)) as [Tensor, Tensor, Tensor];
      const mixed = q.matmul(k.swapAxes(2, 3)).mul(0.5).softmax().matmul(v);
      return mixed.swapAxes(1, 2).reshape([B, N, D]);
    });

  test("two batched products forward, four backward, the scale inside of them", async () => {
    const step = await attention();
    expect(step.counts.FusedMatMul).toBe(6);
    const scales = step.nodes("FusedMatMul").map(({ attributes }) => (attributes.alpha as { float: number }).float);
    expect(scales).toContain(0.5);
  });

  test("at most one transpose for each of q, k, v, the output, its gradient, and the gradient of qkv", async () => {
    expect((await attention()).counts.Transpose).toBeLessThanOrEqual(6);
  });

  test("nothing is larger than qkv or the attention weights", async () => {
    expect(largest(await attention())).toBe(Math.max(B * N * 3 * D, B * heads * N * N));
  });
});
