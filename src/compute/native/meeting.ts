/** Where the places of a convolution meet: which tap of the kernel joins an input and an output. */

/** A convolution along its spatial axes, each list one number an axis. */
export interface Meeting {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly taps: readonly number[];
  /** Steps from output to output. */
  readonly strides: readonly number[];
  /** Steps from input to input: above 1 in the gradient by the input of a strided convolution. */
  readonly lhsDilation: readonly number[];
  /** Steps from tap to tap. */
  readonly rhsDilation: readonly number[];
  /** Padding before the first input. */
  readonly before: readonly number[];
  /** The kernel is read backwards. */
  readonly isFlipped: boolean;
}

/** The tap at which an input and an output meet along one axis: output·stride + tap·rhsDilation = input·lhsDilation + before. */
export function tapAt(meeting: Meeting, axis: number, input: number, output: number): number | undefined {
  const { taps, strides, lhsDilation, rhsDilation, before, isFlipped } = meeting;
  const steps = input * lhsDilation[axis]! + before[axis]! - output * strides[axis]!;
  const tap = steps / rhsDilation[axis]!;
  if (!Number.isInteger(tap) || tap < 0 || tap >= taps[axis]!) return undefined;
  return isFlipped ? taps[axis]! - 1 - tap : tap;
}

/** The row of the inputs, in row-major order, that an output meets at a tap; undefined outside or between dilated inputs. */
export function inputRowAt(meeting: Meeting, output: readonly number[], tap: readonly number[]): number | undefined {
  const { inputs, taps, strides, lhsDilation, rhsDilation, before, isFlipped } = meeting;
  let row = 0;
  for (const [axis, size] of inputs.entries()) {
    const step = isFlipped ? taps[axis]! - 1 - tap[axis]! : tap[axis]!;
    const place = (output[axis]! * strides[axis]! + step * rhsDilation[axis]! - before[axis]!) / lhsDilation[axis]!;
    if (!Number.isInteger(place) || place < 0 || place >= size) return undefined;
    row = row * size + place;
  }
  return row;
}
