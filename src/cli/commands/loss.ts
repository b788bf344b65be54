/** `darkmatter loss`: an objective's value for given projections, to hold another implementation against ours. */
import type { Command } from "commander";
import { ShapeError, ValueError } from "../../compute/errors.js";
import type { HostArray } from "../../compute/index.js";
import type { DialectTable } from "../../objectives/dialects/index.js";
import type { Objective } from "../../objectives/index.js";
import type { CommandDefinition } from "../command.js";
import { describeObjectives } from "../option-help.js";
import { parseNumber, parseSetting } from "../values.js";
import { wrapText } from "../wrap-text.js";

interface LossFlags {
  readonly dialect?: string;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly seed?: number;
  readonly engine?: string;
  readonly json?: boolean;
}

export const loss: CommandDefinition = {
  name: "loss",
  summary: "an objective's total, terms and gradient norms for projections in .npy files",
  examples: [
    "darkmatter loss simclr zA.npy zB.npy --set temperature=0.5 --json",
    "darkmatter loss lejepa zA.npy zB.npy directions.npy",
    "darkmatter loss byol predictions.npy target.npy",
    "darkmatter loss vicreg zA.npy zB.npy --dialect eb_jepa --set std_coeff=1 --set cov_coeff=80",
  ],
  configure(command: Command) {
    command
      .argument("<objective>", "name of the objective")
      .argument("<zA.npy>", "projections of the first views [B, D], or predictions of K places [B, K, D]")
      .argument(
        "<zB.npy>",
        "projections of the second views, or the target that predictions are compared with, for objectives that have one",
      )
      .argument("[noise.npy]", "what the objective would draw at random: for lejepa its directions [D, slices]")
      .option("--set <key=value>", "option of the objective; may be repeated", (text, earlier: LossFlags["set"]) =>
        parseSetting("loss", "--set", text, earlier),
      )
      .option("--dialect <name>", "the total as another library has it; --set then takes its coefficients")
      .option("--seed <number>", "of what is drawn at random (default: 0)", (text) =>
        parseNumber("loss", "--seed", { isWhole: true, min: 0 }, text),
      )
      .option("--engine <name>", "native, webgpu or wasm (default: the best one here)")
      .option("--json", "one line of JSON instead")
      .action(runLoss);
  },
  details: describeLosses,
};

async function describeLosses(): Promise<string> {
  const { objectives } = await import("../../objectives/catalog.js");
  const { comparesWithTargets } = await import("../../objectives/objective.js");
  const { dialects } = await import("../../objectives/dialects/index.js");
  const withTargets = Object.values<Objective>(objectives).filter(({ needs }) => comparesWithTargets(needs));
  return [
    await describeObjectives(),
    wrapText("Objectives whose second file is a target: ", withTargets.map(({ name }) => name).join(", ")),
    [
      "Dialects, with coefficients for --set (formulas: docs/dialects.md):",
      ...Object.entries(dialects).map(described),
    ].join("\n"),
  ].join("\n\n");
}

/** "vicreg: official (sim_coeff=25, ...); lightly (...)". */
function described([objective, known]: readonly [string, DialectTable]): string {
  const names = Object.entries(known).map(([name, { coefficients }]) => {
    const settings = Object.entries(coefficients).map(([key, option]) => `${key}=${option.default}`);
    return settings.length === 0 ? name : `${name} (${settings.join(", ")})`;
  });
  return wrapText(`  ${objective}: `, names.join("; "));
}

async function runLoss(
  name: string,
  pathA: string,
  pathB: string,
  noisePath: string | undefined,
  { set = {}, dialect, seed = 0, engine, json = false }: LossFlags,
): Promise<void> {
  const { chooseEngine, lookUp } = await import("../../compute/index.js");
  const { objectives } = await import("../../objectives/catalog.js");
  const { comparesWithTargets } = await import("../../objectives/objective.js");
  const { objectiveValue } = await import("../../objectives/objective-value.js");
  const objective = lookUp<Objective>("loss", "objective", objectives, name);
  const [first, second] = [await readProjections(pathA, "zA"), await readProjections(pathB, "zB")];
  const { options: config, factor, offset } = await translated(name, dialect, set, first);
  const hasTarget = comparesWithTargets(objective.needs);
  const { total, terms, gradientNorms, targetGradientNorms } = await objectiveValue(
    name,
    hasTarget ? [first] : [first, second],
    {
      config,
      seed,
      ...(hasTarget && { targets: [second] }),
      // Objectives of several views compare a view with the target of another one.
      ...(hasTarget && objective.needs.views > 1 && { targetViews: [1] }),
      ...(noisePath !== undefined && { noise: await readNoise(objective, config, first, noisePath) }),
      ...(engine !== undefined && { engine: await chooseEngine(engine) }),
    },
  );
  const theirs = factor * total + offset;
  const norms = [...gradientNorms, ...targetGradientNorms].map((norm) => factor * norm);
  const [normA = 0, normB = 0] = norms;
  const text = json
    ? JSON.stringify({ objective: name, ...(dialect && { dialect }), total: theirs, terms, gradientNorms: norms })
    : renderRows({ total: theirs, ...terms, "gradient norm of zA": normA, "gradient norm of zB": normB });
  process.stdout.write(`${text}\n`);
}

/** Settings as our options, and what turns our total into the dialect's. */
async function translated(
  objective: string,
  dialect: string | undefined,
  settings: Readonly<Record<string, unknown>>,
  { shape }: HostArray,
): Promise<{ options: Readonly<Record<string, unknown>>; factor: number; offset: number }> {
  if (dialect === undefined) return { options: settings, factor: 1, offset: 0 };
  const { fromDialect } = await import("../../objectives/dialects/index.js");
  return fromDialect(objective, dialect, settings, { batchSize: shape[0]!, projectionDim: shape.at(-1)! });
}

async function readProjections(path: string, argument: string): Promise<HostArray> {
  const array = await readArray(path);
  if (array.shape.length === 2 || array.shape.length === 3) return array;
  throw new ShapeError(
    "loss",
    argument,
    "two dimensions, or three for predictions of places",
    array.shape,
    `It is from ${path}.`,
  );
}

async function readArray(path: string): Promise<HostArray> {
  const { readNpy } = await import("../../export/index.js");
  const { shape, data } = await readNpy(path);
  return { dtype: "float32", shape, data: Float32Array.from(data) };
}

/** The third file, under the name that the objective draws it by. */
async function readNoise(
  objective: Objective,
  config: Readonly<Record<string, unknown>>,
  { shape }: HostArray,
  path: string,
): Promise<Record<string, HostArray>> {
  const { keyFor, Random, resolveOptions } = await import("../../compute/index.js");
  const [batchSize, projectionDim] = [shape[0]!, shape.at(-1)!];
  const options = resolveOptions(objective.name, objective.options, config);
  const drawn = objective.noise?.(options, { batchSize, projectionDim }, new Random(keyFor(0))) ?? {};
  const [noiseName, ...others] = Object.keys(drawn);
  if (noiseName === undefined || others.length > 0) {
    const hint = `${objective.name} draws ${noiseName === undefined ? "nothing" : "several things"} at random.`;
    throw new ValueError("loss", "noise.npy", "left out", path, hint);
  }
  return { [noiseName]: await readArray(path) };
}

/** Aligned, with the nine digits that a float32 has. */
function renderRows(values: Readonly<Record<string, number>>): string {
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  const rows = Object.entries(values).map(([name, value]) => `${name.padEnd(width)}  ${Number(value.toPrecision(9))}`);
  return rows.join("\n");
}
