/**
 * Peak resident memory of the ViT step (models/vit.ts) at batch 64, 256 and 1,024: ours on the whole batch, ours in
 * chunks (the trainer's own, with the gradient of the whole batch), and PyTorch. Each in a process of its own, what the
 * system says after three steps; the runtime before any model is there is part of it and is printed beside.
 *
 *   npm run bench -- memory [--batch 64,256,1024] [--chunk 32] [--threads 2] [--json]
 *
 * What would not fit into free memory is not run: the need is extrapolated from the smaller batches.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { DarkmatterError } from "darkmatter/compute";
import { freeMemory } from "darkmatter/train";
import { checkAgreement } from "./frame/agreement.js";
import {
  type Bench,
  type BenchOptions,
  type BenchResult,
  numberOf,
  numbersOf,
  type Row,
  resultOf,
} from "./frame/bench.js";
import { type SideProgram, startSide } from "./frame/side.js";
import { ourProgram, peerProgram, type StepCase } from "./frame/step-peers.js";
import { writeCase } from "./models/case-file.js";
import { stepModels } from "./models/index.js";

const UNIT = "GB at most";
const GB = 1e9;
const NUM_STEPS = 3;
/** Share of the free memory that a process may be expected to need. */
const SAFE_SHARE = 0.9;
const PEERS = ["PyTorch 1", "PyTorch 2"] as const;
type Side = (typeof PEERS)[number] | "whole" | "chunked";

export default {
  name: "memory",
  summary: "peak memory of the ViT step at batch 64, 256 and 1,024, with and without chunks, beside PyTorch",
  run,
} satisfies Bench;

/** What a process needed, or why there is no number. */
interface Need {
  readonly name: string;
  readonly peakBytes: number | null;
  readonly baselineBytes: number;
  readonly losses: readonly number[];
  readonly note?: string;
}

async function run({ args, say }: BenchOptions): Promise<BenchResult> {
  const batches = numbersOf(args, "batch", [64, 256, 1024]);
  const threads = numberOf(args, "threads", Math.min(2, availableParallelism()));
  const chunk = numberOf(args, "chunk", 32);
  const folder = mkdtempSync(join(tmpdir(), "darkmatter-bench-"));
  const rows: Row[] = [];
  const grown = new Growth();
  try {
    for (const batch of [...batches].sort((a, b) => a - b)) {
      const path = join(folder, "case.safetensors");
      writeCase(stepModels.vit({ batch }), path);
      const stepCase = { model: "vit", shape: { batch }, threads, path } as const;
      const needs = new Map<Side, Need>();
      for (const side of ["whole", "chunked", ...PEERS] as const) {
        const need = await measure(programOf(side, stepCase, chunk), batch, grown.of(side), say);
        needs.set(side, need);
        if (need.peakBytes !== null) grown.note(side, batch, need);
        say(`batch ${batch}, ${side}: ${inWords(need)}`);
      }
      requireSameLosses(needs);
      for (const peer of PEERS) {
        rows.push(rowOf(`batch ${batch}, whole`, peer, needs.get("whole")!, needs.get(peer)!));
        rows.push(rowOf(`batch ${batch}, chunks of ${chunk}`, peer, needs.get("chunked")!, needs.get(peer)!));
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return resultOf(rows);
}

function programOf(side: Side, stepCase: StepCase, chunk: number): SideProgram | string {
  if (side === "whole") return ourProgram(stepCase);
  if (side === "chunked") return ourProgram(stepCase, ["--chunk", String(chunk)]);
  return peerProgram(side, stepCase);
}

async function measure(
  program: SideProgram | string,
  batch: number,
  expectedAt: (batch: number) => number,
  say: (line: string) => void,
): Promise<Need> {
  const nothing = { name: "", peakBytes: null, baselineBytes: 0, losses: [] };
  if (typeof program === "string") return { ...nothing, note: program };
  const [expected, free] = [expectedAt(batch), freeMemory()];
  if (expected > free * SAFE_SHARE) {
    return { ...nothing, note: `not run: would need ${inGB(expected)}, free are ${inGB(free)}` };
  }
  const side = await startSide({ ...program, say });
  try {
    const losses: number[] = [];
    for (let step = 0; step < NUM_STEPS; step++) losses.push(Number((await side.ask("step")).loss));
    const { peakBytes } = await side.ask("memory");
    const { side: name, baselineBytes } = side.info;
    return { name: String(name), peakBytes: Number(peakBytes), baselineBytes: Number(baselineBytes), losses };
  } catch (error) {
    if (!(error instanceof DarkmatterError)) throw error;
    return { ...nothing, note: error.message };
  } finally {
    side.kill();
  }
}

/** What sides needed at smaller batches, to tell what they will need at larger ones: memory is affine in the batch. */
export class Growth {
  readonly #bytesAnImage = new Map<string, number>();
  readonly #baseline = new Map<string, number>();

  note(side: string, batch: number, { peakBytes, baselineBytes }: Pick<Need, "peakBytes" | "baselineBytes">): void {
    this.#bytesAnImage.set(side, (peakBytes! - baselineBytes) / batch);
    this.#baseline.set(side, baselineBytes);
  }

  /** Expected bytes at a batch; 0 where nothing is known yet. */
  of(side: string): (batch: number) => number {
    return (batch) => (this.#baseline.get(side) ?? 0) + batch * (this.#bytesAnImage.get(side) ?? 0);
  }
}

function requireSameLosses(needs: ReadonlyMap<Side, Need>): void {
  const measured = [...needs.values()].filter(({ losses }) => losses.length > 0);
  for (const { name, losses } of measured) checkAgreement(name, measured[0]!.losses, losses);
}

function rowOf(label: string, column: string, ours: Need, peer: Need): Row {
  const note = peer.note ?? ours.note;
  return {
    label,
    column,
    peerName: peer.name === "" ? column : peer.name,
    ours: ours.peakBytes === null ? null : ours.peakBytes / GB,
    peer: peer.peakBytes === null ? null : peer.peakBytes / GB,
    ratio: ours.peakBytes === null || peer.peakBytes === null ? null : peer.peakBytes / ours.peakBytes,
    unit: UNIT,
    runs: 1,
    spread: { ours: 0, peer: 0 },
    ...(note === undefined ? {} : { note }),
  };
}

function inWords({ name, peakBytes, baselineBytes, note }: Need): string {
  if (peakBytes === null) return note ?? "";
  return `${inGB(peakBytes)} (${name}; ${inGB(baselineBytes)} of it before there is a model)`;
}

function inGB(bytes: number): string {
  return `${(bytes / GB).toFixed(2)} GB`;
}
