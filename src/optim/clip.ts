import { flattenTree, isTensor, mapTree, Tensor, type Tree } from "../compute/index.js";

/**
 * Shorten a gradient whose length over all parameters exceeds a limit; its direction stays.
 *   g ← g · min(1, maxNorm / (‖g‖ + 1e-6)),  ‖g‖ = √(Σ over all leaves g²)
 * @returns the gradient and its norm before clipping (scalar); NaN stays NaN
 * Source: Pascanu et al. 2013, arXiv:1211.5063; the 1e-6 is torch's.
 */
export function clipByGlobalNorm(gradient: Tree<Tensor>, maxNorm: number): { gradient: Tree<Tensor>; norm: Tensor } {
  const norm = globalNorm(gradient);
  const factor = norm.add(1e-6).reciprocal().mul(maxNorm).minimum(1);
  return { gradient: mapTree<Tensor, Tensor>(gradient, isTensor, (leaf) => leaf.mul(factor)), norm };
}

/** Length of all leaves taken as one vector (scalar). */
export function globalNorm(tree: Tree<Tensor>): Tensor {
  const leaves = [...flattenTree<Tensor>(tree, isTensor).values()];
  const total = leaves
    .map((leaf) => leaf.square().sum())
    .reduce((sum, squares) => sum.add(squares), Tensor.constant(0));
  return total.sqrt();
}
