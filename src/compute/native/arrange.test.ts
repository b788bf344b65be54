import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sizeOf } from "../host-array.js";
import { evaluateGraph } from "../testing/evaluate-graph.js";
import { arrange, materialise, separateAxes, viewOfAxes } from "./arrange.js";
import { OnnxGraph } from "./onnx-graph.js";
import { broadcast, contiguousView, permute, reshapeView, shapeOf, type View } from "./views.js";

/** A tensor as NumPy has it, moved by loops: the reference for views. */
interface Loops {
  readonly shape: readonly number[];
  readonly at: (index: readonly number[]) => number;
}

function rowMajor(shape: readonly number[], index: readonly number[]): number {
  return shape.reduce((flat, size, axis) => flat * size + index[axis]!, 0);
}

function unravel(shape: readonly number[], flat: number): number[] {
  let rest = flat;
  return shape
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .reverse();
}

function elements({ shape, at }: Loops): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, flat) => at(unravel(shape, flat)));
}

/** One movement of a view and the same of the reference. `pick` chooses among what is possible. */
function move(graph: OnnxGraph, view: View, loops: Loops, pick: () => number): { view: View; loops: Loops } {
  const { shape, at } = loops;
  const kind = pick() % 3;
  if (kind === 0) {
    const order = shape.map((_, axis) => axis).sort(() => (pick() % 3) - 1);
    const moved = {
      shape: order.map((axis) => shape[axis]!),
      at: (index: readonly number[]) => at(shape.map((_, axis) => index[order.indexOf(axis)]!)),
    };
    return { view: permute(view, order), loops: moved };
  }
  if (kind === 1) {
    const target = refactor(sizeOf(shape), pick);
    const moved = { shape: target, at: (index: readonly number[]) => at(unravel(shape, rowMajor(target, index))) };
    return { view: reshapeView(view, target) ?? contiguousView(materialise(graph, view), target), loops: moved };
  }
  const axis = pick() % (shape.length + 1);
  const size = 1 + (pick() % 3);
  if (sizeOf(shape) * size > 300) return { view, loops };
  const grown = shape.toSpliced(axis, 0, size);
  const moved = { shape: grown, at: (index: readonly number[]) => at(index.toSpliced(axis, 1)) };
  return { view: broadcast(view, grown, [axis]), loops: moved };
}

/** A shape of this many elements. */
function refactor(count: number, pick: () => number): number[] {
  const shape: number[] = [];
  let rest = count;
  while (rest > 1) {
    const divisors = Array.from({ length: rest }, (_, i) => i + 1).filter((size) => rest % size === 0);
    const size = divisors[pick() % divisors.length]!;
    shape.push(size);
    rest /= size;
    if (shape.length > 5) return [...shape, rest];
  }
  return shape;
}

describe("any chain of movements, then written out, is what NumPy's loops give", () => {
  test("random chains", async () => {
    const chains = fc.record({
      shape: fc.array(fc.constantFrom(1, 2, 3, 4), { maxLength: 4 }),
      picks: fc.array(fc.nat(1000), { minLength: 8, maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(chains, async ({ shape, picks }) => {
        let next = 0;
        const pick = () => picks[next++ % picks.length]!;
        const graph = new OnnxGraph();
        const input = graph.input(shape, "float32");
        let view = contiguousView(input);
        let loops: Loops = { shape, at: (index) => rowMajor(shape, index) };
        while (next < picks.length) ({ view, loops } = move(graph, view, loops, pick));
        expect(shapeOf(view)).toEqual(loops.shape);
        const output = graph.copy(materialise(graph, view));
        const [result] = await evaluateGraph(
          graph,
          [Float32Array.from({ length: sizeOf(shape) }, (_, i) => i)],
          [output],
        );
        expect([...result!]).toEqual(elements(loops));
      }),
      { numRuns: 150 },
    );
  });
});

describe("copies", () => {
  const transposes = (graph: OnnxGraph, value: { name: string }) =>
    graph.toModel([value as never]).nodes.filter(({ operator }) => operator === "Transpose");

  test("none where the order is already there", () => {
    const graph = new OnnxGraph();
    const view = contiguousView(graph.input([2, 3, 4], "float32"));
    const there = permute(permute(view, [2, 0, 1]), [1, 2, 0]);
    expect(transposes(graph, materialise(graph, there))).toEqual([]);
    expect(transposes(graph, materialise(graph, reshapeView(view, [6, 4])!))).toEqual([]);
  });

  test("one Transpose of the lowest rank: neighbours that stay together are one axis", () => {
    const graph = new OnnxGraph();
    const view = contiguousView(graph.input([2, 3, 4, 5], "float32"));
    const [node] = transposes(graph, materialise(graph, permute(view, [2, 3, 0, 1])));
    expect(node!.attributes.perm).toEqual([1, 0]); // [6, 20] -> [20, 6]
  });

  test("what is broadcast is not copied by arrange, and written out by materialise", () => {
    const graph = new OnnxGraph();
    const view = broadcast(contiguousView(graph.input([3], "float32")), [3, 4], [1]);
    const arranged = arrange(graph, view.base, view.dims.flat());
    expect(arranged.shape).toEqual([3, 1]);
    expect(graph.toModel([arranged]).nodes.map(({ operator }) => operator)).toEqual(["Reshape"]);
    expect(materialise(graph, view).shape).toEqual([3, 4]);
  });
});

describe("separateAxes", () => {
  test("takes the memory order and tells where each dimension went", () => {
    const graph = new OnnxGraph();
    const view = permute(contiguousView(graph.input([2, 3, 4], "float32")), [2, 0, 1]);
    const { value, axisOf } = separateAxes(graph, view);
    expect(value.shape).toEqual([2, 3, 4]);
    expect(axisOf).toEqual([2, 0, 1]);
    expect(shapeOf(viewOfAxes(value, axisOf))).toEqual([4, 2, 3]);
    expect(graph.toModel([value]).nodes).toEqual([]);
  });

  test("writes out what has several factors in a dimension, or broadcasts", () => {
    const graph = new OnnxGraph();
    const turned = permute(contiguousView(graph.input([2, 3, 4], "float32")), [1, 0, 2]);
    expect(separateAxes(graph, reshapeView(turned, [6, 4])!).axisOf).toEqual([0, 1]);
    expect(separateAxes(graph, broadcast(turned, [3, 2, 4, 5], [3])).value.shape).toEqual([3, 2, 4, 5]);
  });
});
