/** What designs are asked for: properties that some material has, and properties beyond those of the materials known. */
import { keyFor } from "../../compute/index.js";
import { conductingCell, drawMaterial, effectiveConductivity, PHASE_CONDUCTIVITY } from "../../environments/index.js";
import type { DesignTarget } from "./designer.js";

export interface NamedTarget extends DesignTarget {
  /** "like": some random material has these properties; "beyond": more one-sided than random materials are. */
  readonly kind: "like" | "beyond";
}

export interface TargetOptions {
  readonly size: number;
  readonly volumeFractions: readonly number[];
  /** For each volume fraction. */
  readonly numLike: number;
  readonly numBeyond: number;
  readonly seed: number;
}

/** How far from a random material towards layers targets of kind "beyond" lie, in logarithms. */
const TOWARDS_LAYERS = 0.9;

/**
 * Targets at fixed volume fractions. "like": the solved properties of a random material of that share of white, which
 * therefore exist. "beyond": nine tenths of the way, in logarithms, from such a material to the same share in layers (along x and y in
 * turn), which conduct a = φ 10 + (1 − φ) along and h = 1 / (φ / 10 + (1 − φ)) across: layers exist, and so do materials
 * between, but random ones are hardly ever so one-sided.
 */
export function drawTargets({ size, volumeFractions, numLike, numBeyond, seed }: TargetOptions): NamedTarget[] {
  return volumeFractions.flatMap((volumeFraction) =>
    Array.from({ length: numLike + numBeyond }, (_, i): NamedTarget => {
      const material = drawMaterial(size, keyFor(seed, "target", volumeFraction, i), { volumeFraction });
      const { x, y } = effectiveConductivity(conductingCell(material));
      const like = [Math.log(x), Math.log(y)] as const;
      if (i < numLike) return { kind: "like", wanted: like, volumeFraction };
      const layers = layersOf(volumeFraction, i % 2 === 0 ? "x" : "y");
      const [beyondX, beyondY] = [0, 1].map((t) => like[t]! + TOWARDS_LAYERS * (layers[t]! - like[t]!));
      return { kind: "beyond", wanted: [beyondX!, beyondY!], volumeFraction };
    }),
  );
}

/** Logarithms of the conductivities of layers that lie along an axis. */
function layersOf(volumeFraction: number, axis: "x" | "y"): readonly [number, number] {
  const { black, white } = PHASE_CONDUCTIVITY;
  const along = Math.log(volumeFraction * white + (1 - volumeFraction) * black);
  const across = -Math.log(volumeFraction / white + (1 - volumeFraction) / black);
  return axis === "x" ? [along, across] : [across, along];
}
