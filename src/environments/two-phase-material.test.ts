import fc from "fast-check";
import { expect, test } from "vitest";
import { keyFor } from "../compute/random.js";
import { effectiveConductivity } from "./heat-conduction.js";
import { conductingCell, drawMaterial, materialPixels, PHASE_CONDUCTIVITY, whiteTop } from "./two-phase-material.js";

const SIZE = 16;
const materials = (count: number, wanted = {}) =>
  Array.from({ length: count }, (_, i) => drawMaterial(SIZE, keyFor(3, "material", i), wanted));

test("the same key draws the same material, another key another", () => {
  const [a, b, c] = [1, 1, 2].map((seed) => drawMaterial(SIZE, keyFor(seed)));
  expect(a).toEqual(b);
  expect(a!.isWhite).not.toEqual(c!.isWhite);
});

test("the share of white is exact, ties included", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 60 }),
      fc.nat(100),
      (values, cent) => {
        const white = whiteTop(Float64Array.from(values), cent / 100);
        const numWhite = white.reduce((sum, one) => sum + one, 0);
        expect(numWhite).toBe(Math.round((cent / 100) * values.length));
        const least = Math.min(...values.filter((_, i) => white[i] === 1), 9);
        const most = Math.max(...values.filter((_, i) => white[i] === 0), -1);
        expect(least).toBeGreaterThanOrEqual(most);
      },
    ),
  );
  for (const { isWhite, statistics } of materials(20)) {
    const share = isWhite.reduce((sum, one) => sum + one, 0) / isWhite.length;
    expect(Math.abs(share - statistics.volumeFraction)).toBeLessThanOrEqual(0.5 / isWhite.length + 1e-12);
  }
});

test("long grains along x conduct better along x; tilting spares no direction", () => {
  const ratio = (wanted: object) => {
    const logs = materials(30, { volumeFraction: 0.5, ...wanted }).map((material) => {
      const { x, y } = effectiveConductivity(conductingCell(material));
      return Math.log(x / y);
    });
    return logs.reduce((sum, log) => sum + log, 0) / logs.length;
  };
  expect(ratio({ lengthX: 3, lengthY: 1, shear: 0 })).toBeGreaterThan(0.2);
  expect(ratio({ lengthX: 1, lengthY: 3, shear: 0 })).toBeLessThan(-0.2);
  // Sheared rows and sheared columns are mirror images of each other.
  const [rows, columns] = (["rows", "columns"] as const).map((sheared) =>
    ratio({ lengthX: 2, lengthY: 2, shear: 1, sheared }),
  );
  expect(Math.abs(rows! + columns!)).toBeLessThan(0.1);
});

test("grains grow with the lengths: fewer faces between black and white", () => {
  const numEdges = (length: number) =>
    materials(10, { volumeFraction: 0.5, lengthX: length, lengthY: length, shear: 0 }).reduce((sum, { isWhite }) => {
      for (let at = 0; at < isWhite.length; at++) {
        const right = at - (at % SIZE) + ((at + 1) % SIZE);
        if (isWhite[at] !== isWhite[right]) sum++;
      }
      return sum;
    }, 0);
  expect(numEdges(3)).toBeLessThan(numEdges(0.8) / 2);
});

test("conductivities and pixels follow the phases", () => {
  const pattern = { size: 2, isWhite: Uint8Array.of(1, 0, 0, 1) };
  const { black, white } = PHASE_CONDUCTIVITY;
  expect(Array.from(conductingCell(pattern).conductivity)).toEqual([white, black, black, white]);
  expect([...materialPixels(pattern)]).toEqual([255, 0, 0, 255]);
  expect(() => conductingCell({ size: 3, isWhite: new Uint8Array(4) })).toThrow(/\[3, 3\]/);
  expect(() => drawMaterial(2, keyFor(0))).toThrow(/at least 4/);
});
