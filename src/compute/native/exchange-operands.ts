/**
 * The gradient of a transposed convolution by its kernel arrives as a convolution with a dilated lhs and a kernel as
 * large as a map. With the two exchanged it is one with a dilated kernel, like the gradient of any strided convolution:
 *   out[b, o, p] = Σ_c Σ_i lhs[b, c, i] · rhs[o, c, i·lhsDilation + before − p], which reads rhs along −p
 */
import { sizeOf } from "../host-array.js";
import type { Expression } from "./expression.js";
import type { LoweringRule } from "./lowering.js";
import { flip } from "./movement.js";
import { permute } from "./views.js";

interface Parameters {
  readonly strides: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly lhsDilation: readonly number[];
  readonly rhsDilation: readonly number[];
}

/** Whether a convolution is easier with its operands exchanged. */
export function isBetterExchanged({ parameters, operands, shape }: Expression): boolean {
  const { strides, lhsDilation, rhsDilation } = parameters as unknown as Parameters;
  const isDilated = lhsDilation.some((dilation) => dilation !== 1);
  const isPlainOtherwise = [...strides, ...rhsDilation].every((step) => step === 1);
  return isDilated && isPlainOtherwise && sizeOf(operands[1]!.shape.slice(2)) > sizeOf(shape.slice(2));
}

/** `convolve` with exchanged operands and the result turned back. */
export function exchangeOperands(convolve: LoweringRule): LoweringRule {
  return (context, expression, [lhs, rhs]) => {
    const { padding, lhsDilation, rhsDilation, strides } = expression.parameters as unknown as Parameters;
    const [batch, outChannels, ...outputs] = expression.shape as [number, number, ...number[]];
    const [inputs, taps] = expression.operands.map(({ shape }) => shape.slice(2)) as [number[], number[]];
    const before = outputs.map((size, i) => size - 1 - padding[i]![0]);
    // so much that there are as many outputs as before
    const after = outputs.map((size, i) => {
      const kernelReach = (inputs[i]! - 1) * lhsDilation[i]! + 1;
      return size - 1 + kernelReach - taps[i]! - before[i]!;
    });
    const exchanged: Expression = {
      ...expression,
      operands: expression.operands.toReversed(),
      shape: [outChannels, batch, ...outputs],
      parameters: {
        vmapDims: 0,
        strides,
        padding: before.map((width, i) => [width, after[i]!]),
        lhsDilation: rhsDilation,
        rhsDilation: lhsDilation,
      },
    };
    const turned = convolve(context, exchanged, [rhs!, lhs!]);
    const straight = flip(context, { ...exchanged, parameters: { axis: outputs.map((_, i) => i + 2) } }, [turned]);
    return permute(straight, [1, 0, ...outputs.map((_, i) => i + 2)]);
  };
}
