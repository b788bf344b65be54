/** Tensors, programs and the engines that run them. */
export { withGradient } from "./custom-gradient.js";
export {
  type Adapter,
  compile,
  type Engine,
  type EngineOptions,
  type Executable,
  isHostArray,
} from "./engine.js";
export { availableEngines, chooseEngine, type EngineName, engines } from "./engines.js";
export { DarkmatterError, lookUp, nearestName, ShapeError, UnknownNameError, ValueError } from "./errors.js";
export { type DType, float32, type HostArray, int32, sizeOf } from "./host-array.js";
export { concat, stack } from "./join.js";
export { describeProgram } from "./native/describe.js";
export { type ConfigOf, type OptionTable, resolveOptions } from "./options.js";
export {
  float32Spec,
  int32Spec,
  isSpec,
  type Program,
  type TensorSpec,
  trace,
  valueAndGradient,
  zerosFor,
} from "./program.js";
export { childKey, type Key, keyFor, Random } from "./random.js";
export { runOnce } from "./run-once.js";
export { type Axes, expectShape } from "./shape-checks.js";
export { isTensor, type Operand, Tensor } from "./tensor.js";
export { type Branch, flattenTree, type MapTree, mapTree, type Tree, unflattenTree } from "./tree.js";
export type { Conv2dOptions, ConvTranspose2dOptions, PoolOptions } from "./windows.js";
