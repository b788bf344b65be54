/** Typed arrays whose length is not known before the end of a file. */

/** Appends to a typed array that doubles when it is full. */
export class Growing<T extends Float64Array | Int32Array> {
  #array: T;
  #length = 0;

  constructor(private readonly make: (length: number) => T) {
    this.#array = make(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#array.length) {
      const grown = this.make(2 * this.#length);
      grown.set(this.#array);
      this.#array = grown;
    }
    this.#array[this.#length++] = value;
  }

  /** What was appended, sharing the memory. */
  finish(): T {
    return this.#array.subarray(0, this.#length) as T;
  }
}
