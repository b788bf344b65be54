/** Adam on the host, for a few thousand values whose gradient comes from a program. */

/** Adam (Kingma and Ba 2015) on a host array, in place. */
export class Adam {
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  #step = 0;

  constructor(
    private readonly values: Float32Array,
    private readonly learningRate: number,
  ) {
    this.#first = new Float64Array(values.length);
    this.#second = new Float64Array(values.length);
  }

  /** One step of learningRate · scale. */
  follow(gradient: Float32Array, scale: number): void {
    this.#step++;
    const size = (this.learningRate * scale * Math.sqrt(1 - 0.999 ** this.#step)) / (1 - 0.9 ** this.#step);
    for (let i = 0; i < gradient.length; i++) {
      const [g, first, second] = [gradient[i]!, this.#first, this.#second];
      first[i] = 0.9 * first[i]! + 0.1 * g;
      second[i] = 0.999 * second[i]! + 0.001 * g * g;
      this.values[i]! -= (size * first[i]!) / (Math.sqrt(second[i]!) + 1e-12);
    }
  }
}
