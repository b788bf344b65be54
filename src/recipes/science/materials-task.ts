/** The task: heat conductivity of materials, from few measured ones and many that nobody measured. */
import { parseRecipe, type RecipeStep, type ViewRecipe } from "../../augment/index.js";
import { ValueError } from "../../compute/index.js";
import { type ImageSet, indicesWhere, subset } from "../../data/index.js";

/** What is predicted of a material, as the data set measures it. */
export const PROPERTIES = ["logConductivity.x", "logConductivity.y"] as const;

export interface MaterialsTask {
  /** Materials nobody measured: what is learnt from without labels. */
  readonly unmeasured: ImageSet;
  /** Measured materials. */
  readonly measured: ImageSet;
  /** [measured, 2]: natural logarithms of the conductivities along x and y. */
  readonly targets: Float64Array;
  /** [measured]: share of white. */
  readonly volumeFractions: Float64Array;
  /** Rows of `measured` that labels are drawn from, and rows that are only asked about. */
  readonly pool: Int32Array;
  readonly test: Int32Array;
}

/**
 * Divide a set of materials: a third of the measured ones is never learnt from.
 * @throws ValueError if the set holds no measurements of materials
 */
export function materialsTask(set: ImageSet): MaterialsTask {
  const part = (name: string) =>
    subset(
      set,
      indicesWhere(set, "split", (split) => split === name),
    );
  const measured = part("measured");
  const columns = [...PROPERTIES, "volumeFraction"].map((name) => {
    const values = measured.measurements?.[name];
    if (values === undefined) throw new ValueError("science", "data", `a set with the measurement ${name}`, set.name);
    return values;
  });
  const [x, y, volumeFractions] = columns as [Float64Array, Float64Array, Float64Array];
  const numPool = Math.round((2 / 3) * measured.numImages);
  const rows = Int32Array.from({ length: measured.numImages }, (_, i) => i);
  return {
    unmeasured: part("unmeasured"),
    measured,
    targets: Float64Array.from({ length: 2 * measured.numImages }, (_, i) => (i % 2 === 0 ? x : y)[i >> 1]!),
    volumeFractions,
    pool: rows.slice(0, numPool),
    test: rows.slice(numPool),
  };
}

/**
 * A view of a periodic material that conducts exactly as the material does: moved around its edges and mirrored. Crops,
 * rotations, blur and noise would show the encoder another material as the same one, and teach it to ignore what decides
 * the conductivity. A quarter turn exchanges x and y, so it is left out too.
 */
export function materialView(size: number): ViewRecipe {
  const steps: RecipeStep[] = [
    { name: "centreCrop" },
    { name: "periodicShift" },
    { name: "horizontalFlip" },
    { name: "verticalFlip" },
    { name: "normalise" },
  ];
  return parseRecipe({ size, steps });
}
