/** Convolutions and pooling by loops in float64, written from their definitions and sharing no code with them. */
import { float32, type HostArray } from "../host-array.js";

export interface ConvolutionGeometry {
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
}

/** The result of a convolution, and the gradients of Σ output · change by its images and its weight. */
export function convolutionByLoops(
  images: HostArray,
  weight: HostArray,
  change: HostArray,
  { stride, padding, groups }: ConvolutionGeometry,
): readonly [output: HostArray, byImages: HostArray, byWeight: HostArray] {
  const [B, C, H, W] = images.shape as [number, number, number, number];
  const [O, inGroup, rows, columns] = weight.shape as [number, number, number, number];
  const [, , outH, outW] = change.shape as [number, number, number, number];
  const [output, byImages, byWeight] = [change, images, weight].map(({ data }) => new Float64Array(data.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  eachIndex([B, O, inGroup, outH, outW, rows, columns], ([b, o, c, p, q, i, j]) => {
    const [row, column] = [p! * stride + i! - padding, q! * stride + j! - padding];
    if (row < 0 || row >= H || column < 0 || column >= W) return;
    const channel = Math.floor(o! / (O / groups)) * inGroup + c!;
    const atImages = ((b! * C + channel) * H + row) * W + column;
    const atWeight = ((o! * inGroup + c!) * rows + i!) * columns + j!;
    const atOutput = ((b! * O + o!) * outH + p!) * outW + q!;
    output[atOutput]! += images.data[atImages]! * weight.data[atWeight]!;
    byImages[atImages]! += change.data[atOutput]! * weight.data[atWeight]!;
    byWeight[atWeight]! += change.data[atOutput]! * images.data[atImages]!;
  });
  return [rounded(output, change.shape), rounded(byImages, images.shape), rounded(byWeight, weight.shape)];
}

/** The same for a transposed convolution: each input adds its share to the places its taps reach. */
export function transposedByLoops(
  images: HostArray,
  weight: HostArray,
  change: HostArray,
  { stride, padding }: { readonly stride: number; readonly padding: number },
): readonly [output: HostArray, byImages: HostArray, byWeight: HostArray] {
  const [B, C, H, W] = images.shape as [number, number, number, number];
  const [, O, rows, columns] = weight.shape as [number, number, number, number];
  const [, , outH, outW] = change.shape as [number, number, number, number];
  const [output, byImages, byWeight] = [change, images, weight].map(({ data }) => new Float64Array(data.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  eachIndex([B, C, O, H, W, rows, columns], ([b, c, o, h, w, i, j]) => {
    const [row, column] = [h! * stride + i! - padding, w! * stride + j! - padding];
    if (row < 0 || row >= outH || column < 0 || column >= outW) return;
    const atImages = ((b! * C + c!) * H + h!) * W + w!;
    const atWeight = ((c! * O + o!) * rows + i!) * columns + j!;
    const atOutput = ((b! * O + o!) * outH + row) * outW + column;
    output[atOutput]! += images.data[atImages]! * weight.data[atWeight]!;
    byImages[atImages]! += change.data[atOutput]! * weight.data[atWeight]!;
    byWeight[atWeight]! += change.data[atOutput]! * images.data[atImages]!;
  });
  return [rounded(output, change.shape), rounded(byImages, images.shape), rounded(byWeight, weight.shape)];
}

/** Mean or maximum of what each window sees of the images, and the gradient of Σ output · change by them. */
export function poolingByLoops(
  kind: "mean" | "max",
  images: HostArray,
  change: HostArray,
  { window, stride, padding }: { readonly window: number; readonly stride: number; readonly padding: number },
): readonly [output: HostArray, byImages: HostArray] {
  const [B, C, H, W] = images.shape as [number, number, number, number];
  const [, , outH, outW] = change.shape as [number, number, number, number];
  const [output, byImages] = [new Float64Array(change.data.length), new Float64Array(images.data.length)];
  eachIndex([B, C, outH, outW], ([b, c, p, q]) => {
    const seen: number[] = [];
    eachIndex([window, window], ([i, j]) => {
      const [row, column] = [p! * stride + i! - padding, q! * stride + j! - padding];
      if (row >= 0 && row < H && column >= 0 && column < W) seen.push(((b! * C + c!) * H + row) * W + column);
    });
    const values = seen.map((at) => images.data[at]!);
    const peak = Math.max(...values);
    const winners = kind === "max" ? seen.filter((at) => images.data[at] === peak) : seen;
    const atOutput = ((b! * C + c!) * outH + p!) * outW + q!;
    output[atOutput] = kind === "max" ? peak : values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const at of winners) byImages[at]! += change.data[atOutput]! / winners.length;
  });
  return [rounded(output, change.shape), rounded(byImages, images.shape)];
}

function eachIndex(sizes: readonly number[], visit: (index: readonly number[]) => void, index: number[] = []): void {
  if (index.length === sizes.length) visit(index);
  else for (let i = 0; i < sizes[index.length]!; i++) eachIndex(sizes, visit, [...index, i]);
}

function rounded(values: Float64Array, shape: readonly number[]): HostArray {
  return float32(Float32Array.from(values), shape);
}
