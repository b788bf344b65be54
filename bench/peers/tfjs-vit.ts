/** The step of bench/models/vit.ts in tfjs on wasm. */
import * as tf from "@tensorflow/tfjs-core";
import { gelu, layerNorm, linear } from "./tfjs-layers.js";
import { serveTfjs, type TfjsCase } from "./tfjs-step.js";

const PATCH = 4;
const HEAD_DIM = 64;
const NORM_EPSILON = 1e-6;

await serveTfjs((given) => tf.mean(tf.square(tf.sub(features(given), given.input("target")))));

function features(given: TfjsCase): tf.Tensor {
  let tokens = tf.add(affine(given, "patches", patchesOf(given.input("images"))), given.variable("positions"));
  for (let i = 0; given.has(`blocks/${i}/attention/norm/gain`); i++) tokens = block(given, `blocks/${i}`, tokens);
  return tf.mean(norm(given, "norm", tokens), 1);
}

/** [B, H, W, C] -> [B, N, C · patch²], each patch as (channel, row, column). */
function patchesOf(images: tf.Tensor): tf.Tensor {
  const [B, H, , C] = images.shape as [number, number, number, number];
  const side = H / PATCH;
  const cut = tf.transpose(tf.reshape(images, [B, side, PATCH, side, PATCH, C]), [0, 1, 3, 5, 2, 4]);
  return tf.reshape(cut, [B, side * side, C * PATCH * PATCH]);
}

function block(given: TfjsCase, path: string, x: tf.Tensor): tf.Tensor {
  const mixed = tf.add(x, attention(given, `${path}/attention/mix`, norm(given, `${path}/attention/norm`, x)));
  const expanded = affine(given, `${path}/mlp/mix/expand`, norm(given, `${path}/mlp/norm`, mixed));
  return tf.add(mixed, affine(given, `${path}/mlp/mix/contract`, gelu(expanded)));
}

function attention(given: TfjsCase, path: string, x: tf.Tensor): tf.Tensor {
  const [B, N, D] = x.shape as [number, number, number];
  const heads = D / HEAD_DIM;
  const parts = tf.split(affine(given, `${path}/queryKeyValue`, x), 3, -1);
  const [q, k, v] = parts.map((part) => tf.transpose(tf.reshape(part, [B, N, heads, HEAD_DIM]), [0, 2, 1, 3]));
  const scores = tf.matMul(tf.mul(q!, HEAD_DIM ** -0.5), k!, false, true); // [B, heads, N, N]
  const gathered = tf.transpose(tf.matMul(tf.softmax(scores), v!), [0, 2, 1, 3]);
  return affine(given, `${path}/output`, tf.reshape(gathered, [B, N, D]));
}

function affine({ variable }: TfjsCase, path: string, x: tf.Tensor): tf.Tensor {
  return linear(x, variable(`${path}/weight`), variable(`${path}/bias`));
}

function norm({ variable }: TfjsCase, path: string, x: tf.Tensor): tf.Tensor {
  return layerNorm(x, variable(`${path}/gain`), variable(`${path}/bias`), NORM_EPSILON);
}
