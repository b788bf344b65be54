/** The step of bench/models/vit.ts in plain jax-js. */
import { nn, numpy as np } from "@jax-js/jax";
import { type Arrays, affine, meanSquaredError, serveJaxJs } from "./jax-js-step.js";

const PATCH = 4;
const HEAD_DIM = 64;
const NORM_EPSILON = 1e-6;

await serveJaxJs((p, _buffers, { images, target }) => ({ loss: meanSquaredError(features(p, images!), target!) }));

/** [B, C, H, W] -> [B, D] */
function features(p: Arrays, images: np.Array): np.Array {
  let tokens = affine(p, "patches", patchesOf(images)).add(p.positions!);
  for (let i = 0; p[`blocks/${i}/attention/norm/gain`] !== undefined; i++) tokens = block(p, `blocks/${i}`, tokens);
  return np.mean(norm(p, "norm", tokens), 1);
}

function patchesOf(images: np.Array): np.Array {
  const [B, C, H] = images.shape as [number, number, number];
  const side = H / PATCH;
  const cut = images.reshape([B, C, side, PATCH, side, PATCH]).transpose([0, 2, 4, 1, 3, 5]);
  return cut.reshape([B, side * side, C * PATCH * PATCH]);
}

function block(p: Arrays, path: string, x: np.Array): np.Array {
  const mixed = x.ref.add(attention(p, `${path}/attention/mix`, norm(p, `${path}/attention/norm`, x)));
  const expanded = affine(p, `${path}/mlp/mix/expand`, norm(p, `${path}/mlp/norm`, mixed.ref));
  return mixed.add(affine(p, `${path}/mlp/mix/contract`, nn.gelu(expanded, { approximate: false })));
}

function attention(p: Arrays, path: string, x: np.Array): np.Array {
  const [B, N, D] = x.shape as [number, number, number];
  const heads = D / HEAD_DIM;
  const joined = affine(p, `${path}/queryKeyValue`, x).reshape([B, N, 3, heads, HEAD_DIM]).transpose([2, 0, 3, 1, 4]);
  const [q, k, v] = np.split(joined, 3, 0).map((part) => part.reshape([B, heads, N, HEAD_DIM]));
  const weights = nn.softmax(np.matmul(q!.mul(HEAD_DIM ** -0.5), k!.transpose([0, 1, 3, 2])), -1);
  return affine(p, `${path}/output`, np.matmul(weights, v!).transpose([0, 2, 1, 3]).reshape([B, N, D]));
}

function norm(p: Arrays, path: string, x: np.Array): np.Array {
  return nn.standardize(x, -1, { epsilon: NORM_EPSILON }).mul(p[`${path}/gain`]!).add(p[`${path}/bias`]!);
}
