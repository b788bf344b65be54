/** One training by two frameworks: from the same start, on the very same views, each with its own gradients and updates. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { plainSamples } from "darkmatter/augment";
import type { HostArray, Tree } from "darkmatter/compute";
import type { ImageSet } from "darkmatter/data";
import type { Features } from "darkmatter/evaluate";
import { join } from "darkmatter/nn";
import {
  createEmbedder,
  createTrainer,
  type TrainConfig,
  type Trainer,
  type TrainState,
  train,
} from "darkmatter/train";
import { startPeer } from "../frame/python-peer.js";
import type { Side } from "../frame/side.js";
import { writeTwinCase } from "./twin-case.js";

export interface TwinOptions {
  readonly config: TrainConfig;
  /** What is trained on. */
  readonly set: ImageSet;
  /** What both encoders are asked about afterwards. */
  readonly asked: ImageSet;
  /** False: our side alone, for another seed. */
  readonly withPeer: boolean;
  readonly say?: (line: string) => void;
  readonly onStep?: (step: number, loss: number, peerLoss: number | undefined) => void;
}

export interface TwinOutcome {
  readonly losses: readonly number[];
  readonly features: Features;
  readonly peer?: { readonly name: string; readonly losses: readonly number[]; readonly features: Features };
}

/** Train, and embed the images asked about. */
export async function trainTwins({ config, set, asked, withPeer, say, onStep }: TwinOptions): Promise<TwinOutcome> {
  const folder = mkdtempSync(joinPath(tmpdir(), "darkmatter-twin-"));
  const trainer = await createTrainer(config, set);
  let twin: Twin | undefined;
  try {
    if (withPeer) twin = await startTwin(trainer, folder, say);
    const { losses, peerLosses, state } = await trainTogether(trainer, twin, onStep);
    const images = plainOf(asked, config);
    const features = await ourFeatures(config, state, images, asked.numImages);
    if (twin === undefined) return { losses, features };
    const peerFeatures = await twin.embed(images, asked.numImages);
    return { losses, features, peer: { name: twin.name, losses: peerLosses, features: peerFeatures } };
  } finally {
    twin?.kill();
    await trainer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function trainTogether(trainer: Trainer, twin: Twin | undefined, onStep: TwinOptions["onStep"]) {
  const losses: number[] = [];
  const peerLosses: number[] = [];
  let answer: Promise<number> | undefined;
  const shared: Trainer = {
    ...trainer,
    async inputsAt(step) {
      const inputs = await trainer.inputsAt(step);
      answer = twin?.update(Object.values(inputs.views));
      return inputs;
    },
  };
  let state: TrainState = trainer.initial;
  for await (const event of train(shared, trainer.initial)) {
    state = event.state;
    losses.push(event.scalars["train/total"]!);
    if (answer !== undefined) peerLosses.push(await answer);
    onStep?.(event.step, losses.at(-1)!, peerLosses.at(-1));
  }
  return { losses, peerLosses, state };
}

interface Twin {
  readonly name: string;
  /** One update on these views; its loss. */
  update(views: readonly HostArray[]): Promise<number>;
  embed(images: Float32Array, numImages: number): Promise<Features>;
  kill(): void;
}

async function startTwin(trainer: Trainer, folder: string, say?: (line: string) => void): Promise<Twin> {
  const paths = writeTwinCase(trainer, folder);
  const args = ["--case", paths.case, "--config", paths.config];
  const side: Side = await startPeer("twin.py", { modules: ["torch"], args, threads: 1, ...(say && { say }) });
  const file = (name: string) => joinPath(folder, name);
  return {
    name: String(side.info.side),
    async update(views) {
      // Copied at once: our own step goes on with these arrays.
      writeFileSync(file("views.f32"), Buffer.concat(views.map(({ data }) => bytesOf(data))));
      const { loss } = await side.ask(JSON.stringify({ views: file("views.f32"), numViews: views.length }));
      return Number(loss);
    },
    async embed(images, numImages) {
      writeFileSync(file("images.f32"), bytesOf(images));
      const request = { images: file("images.f32"), features: file("features.f32") };
      const { dim } = await side.ask(JSON.stringify(request));
      const bytes = readFileSync(file("features.f32"));
      const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
      return { numImages, dim: Number(dim), values };
    },
    kill: () => side.kill(),
  };
}

async function ourFeatures(config: TrainConfig, state: TrainState, images: Float32Array, numImages: number) {
  const { encoder } = join<HostArray>(state.trainable, state.buffers) as { readonly encoder: Tree<HostArray> };
  const embedder = await createEmbedder(config, encoder);
  try {
    return { numImages, dim: embedder.dim, values: await embedder.embedViews(images, numImages) };
  } finally {
    await embedder.close();
  }
}

/** The images as evaluation sees them. */
function plainOf(set: ImageSet, config: TrainConfig): Float32Array {
  return plainSamples(
    set,
    Array.from({ length: set.numImages }, (_, i) => i),
    config.views[0]!,
  );
}

function bytesOf({ buffer, byteOffset, byteLength }: HostArray["data"]): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
