import { expect, test } from "vitest";
import { type DotPanel, drawDotPlot } from "./dot-plot.js";

const row = (name: string, ...values: number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { name, values, estimate: { mean, low: mean - 2, high: mean + 2, n: values.length } };
};
const panel = (...names: string[]): DotPanel => ({
  title: "vit",
  rows: names.map((name, i) => row(name, 30 + i, 32 + i)),
  references: [{ name: "chance", value: 10 }],
});
const draw = (...panels: DotPanel[]) => drawDotPlot({ title: "Toys", subtitle: "kNN", axisLabel: "%", panels });

test("every row and every panel has its room, and long names and notes widen the sheet", () => {
  const small = draw(panel("a"));
  expect(small.toPng().subarray(1, 4).toString()).toBe("PNG");
  expect(draw(panel("a", "b")).height - small.height).toBe(24);
  expect(draw(panel("a"), panel("b")).height).toBeGreaterThan(small.height + 60);
  expect(draw(panel("a name that is much longer than the other")).width).toBeGreaterThan(small.width + 100);
  const noted = { ...panel("a"), rows: [{ ...row("a", 30), note: "dimensional-collapse" }] };
  expect(draw(noted).width).toBeGreaterThan(small.width + 50);
});

test("dots, intervals and levels are drawn where they belong", () => {
  const sheet = draw({ ...panel("a"), rows: [row("a", 50)], references: [] });
  const width = 2 * Math.ceil(sheet.width);
  const y = 84 + 20 + 12; // header, title, middle of the row
  const line = sheet.context.getImageData(0, 2 * y, width, 1).data;
  const blue = [...Array(width).keys()].filter((x) => line[4 * x]! < 80 && line[4 * x + 2]! > 180);
  const [first, last] = [blue[0]!, blue.at(-1)!];
  // The axis spans exactly the interval, 48 to 52, and the mean stands in its middle.
  expect(last - first).toBeGreaterThan(2 * 420 - 30);
  expect(blue).toContain(Math.round((first + last) / 2));
});

test("nothing to show is no error", () => {
  expect(draw().toPng().length).toBeGreaterThan(0);
  const empty = { name: "a", values: [], estimate: { mean: 0, low: 0, high: 0, n: 0 } };
  expect(draw({ title: "vit", rows: [empty], references: [] }).toPng().length).toBeGreaterThan(0);
});
