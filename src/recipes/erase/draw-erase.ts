/** The report as a picture: what is known with and without, and what each augmentation adds or erases. */
import { drawHeatTable, type HeatCell, meanEstimate, type Sheet } from "../../evaluate/index.js";
import {
  type Column,
  columnsOf,
  type Effect,
  type EraseReport,
  effectsOf,
  KIND_TITLES,
  kindsOf,
  scoreOf,
  scoresOf,
} from "./erase-report.js";

/** The change that has the full colour: in R², and in shares of images recognised. */
const FULL_CHANGE = { factor: 0.5, class: 0.15 } as const;

/** Values of the floors, of no augmentation and of all; below, all minus without, for each augmentation. */
export function drawErase(report: EraseReport): Sheet {
  const kinds = kindsOf(report);
  const columns = columnsOf(report);
  const { rawPixels, randomInit } = report.floors;
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const levels = (read: (column: Column) => number) => columns.map((column) => levelCell(read(column), column));
  const seeds = report.seeds.length;
  return drawHeatTable({
    title: "What augmentation erases",
    subtitle:
      `${report.data} · ${report.objective} on ${report.encoder}, ${report.steps.toLocaleString("en-US")} steps, ` +
      `${seeds} seed${seeds === 1 ? "" : "s"}`,
    panels: kinds.map((kind) => ({
      title: KIND_TITLES[kind],
      columns: columns.map((column) => (column === "class" ? "class" : column)),
      blocks: [
        {
          title: "what is known",
          rows: [
            { name: "raw pixels", cells: levels((column) => scoreOf({ pooled: rawPixels }, kind, column)) },
            {
              name: "before training",
              cells: levels((column) => meanOf(randomInit.map((own) => scoreOf(own, kind, column)))),
            },
            {
              name: "no augmentation",
              cells: levels((column) => meanEstimate(scoresOf(report, "none", kind, column)).mean),
            },
            {
              name: "all of them",
              cells: levels((column) => meanEstimate(scoresOf(report, "all", kind, column)).mean),
            },
          ],
        },
        {
          title: "what each adds (all − without it)",
          rows: report.stepNames.map((step) => ({
            name: step,
            cells: columns.map((column) =>
              changeCell(effectsOf(report, kind).find((e) => e.step === step && e.column === column)!),
            ),
          })),
        },
      ],
    })),
    notes: [
      `class: share of ${report.numTest.toLocaleString("en-US")} test images a linear probe recognises; others: R² of a ridge regression.`,
      "Red: erased. Blue: gained. Bold: the 95 % interval over seeds, paired, leaves out 0.",
    ],
  });
}

function levelCell(value: number, column: Column): HeatCell {
  if (!Number.isFinite(value)) return { text: "–", shade: Number.NaN };
  const text = column === "class" ? `${(100 * value).toFixed(1)} %` : Math.max(0, value).toFixed(2);
  return { text: value < -0.005 ? "≤ 0" : text, shade: 0.55 * Math.max(0, value) };
}

function changeCell({ change, column }: Effect): HeatCell {
  const { mean, low, high, n } = change;
  const isClass = column === "class";
  const size = (isClass ? 100 * Math.abs(mean) : Math.abs(mean)).toFixed(isClass ? 1 : 2);
  const isNothing = Number(size) === 0;
  return {
    text: isNothing ? size : `${mean < 0 ? "−" : "+"}${size}`,
    shade: mean / (isClass ? FULL_CHANGE.class : FULL_CHANGE.factor),
    isSure: !isNothing && n > 1 && low * high > 0,
  };
}
