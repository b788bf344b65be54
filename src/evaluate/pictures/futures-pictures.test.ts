import { expect, test } from "vitest";
import { ValueError } from "../../compute/index.js";
import { drawEnergyCurve } from "./energy-curve.js";
import { drawFuturesStrip } from "./futures-strip.js";
import { GOOD, PALETTE, type Sheet } from "./sheet.js";

/** How many pixels have exactly this colour. */
function countColour(sheet: Sheet, colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const { data } = sheet.context.getImageData(0, 0, 2 * Math.ceil(sheet.width), 2 * Math.ceil(sheet.height));
  let count = 0;
  for (let i = 0; i < data.length; i += 4) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) count++;
  return count;
}

const places = Array.from({ length: 41 }, (_, i) => i - 20);
const wells = places.map((place) => Math.min((place - 10) ** 2, (place + 10) ** 2) / 100);
const marks = [
  { name: "left", at: -10 },
  { name: "middle", at: 0 },
  { name: "right", at: 10 },
];
const curve = { title: "t", subtitle: "s", places, marks, axisLabel: "px" };

test("energy: a panel a curve, each in its colour; the line goes through the wells", () => {
  const one = drawEnergyCurve({ ...curve, curves: [{ name: "two codes", energies: wells }] });
  const two = drawEnergyCurve({
    ...curve,
    curves: [
      { name: "two codes", energies: wells },
      { name: "twin", energies: places.map((place) => place ** 2), band: { low: wells, high: places.map(() => 500) } },
    ],
  });
  expect(two.height - one.height).toBeGreaterThan(180);
  expect(countColour(one, PALETTE[0])).toBeGreaterThan(1000);
  expect(countColour(one, PALETTE[1])).toBe(0);
  expect(countColour(two, PALETTE[1])).toBeGreaterThan(500);
  // The dot of the left well, whose energy is 0, sits on the lowest line of the grid: a quarter of the width along.
  const { data } = one.context.getImageData(2 * (32 + 46 + 0.25 * 520), 2 * (84 + 38 + 170), 1, 1);
  expect([...data.slice(0, 3)]).toEqual([0x33, 0x66, 0xcc]);
});

test("energy: refuses curves that do not fit the places", () => {
  const draw = (energies: number[]) => drawEnergyCurve({ ...curve, curves: [{ name: "a", energies }] });
  expect(() => draw([1, 2])).toThrow(/41 finite numbers/);
  expect(() => draw(places.map(() => Number.NaN))).toThrow(ValueError);
  expect(() => drawEnergyCurve({ ...curve, places: [1, 1], curves: [] })).toThrow(/rising/);
  expect(() => drawEnergyCurve({ ...curve, curves: [], marks: [{ name: "far", at: 21 }] })).toThrow(/among the places/);
});

const frame = (byte: number) => new Uint8Array(4 * 4 * 3).fill(byte);
const strip = { title: "t", subtitle: "s", image: { size: 4, channels: 3 } as const, context: [frame(10), frame(20)] };
const futureOf = (name: string, probability: number) => ({ name, probability, frames: [frame(101), frame(102)] });

test("futures: a row each, a line as thick as it is likely, green for what came true", () => {
  const draw = (right: number, cameTrue: boolean) =>
    drawFuturesStrip({
      ...strip,
      futures: [
        { ...futureOf("right", right), cameTrue },
        { ...futureOf("left", 1 - right), cameTrue: !cameTrue },
      ],
    });
  const sheet = draw(0.8, true);
  for (const colour of ["#0a0a0a", "#141414"]) expect(countColour(sheet, colour)).toBeGreaterThan(150 * 150);
  expect(countColour(sheet, "#656565")).toBeGreaterThan(2 * 150 * 150);
  expect(countColour(sheet, GOOD)).toBeGreaterThan(50); // letters
  // Lines are drawn with a little of the paper in them: 8 points thick at most, over 54 points.
  const inLines = (drawn: Sheet) => countColour(drawn, mixed(GOOD));
  expect(inLines(draw(0.8, true))).toBeGreaterThan(2 * inLines(draw(0.2, true)));
  const three = drawFuturesStrip({ ...strip, futures: [0.2, 0.3, 0.5].map((p) => futureOf(`p ${p}`, p)) });
  expect(three.height).toBeGreaterThan(sheet.height + 84);
});

test("futures: refuses none, probabilities that are none, and frames of another size", () => {
  expect(() => drawFuturesStrip({ ...strip, futures: [] })).toThrow(/at least one future/);
  expect(() => drawFuturesStrip({ ...strip, futures: [futureOf("a", Number.NaN)] })).toThrow(/from 0 to 1/);
  expect(() => drawFuturesStrip({ ...strip, context: [new Uint8Array(3)], futures: [futureOf("a", 1)] })).toThrow(
    /4 × 4 × 3 bytes/,
  );
  expect(drawFuturesStrip({ ...strip, context: [], futures: [futureOf("a", 1)] }).toPng().length).toBeGreaterThan(0);
});

/** Three quarters of a colour over paper, as lines are drawn. */
function mixed(colour: string): string {
  const paper = "#fbfaf7";
  const channels = [1, 3, 5].map((at) => {
    const [over, under] = [colour, paper].map((hex) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number];
    return Math.round(0.75 * over + 0.25 * under);
  });
  return `#${channels.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}
