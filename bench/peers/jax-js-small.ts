/** The step of bench/models/small.ts in plain jax-js. */
import { lax, nn, numpy as np } from "@jax-js/jax";
import { type Arrays, affine, meanSquaredError, serveJaxJs } from "./jax-js-step.js";

const LATENT_DIM = 64;
const EPSILON = 1e-4;

await serveJaxJs((p, _buffers, { images, actions, targets }) => ({
  loss: targets === undefined ? lossToOwnLatents(p, images!, actions!) : lossToTargets(p, images!, actions!, targets),
}));

function lossToTargets(p: Arrays, images: np.Array, actions: np.Array, targets: np.Array): np.Array {
  return meanSquaredError(rollOut(p, actions, encode(p, images)), targets);
}

function lossToOwnLatents(p: Arrays, images: np.Array, actions: np.Array): np.Array {
  const [B, frames, ...image] = images.shape as [number, number, number, number, number];
  const flat = encode(p, images.reshape([B * frames, ...image]));
  const latents = flat.ref.reshape([B, frames, LATENT_DIM]);
  const first = latents.ref.slice([], [0, 1], []).reshape([B, LATENT_DIM]);
  const targets = lax.stopGradient(latents.slice([], [1, frames], []));
  const std = np.sqrt(np.var_(flat, 0, { correction: 1 }).add(EPSILON));
  return meanSquaredError(rollOut(p, actions, first), targets).add(np.mean(nn.relu(std.neg().add(1))));
}

/** [B, C, H, W] -> [B, D] */
function encode(p: Arrays, images: np.Array): np.Array {
  let map = images;
  for (const i of [0, 1, 2]) {
    const path = `encoder/convolution${i}`;
    const same: [number, number][] = [
      [1, 1],
      [1, 1],
    ];
    const convolved = lax.convGeneralDilated(map, p[`${path}/weight`]!, [2, 2], same);
    map = nn.relu(convolved.add(p[`${path}/bias`]!.reshape([1, -1, 1, 1])));
  }
  return affine(p, "encoder/latent", map.reshape([map.shape[0]!, -1]));
}

/** The states after each action: [B, T, D]. */
function rollOut(p: Arrays, actions: np.Array, latent: np.Array): np.Array {
  const T = actions.shape[1]!;
  const fromInputs = np.split(affine(p, "dynamics/input", actions), T, 1);
  const [weight, bias] = [p["dynamics/hidden/weight"]!, p["dynamics/hidden/bias"]!];
  let state = latent;
  const states = fromInputs.map((fromInput) => {
    const fromHidden = np.matmul(state.ref, weight.ref).add(bias.ref);
    const [resetIn, updateIn, candidateIn] = np.split(fromInput.reshape(fromHidden.shape), 3, 1);
    const [resetHidden, updateHidden, candidateHidden] = np.split(fromHidden, 3, 1);
    const reset = nn.sigmoid(resetIn!.add(resetHidden!));
    const update = nn.sigmoid(updateIn!.add(updateHidden!));
    const candidate = np.tanh(candidateIn!.add(reset.mul(candidateHidden!)));
    state = candidate.ref.add(update.mul(state.sub(candidate)));
    return state.ref;
  });
  return np.stack(states, 1);
}
