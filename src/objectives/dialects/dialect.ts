/**
 * One loss, many dialects: libraries leave out a ½, divide by D(D − 1) or by nothing, add two directions or average them.
 * Coefficients do not carry over as they are. A dialect says, once and checked by golden values, how they do.
 */
import type { ConfigOf, OptionTable } from "../../compute/index.js";
import type { ProjectionDims } from "../objective.js";

/** Our options, and how our total becomes theirs: theirs = factor · ours + offset, for two views. */
export interface Conversion {
  readonly options: Readonly<Record<string, number | string | boolean>>;
  readonly factor: number;
  readonly offset: number;
}

export interface Dialect<T extends OptionTable = OptionTable> {
  /** Repository or paper. */
  readonly source: string;
  /** Its total, in the terms of our docstring and its own coefficients. */
  readonly formula: string;
  /** Under the names of its own code, with its defaults. */
  readonly coefficients: T;
  /** @throws ValueError if none of our options give this loss */
  convert(coefficients: ConfigOf<T>, dims: ProjectionDims): Conversion;
}

/** Dialects by their names. */
export type DialectTable = Readonly<Record<string, Dialect>>;

/** Give a dialect its type without writing its coefficients twice. */
export function defineDialect<T extends OptionTable>(dialect: Dialect<T>): Dialect {
  return dialect as unknown as Dialect;
}

/** The same formula: our options under another name. */
export function sameAs(
  options: Conversion["options"],
  { factor = 1, offset = 0 }: Partial<Pick<Conversion, "factor" | "offset">> = {},
): Conversion {
  return { options, factor, offset };
}
