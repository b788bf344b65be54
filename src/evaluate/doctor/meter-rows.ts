/** The meters of one reading, each beside what is healthy. */
import type { ProjectionTarget } from "../../objectives/index.js";
import { type Aim, hasFixedScale, isUnbound } from "./aim.js";
import type { Reading } from "./history.js";
import type { Meters } from "./meters.js";
import { LAYER_LIMITS, meanRatioLimit, rankFloor, SIGREG_FLOOR, SIGREG_POINT, THRESHOLDS } from "./thresholds.js";

export interface MeterRow {
  /** "projections", "features", "pairs", ... */
  readonly part: string;
  readonly meter: string;
  readonly value: number;
  /** What is healthy, in words; empty where nothing is to be wished for. */
  readonly healthy: string;
  readonly isOutside: boolean;
}

interface Band {
  readonly low?: number;
  readonly high?: number;
  /** Said in addition, or instead where there are no limits. */
  readonly note?: string;
}

/** Every meter of a reading but those of layers, in the order they are explained in. */
export function meterRows(reading: Reading, target: ProjectionTarget): MeterRow[] {
  const { step, projections, features, pairs, temporal, target: averaged, data, gradients = {}, loss } = reading;
  const dearest = loss !== undefined && loss > 0 ? { high: loss / (1 - THRESHOLDS.unseenShare) } : {};
  return [
    ...(projections ? collapseRows("projections", projections, target, step) : []),
    ...(features ? collapseRows("features", features, "features", step) : []),
    ...rowsOf("pairs", pairs, {
      alignment: ["alignment", { note: "0: views meet" }],
      uniformity: ["uniformity", { note: "-4: spread out, 0: one point" }],
      positiveSimilarity: ["positive similarity", {}],
      negativeSimilarity: ["negative similarity", {}],
      similarityGap: ["gap between them", { low: THRESHOLDS.leastSimilarityGap }],
    }),
    ...rowsOf("time", temporal, { stdRatio: ["std in time / over sequences", { low: THRESHOLDS.stillStdRatio }] }),
    ...rowsOf("target", averaged, {
      drift: ["distance of parameters", {}],
      featureCosine: ["cosine of features", {}],
    }),
    ...rowsOf("data", data, { unseenLoss: ["loss of unseen images", dearest] }),
    ...Object.entries(gradients).map(([module, value]) => rowOf("gradient norm", module, value, {})),
  ];
}

function collapseRows(part: string, meters: Meters, aim: Aim, step: number): MeterRow[] {
  const { maxRank } = meters;
  const { shrunkStd: low, explodedStd: high } = THRESHOLDS;
  const ratioLimit = Math.min(
    meanRatioLimit(aim, step),
    isUnbound(aim) ? THRESHOLDS.oneFeature : THRESHOLDS.oneDirection,
  );
  const isNormal = aim === "standard-normal";
  return rowsOf(part, meters, {
    std: ["standard deviation", hasFixedScale(aim) ? { low, high, note: "wanted: about 1" } : {}],
    meanNormRatio: ["mean-norm ratio", hasFixedScale(aim) && !isNormal ? {} : { high: ratioLimit }],
    effectiveRank: ["effective rank", { low: rankFloor(maxRank, aim, step), note: `of ${maxRank}` }],
    sigreg: ["SIGReg T", isNormal ? { note: `${SIGREG_FLOOR.toFixed(2)}: normal` } : {}],
    sigregPerImage: ["SIGReg T / N", isNormal ? { note: `${SIGREG_POINT.toFixed(2)}: one point` } : {}],
  });
}

function rowsOf<M extends Readonly<Record<string, number | undefined>>>(
  part: string,
  meters: M | undefined,
  rows: { readonly [K in keyof M]?: readonly [meter: string, band: Band] },
): MeterRow[] {
  return Object.entries(rows).flatMap(([name, row]) => {
    const value = meters?.[name];
    const [meter, band] = row as readonly [string, Band];
    return value === undefined ? [] : [rowOf(part, meter, value, band)];
  });
}

function rowOf(part: string, meter: string, value: number, { low, high, note }: Band): MeterRow {
  const limits =
    low !== undefined && high !== undefined
      ? `${brief(low)} to ${brief(high)}`
      : low !== undefined
        ? `above ${brief(low)}`
        : high !== undefined
          ? `below ${brief(high)}`
          : "";
  return {
    ...{ part, meter, value },
    healthy: [limits, note].filter(Boolean).join(", "),
    isOutside: !Number.isFinite(value) || value < (low ?? -Infinity) || value > (high ?? Infinity),
  };
}

/** One layer of a reading. */
export interface LayerRow {
  /** Path of the layer, joined by dots. */
  readonly layer: string;
  readonly cells: Readonly<Record<LayerColumn, string>>;
  readonly isOutside: boolean;
}

export const LAYER_COLUMNS = ["std", "mean-norm", "rank", "dead units", "attention"] as const;
export type LayerColumn = (typeof LAYER_COLUMNS)[number];

/** The meters of every layer, in the order of the encoder. Attention: entropy on average, and of the narrowest head. */
export function layerRows({ layers = {} }: Reading): LayerRow[] {
  return Object.entries(layers).map(([layer, meters]) => {
    const { std, meanNormRatio, effectiveRank, maxRank, deadUnits, attentionEntropy, leastAttentionEntropy } = meters;
    return {
      layer,
      cells: {
        std: std === undefined ? "" : brief(std),
        "mean-norm": meanNormRatio === undefined ? "" : brief(meanNormRatio),
        rank: effectiveRank === undefined ? "" : `${brief(effectiveRank)} of ${maxRank}`,
        "dead units": deadUnits === undefined ? "" : `${Math.round(100 * deadUnits)} %`,
        attention:
          attentionEntropy === undefined ? "" : `${brief(attentionEntropy)} (${brief(leastAttentionEntropy!)})`,
      },
      isOutside:
        (deadUnits ?? 0) > LAYER_LIMITS.deadUnits || (leastAttentionEntropy ?? 1) < LAYER_LIMITS.attentionEntropy,
    };
  });
}

/** Three digits. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return "not finite";
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) return value.toExponential(1);
  return Math.abs(value) >= 100 ? value.toFixed(0) : `${Number(value.toPrecision(3))}`;
}
