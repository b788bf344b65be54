/** The algebra evaluation needs: neighbours and predictions on the engine, spectra and L-BFGS on the host. */
export { type AffineClassifiers, predictClasses } from "./affine-classifiers.js";
export { choleskySolver, invertPositive } from "./cholesky.js";
export { type DotBlock, visitDotProducts } from "./dot-products.js";
export { Lbfgs, type LbfgsOptions } from "./lbfgs.js";
export { type LeadingComponents, leadingComponents, projectOnto } from "./leading-components.js";
export { type Metric, type NeighborOptions, type Neighbors, nearestNeighbors } from "./nearest-neighbors.js";
export { meanRow, type PrincipalComponents, principalComponents, spectrum } from "./principal-components.js";
export { ProgramCache } from "./program-cache.js";
export { fitRidge, type RidgeColumn, type RidgeTask } from "./ridge.js";
export { type SymmetricEigen, symmetricEigen } from "./symmetric-eigen.js";
