/** Flags as they were given, written out again: for the command that goes on where this one stopped. */

/**
 * @param flags values as commander parsed them, by attribute: true for a switch, an object for repeated key=value
 * @example flagWords({ minutes: 5, alone: true, encoderSet: { width: 8 } }) // --minutes 5 --alone --encoder-set width=8
 */
export function flagWords(flags: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(flags).flatMap(([attribute, value]) => {
    const flag = `--${attribute.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === undefined || value === false) return [];
    if (value === true) return [flag];
    if (typeof value !== "object" || value === null) return [flag, String(value)];
    return Object.entries(value).flatMap(([key, setting]) => [flag, `${key}=${setting}`]);
  });
}
