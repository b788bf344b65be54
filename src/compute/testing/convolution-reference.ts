/** Convolution and its gradients by loops, and compiled programs held against them. */
import { float32, type HostArray } from "../host-array.js";
import { jax } from "../jax.js";
import { float32Spec, type TensorSpec, valueAndGradient } from "../program.js";
import { Tensor } from "../tensor.js";
import { type Compiled, compiled, outputsOn, relativeDifference } from "./compiled.js";
import { wavyArray } from "./gradient-check.js";

export interface ConvolutionGeometry {
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

/** Everything a convolution and its gradients are, by loops in float64 over [b, o, c, position, tap]. */
function reference(x: HostArray, w: HostArray, g: HostArray, { stride, padding, dilation }: ConvolutionGeometry) {
  const [B, C, H, W] = x.shape as [number, number, number, number];
  const [O, , kh, kw] = w.shape as [number, number, number, number];
  const [, , outH, outW] = g.shape as [number, number, number, number];
  const [output, byX, byW] = [g, x, w].map(({ data }) => new Float64Array(data.length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let b = 0; b < B; b++)
    for (let o = 0; o < O; o++)
      for (let c = 0; c < C; c++)
        for (let p = 0; p < outH; p++)
          for (let q = 0; q < outW; q++)
            for (let i = 0; i < kh; i++)
              for (let j = 0; j < kw; j++) {
                const [row, column] = [p * stride + i * dilation - padding, q * stride + j * dilation - padding];
                if (row < 0 || row >= H || column < 0 || column >= W) continue;
                const [atX, atW, atG] = [
                  ((b * C + c) * H + row) * W + column,
                  ((o * C + c) * kh + i) * kw + j,
                  ((b * O + o) * outH + p) * outW + q,
                ];
                output[atG]! += x.data[atX]! * w.data[atW]!;
                byX[atX]! += g.data[atG]! * w.data[atW]!;
                byW[atW]! += g.data[atG]! * x.data[atX]!;
              }
  return { output, byX, byW };
}

/** jax-js's convolution with dilation, which `Tensor.conv2d` does not offer. */
function dilatedConvolution(x: Tensor, w: Tensor, { stride, padding, dilation }: ConvolutionGeometry): Tensor {
  const pad: [number, number] = [padding, padding];
  const options = { rhsDilation: [dilation, dilation] };
  return Tensor.fromTracer(
    jax.lax.convGeneralDilated(x.tracer, w.tracer, [stride, stride], [pad, pad], options) as Tensor["tracer"],
  );
}

/** A program of the output and both gradients, g being the gradient by the output. */
export function convolutionStep(
  x: TensorSpec,
  w: TensorSpec,
  g: TensorSpec,
  convolve: (x: Tensor, w: Tensor) => Tensor,
): Promise<Compiled> {
  return compiled({ p: { x, w }, g }, ({ p, g }) => {
    const { aux, gradient } = valueAndGradient(p, (leaves) => {
      const output = convolve(leaves.x, leaves.w);
      return { value: output.mul(g).sum(), aux: { output } };
    });
    return { output: aux.output, ...gradient };
  });
}

/** Errors of output, gradient by x and gradient by w on the native engine, each relative to the largest value. */
export async function convolutionErrors(
  xShape: readonly number[],
  wShape: readonly number[],
  geometry: ConvolutionGeometry,
): Promise<number[]> {
  const { stride, padding, dilation } = geometry;
  const outSize = (axis: number) =>
    Math.floor((xShape[axis]! + 2 * padding - dilation * (wShape[axis]! - 1) - 1) / stride) + 1;
  const [x, w] = [wavyArray(xShape, 1), wavyArray(wShape, 2)];
  const g = wavyArray([xShape[0]!, wShape[0]!, outSize(2), outSize(3)], 3);
  const convolve =
    dilation === 1
      ? (x: Tensor, w: Tensor) => x.conv2d(w, { stride, padding })
      : (x: Tensor, w: Tensor) => dilatedConvolution(x, w, geometry);
  const { program } = await convolutionStep(
    ...([x, w, g].map(({ shape }) => float32Spec(shape)) as [TensorSpec, TensorSpec, TensorSpec]),
    convolve,
  );
  const got = await outputsOn("native", program, [x, w, g]);
  const expected = reference(x, w, g, geometry);
  return [expected.output, expected.byX, expected.byW].map((values, i) =>
    relativeDifference(got[i]!, float32(Float32Array.from(values), got[i]!.shape)),
  );
}
