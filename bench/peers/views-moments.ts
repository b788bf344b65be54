/** Mean and standard deviation of the values of views: they tell whether sides make about the same of the images. */
export function momentsOf(values: Float32Array): { readonly mean: number; readonly std: number } {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return { mean, std: Math.sqrt(squares / values.length - mean * mean) };
}
