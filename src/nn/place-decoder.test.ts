import { describe, expect, test } from "vitest";
import {
  type Branch,
  float32,
  type HostArray,
  int32,
  isHostArray,
  keyFor,
  mapTree,
  runOnce,
  type Tree,
  zerosFor,
} from "../compute/index.js";
import { wavyArray } from "../compute/testing/gradient-check.js";
import { evaluationMode } from "./layer.js";
import { initialise } from "./parameter.js";
import { placeDecoder } from "./place-decoder.js";
import { sinCosPositions } from "./sin-cos-positions.js";

const decoder = placeDecoder({ inDim: 3, outDim: 8, gridSize: 3, width: 8, depth: 2, numHeads: 2 });
/** Far from the start, at which blocks add almost nothing and much would pass as equal. */
const lively = mapTree<HostArray, HostArray>(
  initialise(decoder.parameters, keyFor(0)) as Tree<HostArray>,
  isHostArray,
  ({ data, shape }) =>
    float32(
      Float32Array.from(data, (x) => 6 * x),
      shape,
    ),
) as Branch<HostArray>;

interface Question {
  readonly known: HostArray;
  readonly knownPlaces: HostArray;
  readonly askedPlaces: HostArray;
}

const question: Question = {
  known: wavyArray([2, 3, 3], 7),
  knownPlaces: int32([0, 4, 5, 8, 1, 2], [2, 3]),
  askedPlaces: int32([1, 2, 3, 6, 0, 3, 5, 7], [2, 2, 2]),
};

async function answers(asked: Question, values: Branch<HostArray> = lively): Promise<number[][][]> {
  const { y } = await runOnce({ ...asked, values }, ({ values, ...rest }) => ({
    y: decoder.predict(values, rest, evaluationMode()),
  }));
  const [B, K, D] = y.shape as [number, number, number];
  return Array.from({ length: B }, (_, b) =>
    Array.from({ length: K }, (_, k) => [...y.data.subarray((b * K + k) * D, (b * K + k + 1) * D)]),
  );
}

function expectClose(got: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  got.forEach((row, i) => {
    row.forEach((value, d) => {
      expect(value).toBeCloseTo(expected[i]![d]!, 4);
    });
  });
}

describe("placeDecoder", () => {
  test("answers come in the order of the question: with blocks that add nothing, each is its own position", async () => {
    const { blocks, norm, ...rest } = lively as Readonly<Record<string, Branch<HostArray>>>;
    const identity = float32(
      Float32Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? 1 : 0)),
      [8, 8],
    );
    const zero = float32(new Float32Array(8), [8]);
    const silent = {
      ...rest,
      blocks: zerosFor(blocks),
      norm: { gain: float32(new Float32Array(8).fill(1), [8]), bias: zero },
      maskToken: zero,
      output: { weight: identity, bias: zero },
    } as unknown as Branch<HostArray>;
    const got = await answers(question, silent);
    const positions = sinCosPositions(3, 8).data;
    const normedPosition = (place: number): number[] => {
      const row = [...positions.subarray(place * 8, (place + 1) * 8)];
      const mean = row.reduce((a, b) => a + b) / 8;
      const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 8;
      return row.map((x) => (x - mean) / Math.sqrt(variance + 1e-6));
    };
    expectClose(got[0]!, [1, 2, 3, 6].map(normedPosition));
    expectClose(got[1]!, [0, 3, 5, 7].map(normedPosition));
  });

  test("the order in which places are known changes nothing", async () => {
    const swapped = {
      ...question,
      known: float32(
        [...question.known.data.slice(3, 6), ...question.known.data.slice(0, 3), ...question.known.data.slice(6)],
        [2, 3, 3],
      ),
      knownPlaces: int32([4, 0, 5, 8, 1, 2], [2, 3]),
    };
    const [got, expected] = [await answers(swapped), await answers(question)];
    expectClose(got[0]!, expected[0]!);
    // ... and it matters which token is at which place
    const mixedUp = await answers({ ...question, knownPlaces: swapped.knownPlaces });
    expect(Math.abs(mixedUp[0]![0]![0]! - expected[0]![0]![0]!)).toBeGreaterThan(1e-3);
  });

  test("groups do not know of each other, places of one group do", async () => {
    const expected = await answers(question);
    const otherSecond = { ...question, askedPlaces: int32([1, 2, 7, 6, 0, 3, 4, 7], [2, 2, 2]) };
    const got = await answers(otherSecond);
    expectClose(got[0]!.slice(0, 2), expected[0]!.slice(0, 2));
    const otherFirst = { ...question, askedPlaces: int32([1, 7, 3, 6, 0, 3, 5, 7], [2, 2, 2]) };
    const changed = await answers(otherFirst);
    expect(Math.abs(changed[0]![0]![0]! - expected[0]![0]![0]!)).toBeGreaterThan(1e-3);
    expectClose(changed[0]!.slice(2), expected[0]!.slice(2));
  });

  test("each image is answered from its own tokens", async () => {
    const known = float32(
      Float32Array.from(question.known.data, (x, i) => (i < 9 ? x : -x)),
      [2, 3, 3],
    );
    const [got, expected] = [await answers({ ...question, known }), await answers(question)];
    expectClose(got[0]!, expected[0]!);
    expect(Math.abs(got[1]![0]![0]! - expected[1]![0]![0]!)).toBeGreaterThan(1e-3);
  });
});
