/** What every cost of imagined paths declares, so that users choose it by name. */
import type { ConfigOf, OptionTable } from "../../compute/options.js";
import type { Candidates } from "../action-space.js";
import type { LatentPaths } from "./latent-paths.js";
import type { Readout } from "./readout.js";

/** One number for each candidate and future, [count, numFutures]: the lower the better. */
export type CostTerm = (paths: LatentPaths, candidates: Candidates) => Float64Array | Promise<Float64Array>;

/** What costs are made of, beside their options. */
export interface CostMaterial {
  /** The latent to reach, [dim]. */
  readonly goal: ArrayLike<number>;
  /** How far it is from a latent to the goal: learned, or looked up in a table. */
  readonly distance: (state: ArrayLike<number>, goal: ArrayLike<number>) => number;
  /** A probe, or a critic. */
  readonly readout: Readout;
  /** What the readout should say. */
  readonly target: ArrayLike<number>;
  /** Latents of places where something like them was seen, [n, dim]. */
  readonly knownStates: Float32Array;
}

/** One cost: an entry of the catalogue. */
export interface CostDefinition<
  Options extends OptionTable = OptionTable,
  Needs extends keyof CostMaterial = keyof CostMaterial,
> {
  readonly name: string;
  /** One sentence for lists. */
  readonly summary: string;
  readonly source: string;
  readonly options: Options;
  /** What must be given to make it. */
  readonly needs: readonly Needs[];
  create(config: ConfigOf<Options>, material: Pick<CostMaterial, Needs>): CostTerm;
}
