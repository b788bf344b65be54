/**
 * L-BFGS that asks for one evaluation at a time. Whoever drives it may compute many problems in one pass over the data:
 * the linear probe fits all its regularisation strengths that way.
 */

export interface LbfgsOptions {
  /** How many past steps shape the direction. */
  readonly memory?: number;
  /** Done when the largest gradient entry is below this. */
  readonly gradientTolerance?: number;
  /** Done when a step lowers the value by less than this share of max(|value|, 1). */
  readonly valueTolerance?: number;
}

interface Pair {
  readonly step: Float32Array;
  readonly change: Float32Array;
  /** 1 / (stepᵀ change), of the stored numbers. */
  readonly rho: number;
}

const SUFFICIENT_DECREASE = 1e-4;
const MAX_HALVINGS = 20;

/**
 * Minimise a smooth function: evaluate at `point`, tell the result to `observe`, repeat until `isDone`.
 * Directions by the two-loop recursion, steps by backtracking on Armijo's condition; for convex functions.
 * Source: Nocedal and Wright, Numerical Optimization, algorithms 7.4 and 3.1. Values may be as coarse as float32.
 */
export class Lbfgs {
  /** Where to evaluate next. */
  point: Float64Array;
  isDone = false;
  /** Accepted steps. */
  numSteps = 0;

  readonly #memory: number;
  readonly #gradientTolerance: number;
  readonly #valueTolerance: number;
  readonly #pairs: Pair[] = [];
  #best: { point: Float64Array; value: number; gradient: Float64Array } | undefined;
  #direction: Float64Array = new Float64Array(0);
  #slope = 0;
  #stepSize = 1;
  #numHalvings = 0;

  constructor(start: Float64Array, options: LbfgsOptions = {}) {
    this.point = Float64Array.from(start);
    this.#memory = options.memory ?? 8;
    this.#gradientTolerance = options.gradientTolerance ?? 1e-5;
    this.#valueTolerance = options.valueTolerance ?? 1e-7;
  }

  /** The best point seen so far. */
  get best(): Float64Array {
    return this.#best?.point ?? this.point;
  }

  /** Take the value and gradient at `point`; moves `point` to the next place to evaluate. */
  observe(value: number, gradient: Float64Array): void {
    if (this.isDone) return;
    const previous = this.#best;
    if (previous === undefined) {
      this.#accept(value, gradient);
      return;
    }
    const noise = 1e-7 * Math.abs(previous.value);
    if (value <= previous.value + SUFFICIENT_DECREASE * this.#stepSize * this.#slope + noise) {
      this.#remember(previous, gradient);
      this.numSteps++;
      const decrease = previous.value - value;
      this.#accept(value, gradient);
      if (decrease < this.#valueTolerance * Math.max(1, Math.abs(value))) this.isDone = true;
      return;
    }
    this.#backtrack(previous.value, value);
  }

  #accept(value: number, gradient: Float64Array): void {
    this.#best = { point: this.point, value, gradient: Float64Array.from(gradient) };
    this.#numHalvings = 0;
    if (maxAbs(gradient) < this.#gradientTolerance) {
      this.isDone = true;
      return;
    }
    this.#aim();
  }

  /** Choose a direction from the best point and place the first trial. */
  #aim(): void {
    const { gradient } = this.#best!;
    this.#direction = this.#twoLoop(gradient);
    this.#slope = dot(this.#direction, gradient);
    if (this.#slope >= 0) {
      this.#pairs.length = 0;
      this.#direction = gradient.map((g) => -g);
      this.#slope = -dot(gradient, gradient);
    }
    this.#stepSize = this.#pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(-this.#slope)) : 1;
    this.#place();
  }

  #place(): void {
    const { point } = this.#best!;
    this.point = point.map((x, i) => x + this.#stepSize * this.#direction[i]!);
  }

  /** Shorten the step to the minimum of the parabola through what is known, within a tenth to a half. */
  #backtrack(from: number, to: number): void {
    this.#numHalvings++;
    if (this.#numHalvings > MAX_HALVINGS) {
      const hadMemory = this.#pairs.length > 0;
      this.#pairs.length = 0;
      this.#numHalvings = 0;
      this.point = this.best;
      if (hadMemory) this.#aim();
      else this.isDone = true;
      return;
    }
    const curvature = to - from - this.#stepSize * this.#slope;
    const parabola = Number.isFinite(curvature) ? (-0.5 * this.#slope * this.#stepSize ** 2) / curvature : 0;
    this.#stepSize = Math.min(0.5 * this.#stepSize, Math.max(0.1 * this.#stepSize, parabola));
    this.#place();
  }

  #remember(previous: { point: Float64Array; gradient: Float64Array }, gradient: Float64Array): void {
    const step = Float32Array.from(this.point, (x, i) => x - previous.point[i]!);
    const change = Float32Array.from(gradient, (g, i) => g - previous.gradient[i]!);
    const curvature = dot(step, change);
    if (curvature <= 1e-10 * dot(change, change)) return; // flat or lost in rounding: no use as a model
    if (this.#pairs.length === this.#memory) this.#pairs.shift();
    this.#pairs.push({ step, change, rho: 1 / curvature });
  }

  #twoLoop(gradient: Float64Array): Float64Array {
    const direction = gradient.map((g) => -g);
    const alphas = this.#pairs.map(() => 0);
    for (let i = this.#pairs.length - 1; i >= 0; i--) {
      const { step, change, rho } = this.#pairs[i]!;
      alphas[i] = rho * dot(step, direction);
      addScaled(direction, change, -alphas[i]!);
    }
    const latest = this.#pairs.at(-1);
    if (latest !== undefined) {
      const scale = 1 / (latest.rho * dot(latest.change, latest.change));
      for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
    }
    for (const [i, { step, change, rho }] of this.#pairs.entries()) {
      addScaled(direction, step, alphas[i]! - rho * dot(change, direction));
    }
    return direction;
  }
}

type Vector = Float32Array | Float64Array;

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function addScaled(into: Float64Array, vector: Vector, scale: number): void {
  for (let i = 0; i < into.length; i++) into[i]! += scale * vector[i]!;
}

function maxAbs(vector: Vector): number {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  return largest;
}
