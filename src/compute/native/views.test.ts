import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sizeOf } from "../host-array.js";
import type { Value } from "./onnx-graph.js";
import {
  alignRank,
  broadcast,
  commonFactors,
  contiguousView,
  isContiguous,
  mergeFactors,
  permute,
  reshapeView,
  shapeOf,
  stridesAt,
} from "./views.js";

const base = (...shape: number[]): Value => ({ name: "x", shape, dtype: "float32" });
const factor = (size: number, stride: number) => ({ size, stride });

describe("contiguous views", () => {
  test("strides are row-major; axes of size 1 have no factor", () => {
    expect(contiguousView(base(2, 1, 3)).dims).toEqual([[factor(2, 3)], [], [factor(3, 1)]]);
    expect(contiguousView(base(6), [3, 2]).dims).toEqual([[factor(3, 2)], [factor(2, 1)]]);
    expect(contiguousView(base()).dims).toEqual([]);
  });

  test("are told from others", () => {
    const view = contiguousView(base(2, 3));
    expect(isContiguous(view)).toBe(true);
    expect(isContiguous(permute(view, [1, 0]))).toBe(false);
    expect(isContiguous(permute(contiguousView(base(1, 3)), [1, 0]))).toBe(true); // moves nothing
    expect(isContiguous(broadcast(contiguousView(base()), [4], [0]))).toBe(false);
    expect(isContiguous(contiguousView(base()))).toBe(true);
  });
});

describe("reshape", () => {
  test("cuts and joins factors where memory allows", () => {
    const view = contiguousView(base(4, 6));
    expect(reshapeView(view, [2, 2, 6])?.dims).toEqual([[factor(2, 12)], [factor(2, 6)], [factor(6, 1)]]);
    expect(reshapeView(view, [8, 3])?.dims).toEqual([[factor(8, 3)], [factor(3, 1)]]);
  });

  test("after a transpose a dimension may hold several factors", () => {
    const turned = permute(contiguousView(base(2, 3, 4)), [1, 0, 2]); // [3, 2, 4]
    expect(reshapeView(turned, [3, 8])?.dims).toEqual([[factor(3, 4)], [factor(2, 12), factor(4, 1)]]);
    expect(reshapeView(turned, [6, 4])?.dims).toEqual([[factor(3, 4), factor(2, 12)], [factor(4, 1)]]);
    expect(reshapeView(reshapeView(turned, [6, 4])!, [3, 2, 4])).toEqual(turned);
  });

  test("gives up where elements are not evenly spaced", () => {
    expect(reshapeView(permute(contiguousView(base(4, 6)), [1, 0]), [8, 3])).toBeUndefined();
    expect(reshapeView(permute(contiguousView(base(2, 3)), [1, 0]), [2, 3])).toBeUndefined();
  });
});

test("broadcast inserts axes and grows those of size 1, at stride 0", () => {
  const view = contiguousView(base(3, 1));
  expect(broadcast(view, [2, 3, 4], [0]).dims).toEqual([[factor(2, 0)], [factor(3, 1)], [factor(4, 0)]]);
  expect(shapeOf(broadcast(view, [2, 3, 4], [0]))).toEqual([2, 3, 4]);
});

test("mergeFactors joins what is evenly spaced, copies among themselves too", () => {
  expect(mergeFactors([factor(2, 12), factor(3, 4), factor(1, 99), factor(4, 1)])).toEqual([factor(24, 1)]);
  expect(mergeFactors([factor(2, 0), factor(3, 0), factor(2, 1)])).toEqual([factor(6, 0), factor(2, 1)]);
  expect(mergeFactors([factor(3, 1), factor(2, 3)])).toEqual([factor(3, 1), factor(2, 3)]);
});

describe("common factors", () => {
  const joined = reshapeView(permute(contiguousView(base(2, 3, 4)), [1, 0, 2]), [3, 8])!; // 8 = 2 x 4

  test("cut every operand where any of them is cut", () => {
    const plain = contiguousView(base(3, 8));
    expect(commonFactors([joined, plain], [3, 8])).toEqual([[3], [2, 4]]);
    expect(stridesAt(joined.dims[1]!, [2, 4])).toEqual([12, 1]);
    expect(stridesAt(plain.dims[1]!, [2, 4])).toEqual([4, 1]);
  });

  test("an operand of size 1 is broadcast over all of them", () => {
    const row = alignRank(contiguousView(base(8)), 2);
    expect(commonFactors([joined, row], [3, 8])).toEqual([[3], [2, 4]]);
    expect(stridesAt(row.dims[0]!, [3])).toEqual([0]);
  });

  test("factors that interleave have none", () => {
    const two = reshapeView(permute(contiguousView(base(2, 5, 3)), [1, 0, 2]), [5, 6])!; // 6 = 2 x 3
    const three = reshapeView(permute(contiguousView(base(3, 5, 2)), [1, 0, 2]), [5, 6])!; // 6 = 3 x 2
    expect(commonFactors([two, three], [5, 6])).toBeUndefined();
  });

  test("they multiply to each size, and each operand's strides walk its own elements", () => {
    const splits = fc.constantFrom([2, 12], [4, 6], [8, 3], [2, 2, 6], [2, 4, 3], [24]);
    fc.assert(
      fc.property(splits, splits, (a, b) => {
        const views = [a, b].map((sizes) => {
          const inner = sizes.map((_, i) => i + 1);
          const turned = permute(contiguousView(base(...sizes, 5)), [sizes.length, ...inner.map((i) => i - 1)]);
          return reshapeView(turned, [5, 24])!;
        });
        const sizes = commonFactors(views, [5, 24]);
        if (sizes === undefined) return;
        expect(sizes.map(sizeOf)).toEqual([5, 24]);
        for (const view of views) {
          const offsets = stridesAt(view.dims[1]!, sizes[1]!);
          expect(offsets.at(-1)).toBe(5);
          expect(offsets.reduce((sum, stride, i) => sum + stride * (sizes[1]![i]! - 1), 0)).toBe(5 * 23);
        }
      }),
    );
  });
});
