import { expect, test } from "vitest";
import {
  float32,
  type HostArray,
  keyFor,
  runOnce,
  type Tensor,
  type Tree,
  valueAndGradient,
} from "../compute/index.js";
import { initialise, trainingMode } from "../nn/index.js";
import { dinoHead } from "./dino-head.js";
import type { HeadSide } from "./head.js";
import { normalProjections, rowsOf } from "./testing/projections.js";

const [B, K, F] = [4, 3, 2];
const CENTRE = [0.5, -1, 2];
const head = dinoHead(
  {
    encoder: { featureDim: F, gridSizeOf: () => 1 },
    channels: 3,
    imageSize: 8,
    projector: { hiddenDim: 5, numHiddenLayers: 1, outDim: 6 },
  },
  { numPrototypes: K, isCentred: true, centreDecay: 0.9 },
);

interface Inputs<T> {
  readonly trained: Tree<T>;
  readonly centre: { readonly mean: T };
  readonly encoded: Readonly<Record<"a" | "b", T>>;
  readonly gate: T;
}

interface Outputs {
  /** Logits of the first view, its target, the other view's, the directions that are watched, the next centre. */
  readonly seen: Readonly<Record<"student" | "teacher" | "other" | "watched" | "centre", HostArray>>;
  readonly gradient: {
    readonly prototypes: { weight: HostArray };
    readonly projector: { output: { weight: HostArray } };
  };
}

/** Both sides of the head on the same encodings and parameters; the gradient of the sum of the first view's logits. */
async function pass(gate: number): Promise<Outputs> {
  const { centre: _zeros, ...trained } = initialise(head.modules, keyFor(3));
  const inputs: Inputs<HostArray> = {
    trained: trained as Tree<HostArray>,
    centre: { mean: float32(CENTRE, [K]) },
    encoded: { a: normalProjections(B, F, 1), b: normalProjections(B, F, 2) },
    gate: float32([gate], []),
  };
  const outputs = await runOnce(inputs as unknown as Tree<HostArray>, (tensors) => {
    const given = tensors as unknown as Inputs<Tensor>;
    const mode = trainingMode();
    const { aux, gradient } = valueAndGradient(given.trained, (moved) => {
      const parameters = { ...(moved as object), centre: given.centre } as unknown as HeadSide["parameters"];
      const side: HeadSide = { encoded: Object.values(given.encoded), parameters, mode };
      const step = { views: [], masks: {}, numGlobalViews: 2, scalars: { prototypeGate: given.gate } };
      const { projections, targets, watched } = head.forward({ online: side, target: side, ...step });
      const [teacher, other] = targets as [Tensor, Tensor];
      const centre = mode.updates.latest(given.centre.mean);
      return {
        value: projections[0]!.sum(),
        aux: { student: projections[0]!, teacher, other, watched: watched![0]!, centre },
      };
    });
    return { seen: aux, gradient } as Tree<Tensor>;
  });
  return outputs as unknown as Outputs;
}

test("logits are cosines; the target's are less the centre, which moves for the next step", async () => {
  const { student, teacher, other, watched, centre } = (await pass(1)).seen;
  for (const row of rowsOf(watched)) expect(Math.hypot(...row)).toBeCloseTo(1, 5);
  for (const x of student.data) expect(Math.abs(x)).toBeLessThanOrEqual(1 + 1e-6);
  rowsOf(teacher).forEach((row, i) => {
    for (const [k, x] of row.entries()) expect(x + CENTRE[k]!).toBeCloseTo(rowsOf(student)[i]![k]!, 5);
  });
  CENTRE.forEach((c, k) => {
    const logits = [...rowsOf(teacher), ...rowsOf(other)].map((row) => row[k]! + c);
    const mean = logits.reduce((sum, x) => sum + x, 0) / (2 * B);
    expect(centre.data[k]).toBeCloseTo(0.9 * c + 0.1 * mean, 5);
  });
});

test("behind a closed gate prototypes get no gradient, the projector still does", async () => {
  const [closed, open] = [(await pass(0)).gradient, (await pass(1)).gradient];
  const lengthOf = ({ data }: HostArray) => Math.hypot(...data);
  expect(lengthOf(closed.prototypes.weight)).toBe(0);
  expect(lengthOf(open.prototypes.weight)).toBeGreaterThan(1e-3);
  expect(closed.projector.output.weight.data).toEqual(open.projector.output.weight.data);
});
