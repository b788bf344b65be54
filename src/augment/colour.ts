/** Arithmetic on colours in 0..1. */

/** Brightness of a colour as the eye weighs it (ITU-R BT.601, with torchvision's rounding of the weights). */
export function luma(red: number, green: number, blue: number): number {
  return 0.2989 * red + 0.587 * green + 0.114 * blue;
}

/** The nearest value in 0..1. */
export function clampUnit(value: number): number {
  return value < 0 ? 0 : Math.min(value, 1);
}
