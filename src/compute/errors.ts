/**
 * Errors a user can act on: each names the operation, the argument, what was expected, what came, and the likely fix.
 * Everything thrown on purpose in darkmatter is a `DarkmatterError`; anything else is a bug of ours.
 */

export class DarkmatterError extends Error {
  override readonly name: string = "DarkmatterError";
}

/** A tensor had the wrong shape. `expected` may name dimensions ("B") beside fixed sizes. */
export class ShapeError extends DarkmatterError {
  override readonly name = "ShapeError";
  constructor(
    readonly operation: string,
    readonly argument: string,
    readonly expected: string | readonly (string | number)[],
    readonly got: readonly number[],
    readonly hint = "",
  ) {
    const wanted = typeof expected === "string" ? expected : `shape [${expected.join(", ")}]`;
    super(`${operation}: "${argument}" must have ${wanted}, got [${got.join(", ")}]. ${hint}`.trimEnd());
  }
}

/** A value (option, flag, file content) is not usable. */
export class ValueError extends DarkmatterError {
  override readonly name = "ValueError";
  constructor(
    readonly operation: string,
    readonly argument: string,
    readonly expected: string,
    readonly got: unknown,
    readonly hint = "",
  ) {
    super(`${operation}: "${argument}" must be ${expected}, got ${show(got)}. ${hint}`.trimEnd());
  }
}

/** A name is not in a catalogue: lists the known ones and the nearest. */
export class UnknownNameError extends DarkmatterError {
  override readonly name = "UnknownNameError";
  constructor(
    readonly operation: string,
    readonly kind: string,
    readonly got: string,
    readonly known: readonly string[],
  ) {
    const nearest = nearestName(got, known);
    const suggestion = nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
    super(`${operation}: unknown ${kind} "${got}".${suggestion} Known: ${known.join(", ")}.`);
  }
}

/** Look a name up in a catalogue, or throw an `UnknownNameError`. */
export function lookUp<T>(operation: string, kind: string, catalog: Readonly<Record<string, T>>, name: string): T {
  if (!Object.hasOwn(catalog, name)) throw new UnknownNameError(operation, kind, name, Object.keys(catalog));
  return catalog[name] as T;
}

/** The known name with the smallest edit distance, if it is close enough to be a likely typo. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const ranked = known.map(
    (candidate) => [editDistance(name.toLowerCase(), candidate.toLowerCase()), candidate] as const,
  );
  ranked.sort(([a], [b]) => a - b);
  const best = ranked[0];
  return best && best[0] <= Math.max(2, Math.ceil(best[1].length / 3)) ? best[1] : undefined;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

function show(value: unknown): string {
  // JSON knows neither NaN nor infinities, and refuses big integers.
  const isPlain = typeof value === "number" || typeof value === "bigint";
  const text = isPlain ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
