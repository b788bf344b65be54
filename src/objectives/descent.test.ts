/** Following an objective downhill: free projections, no encoder, the repository's own optimizer. */
import { describe, expect, test } from "vitest";
import {
  chooseEngine,
  compile,
  float32,
  type HostArray,
  keyFor,
  Random,
  resolveOptions,
  type Tensor,
  trace,
  valueAndGradient,
} from "../compute/index.js";
import { adamw, initialSlots, scalarInputs } from "../optim/index.js";
import { objectives } from "./catalog.js";
import { comparesWithTargets, type Objective } from "./objective.js";
import { sequenceFor } from "./testing/objective-case.js";
import { agreeingViews } from "./testing/projections.js";

const [B, D, NUM_STEPS] = [24, 4, 120];

/** Views nearly at one point away from the origin: the collapse that every objective has to leave. */
function nearlyCollapsed(numViews: number): Record<string, HostArray> {
  const views = agreeingViews(numViews, B, D).map(({ data }) => Float32Array.from(data, (x) => 1 + 0.05 * x));
  return Object.fromEntries(views.map((data, v) => [`view${v}`, float32(data, [B, D])]));
}

/** Views nearly on one line: the collapse to leave where scale and place of a dimension do not count. */
function nearlyOneDimension(numViews: number): Record<string, HostArray> {
  const views = agreeingViews(numViews, B, D).map(({ data }) =>
    Float32Array.from(data, (x, i) => data[D * Math.floor(i / D)]! + 0.1 * x),
  );
  return Object.fromEntries(views.map((data, v) => [`view${v}`, float32(data, [B, D])]));
}

/** Projections and totals along the descent. */
async function descend(
  objective: Objective,
  start: Readonly<Record<string, HostArray>>,
): Promise<{ totals: number[]; first: Float32Array; last: Float32Array }> {
  const config = resolveOptions(objective.name, objective.options);
  const optimizerConfig = resolveOptions("adamw", adamw.options);
  const noiseAt = (step: number) =>
    objective.noise?.(config, { batchSize: B, projectionDim: D }, new Random(keyFor(0, "noise", step))) ?? {};
  const scalarsAt = (step: number) =>
    scalarInputs(adamw.scalars({ step, learningRate: 0.05, weightDecay: 0 }, optimizerConfig));
  let parameters = start;
  let slots = initialSlots(adamw, parameters) as Record<string, Record<string, HostArray>>;

  const inputs = { parameters, slots, noise: noiseAt(0), scalars: scalarsAt(0) };
  const program = await trace(inputs, (given) => {
    const { value, gradient } = valueAndGradient(given.parameters, (moved) => {
      const projections = Object.values(moved);
      const { sequence } = sequenceFor(objective);
      const said = sequence && { sequence: sequence(projections) };
      const input = { projections, numGlobalViews: projections.length, noise: given.noise ?? {}, ...said };
      return { value: objective.loss(input, config).total, aux: {} };
    });
    const roles = new Map<string, string>();
    const next = adamw.update({ ...given, gradient, roles }, optimizerConfig);
    return {
      total: value,
      parameters: next.parameters as Record<string, Tensor>,
      slots: next.slots as Record<string, Record<string, Tensor>>,
    };
  });
  const executable = await compile(program, await chooseEngine());
  const first = Float32Array.from(parameters.view0!.data);
  const totals: number[] = [];
  for (let step = 0; step < NUM_STEPS; step++) {
    const result = await executable.run({ parameters, slots, noise: noiseAt(step), scalars: scalarsAt(step) });
    totals.push(result.total.data[0]!);
    parameters = result.parameters;
    slots = result.slots;
  }
  await executable.dispose();
  return { totals, first, last: parameters.view0!.data as Float32Array };
}

/** Mean over pairs of rows of 1 - cosine: 0 for one direction, about 1 for directions spread evenly. */
function spreadOfDirections(data: Float32Array): number {
  const rows = Array.from({ length: B }, (_, i) => Array.from(data.subarray(i * D, (i + 1) * D)));
  const units = rows.map((row) => row.map((x) => x / Math.hypot(...row)));
  let [sum, count] = [0, 0];
  for (let i = 0; i < B; i++) {
    for (let j = 0; j < i; j++) {
      sum += 1 - units[i]!.reduce((dot, x, d) => dot + x * units[j]![d]!, 0);
      count += 1;
    }
  }
  return sum / count;
}

function smallestStd(data: Float32Array): number {
  const stds = Array.from({ length: D }, (_, d) => {
    const column = Array.from({ length: B }, (_, i) => data[i * D + d]!);
    const mean = column.reduce((a, b) => a + b) / B;
    return Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (B - 1));
  });
  return Math.min(...stds);
}

/** Largest absolute correlation between two dimensions. */
function largestCorrelation(data: Float32Array): number {
  const columns = Array.from({ length: D }, (_, d) => {
    const column = Array.from({ length: B }, (_, i) => data[i * D + d]!);
    const mean = column.reduce((a, b) => a + b) / B;
    const length = Math.hypot(...column.map((x) => x - mean));
    return column.map((x) => (x - mean) / length);
  });
  const pairs = columns.flatMap((x, i) => columns.slice(i + 1).map((y) => [x, y] as const));
  return Math.max(...pairs.map(([x, y]) => Math.abs(x.reduce((dot, value, n) => dot + value * y[n]!, 0))));
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;

// Where projections are compared with targets it is the network that keeps them apart: free projections only follow.
const selfContained = Object.entries<Objective>(objectives).filter(([, { needs }]) => !comparesWithTargets(needs));

describe.each(selfContained)("%s", (_name, objective) => {
  test("leads away from collapse, to where it says it drives", async () => {
    const isFree = objective.projectionTarget === "free";
    const start = (isFree ? nearlyOneDimension : nearlyCollapsed)(objective.needs.views);
    const { totals, first, last } = await descend(objective, start);
    expect(mean(totals.slice(-10))).toBeLessThan(0.8 * mean(totals.slice(0, 10)));
    if (isFree) {
      expect(largestCorrelation(first)).toBeGreaterThan(0.95);
      expect(largestCorrelation(last)).toBeLessThan(0.3);
      return;
    }
    expect(spreadOfDirections(first)).toBeLessThan(0.01);
    if (objective.projectionTarget === "scale-free") {
      expect(spreadOfDirections(last)).toBeGreaterThan(0.8);
      return;
    }
    expect(smallestStd(first)).toBeLessThan(0.08);
    expect(smallestStd(last)).toBeGreaterThan(0.7);
    if (objective.projectionTarget === "standard-normal") expect(Math.abs(mean([...last]))).toBeLessThan(0.15);
  });
});
