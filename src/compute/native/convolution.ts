/**
 * Convolution. jax-js has one primitive for a convolution and both its gradients (`padding`, `lhsDilation` for the
 * gradient by the images, `rhsDilation` for the gradient by the weights). ONNX has `Conv`, and `ConvTranspose` where
 * the images are dilated.
 */
import { materialise } from "./arrange.js";
import { type LoweringContext, type LoweringRule, unsupported } from "./lowering.js";
import type { Value } from "./onnx-graph.js";
import { contiguousView, type View } from "./views.js";

type Pair = readonly [number, number];
interface ConvolutionParameters {
  readonly vmapDims: number;
  readonly strides: readonly number[];
  readonly padding: readonly Pair[];
  readonly lhsDilation: readonly number[];
  readonly rhsDilation: readonly number[];
}

export const convolution: LoweringRule = (context, expression, operands) => {
  const parameters = expression.parameters as unknown as ConvolutionParameters;
  if (parameters.vmapDims !== 0)
    throw unsupported("conv with vmap dimensions", "Grouped convolution is not supported yet: use groups of 1.");
  const [images, weights] = operands as [View, View];
  const isDilated = parameters.lhsDilation.some((dilation) => dilation !== 1);
  const value = isDilated
    ? transposedConvolution(context, images, weights, parameters, expression.shape)
    : plainConvolution(context, images, weights, parameters, expression.shape);
  return contiguousView(value);
};

function plainConvolution(
  { graph }: LoweringContext,
  images: View,
  weights: View,
  { strides, padding, rhsDilation }: ConvolutionParameters,
  shape: readonly number[],
): Value {
  const input = cropNegative(graph, materialise(graph, images), padding);
  const pads = positive(padding);
  const kernel = materialise(graph, weights);
  const attributes = { kernel_shape: kernel.shape.slice(2), strides, pads, dilations: rhsDilation };
  return graph.emit("Conv", [input, kernel], shape, { attributes });
}

/** A convolution of images with zeros put between their pixels: a transposed convolution with the kernel turned. */
function transposedConvolution(
  { graph }: LoweringContext,
  images: View,
  weights: View,
  { strides, padding, lhsDilation, rhsDilation }: ConvolutionParameters,
  shape: readonly number[],
): Value {
  if (strides.some((stride) => stride !== 1))
    throw unsupported("conv with both stride and lhsDilation", "Use one of them.");
  const input = materialise(graph, images);
  // Kernel [Cout, Cin, ...] of the convolution -> [Cin, Cout, ...] turned, as ConvTranspose wants it.
  const swapped = materialise(graph, {
    base: weights.base,
    dims: [weights.dims[1]!, weights.dims[0]!, ...weights.dims.slice(2)],
  });
  const spatial = swapped.shape.slice(2);
  const axes = graph.integers(spatial.map((_, i) => i + 2));
  const back = graph.integers(spatial.map(() => -1));
  const lowest = graph.integers(spatial.map(() => -(2 ** 31)));
  const kernel = graph.emit("Slice", [swapped, back, lowest, axes, back], swapped.shape);
  // The convolution pads the dilated images by `padding`; ConvTranspose without pads gives what padding reach - 1
  // would. A smaller padding crops its output, a larger one adds zeros.
  const reach = spatial.map((size, i) => (size - 1) * rhsDilation[i]!);
  const crops = padding.map(([before, after], i): Pair => [reach[i]! - before, reach[i]! - after]);
  const pads = positive(crops);
  const grown = crops.map(([before, after]): Pair => [Math.max(0, -before), Math.max(0, -after)]);
  const bare = shape.map((size, i) => (i < 2 ? size : size - grown[i - 2]![0] - grown[i - 2]![1]));
  const attributes = { kernel_shape: spatial, strides: lhsDilation, pads, dilations: rhsDilation };
  const output = graph.emit("ConvTranspose", [input, kernel], bare, { attributes });
  if (grown.every(([before, after]) => before === 0 && after === 0)) return output;
  const widths = [0, 0, ...grown.map(([before]) => before), 0, 0, ...grown.map(([, after]) => after)];
  return graph.emit("Pad", [output, graph.integers(widths)], shape);
}

/** Negative padding cuts rows and columns off; ONNX wants that as a slice. */
function cropNegative(graph: LoweringContext["graph"], input: Value, padding: readonly Pair[]): Value {
  if (padding.every(([before, after]) => before >= 0 && after >= 0)) return input;
  const starts = padding.map(([before]) => Math.max(0, -before));
  const ends = padding.map(([, after], i) => input.shape[i + 2]! - Math.max(0, -after));
  const shape = [...input.shape.slice(0, 2), ...ends.map((end, i) => end - starts[i]!)];
  const axes = graph.integers(padding.map((_, i) => i + 2));
  return graph.emit("Slice", [input, graph.integers(starts), graph.integers(ends), axes], shape);
}

/** Pads as ONNX lists them: all beginnings, then all ends. */
function positive(padding: readonly Pair[]): number[] {
  return [...padding.map(([before]) => Math.max(0, before)), ...padding.map(([, after]) => Math.max(0, after))];
}
