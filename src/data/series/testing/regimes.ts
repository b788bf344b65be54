/** A series whose truth is known: three channels that change between four regimes, each for a while. */
import { keyFor, Random } from "../../../compute/random.js";

/** Steps of one period, and how far the second channel lags behind the first, as a share of it. */
const REGIMES = {
  calm: { period: 24, lag: 0.25 },
  fast: { period: 10, lag: 0.25 },
  turned: { period: 24, lag: 0.75 },
  flutter: { period: 10, lag: 0.75 },
} as const;

export interface RegimeRow {
  readonly values: readonly number[];
  readonly regime: string;
}

/**
 * Rows of a series: sines with a random phase, size and noise in each spell of a regime. A window's values say little by
 * themselves (every phase is as likely), period and lag tell the regime.
 */
export function regimeRows(numSpells: number, rowsASpell: number, seed = 0): RegimeRow[] {
  const names = Object.keys(REGIMES) as (keyof typeof REGIMES)[];
  return Array.from({ length: numSpells }, (_, spell) => {
    const random = new Random(keyFor(seed, "spell", spell));
    const regime = names[spell % names.length]!;
    const { period, lag } = REGIMES[regime];
    const [phase, size, drift] = [random.uniform(), random.uniform(0.7, 1.4), random.uniform(-0.5, 0.5)];
    return Array.from({ length: rowsASpell }, (_, t) => {
      const wave = (share: number) => size * Math.sin(2 * Math.PI * (t / period + phase + share));
      const noise = () => 0.2 * random.normal();
      return { values: [wave(0) + noise(), wave(lag) + noise(), drift + noise()], regime };
    });
  }).flat();
}

/** The rows as a CSV file with a time column, the channels x, y, drift and the regime. */
export function regimeCsv(rows: readonly RegimeRow[]): string {
  const lines = rows.map(({ values, regime }, t) =>
    [t, ...values.map((value) => (20 + 5 * value).toFixed(4)), regime].join(","),
  );
  return `time,x,y,drift,regime\n${lines.join("\n")}\n`;
}
