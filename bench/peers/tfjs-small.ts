/** The step of bench/models/small.ts in tfjs on wasm. */
import * as tf from "@tensorflow/tfjs-core";
import { convolution, linear, scaleAndShift } from "./tfjs-layers.js";
import { serveTfjs, type TfjsCase } from "./tfjs-step.js";

const LATENT_DIM = 64;
const EPSILON = 1e-4;

const stopGradient = tf.customGrad((x) => ({
  value: tf.clone(x as tf.Tensor),
  gradFunc: (dy: tf.Tensor) => [tf.zerosLike(dy)],
}));

await serveTfjs((given) => {
  const images = given.input("images");
  return images.rank === 4 ? lossToTargets(given, images) : lossToOwnLatents(given, images);
});

function lossToTargets(given: TfjsCase, images: tf.Tensor): tf.Tensor {
  return meanSquare(tf.sub(rollOut(given, encode(given, images)), given.input("targets")));
}

function lossToOwnLatents(given: TfjsCase, images: tf.Tensor): tf.Tensor {
  const [B, frames, H, W, C] = images.shape as [number, number, number, number, number];
  const flat = encode(given, tf.reshape(images, [B * frames, H, W, C])); // [B * frames, D]
  const latents = tf.reshape(flat, [B, frames, LATENT_DIM]);
  const first = tf.reshape(tf.slice(latents, [0, 0, 0], [B, 1, LATENT_DIM]), [B, LATENT_DIM]);
  const targets = stopGradient(tf.slice(latents, [0, 1, 0], [B, frames - 1, LATENT_DIM]));
  const centred = tf.sub(flat, tf.mean(flat, 0, true));
  const variance = tf.div(tf.sum(tf.square(centred), 0), B * frames - 1);
  const hinge = tf.relu(tf.sub(1, tf.sqrt(tf.add(variance, EPSILON))));
  return tf.add(meanSquare(tf.sub(rollOut(given, first), targets)), tf.mean(hinge));
}

/** [B, H, W, C] -> [B, D] */
function encode({ variable }: TfjsCase, images: tf.Tensor): tf.Tensor {
  let map = images;
  for (const i of [0, 1, 2]) {
    const [weight, bias] = [variable(`encoder/convolution${i}/weight`), variable(`encoder/convolution${i}/bias`)];
    const convolved = convolution(map, weight, { stride: 2, padding: 1 });
    map = tf.relu(scaleAndShift(convolved, tf.onesLike(bias), bias));
  }
  const flat = tf.reshape(tf.transpose(map, [0, 3, 1, 2]), [map.shape[0]!, -1]); // channels first, as the weights are
  return linear(flat, variable("encoder/latent/weight"), variable("encoder/latent/bias"));
}

/** The states after each action: [B, T, D]. */
function rollOut({ input, variable }: TfjsCase, latent: tf.Tensor): tf.Tensor {
  const fromInputs = linear(input("actions"), variable("dynamics/input/weight"), variable("dynamics/input/bias"));
  let state = latent;
  const states = tf.unstack(fromInputs, 1).map((fromInput) => {
    const fromHidden = linear(state, variable("dynamics/hidden/weight"), variable("dynamics/hidden/bias"));
    const [resetIn, updateIn, candidateIn] = tf.split(fromInput, 3, 1);
    const [resetHidden, updateHidden, candidateHidden] = tf.split(fromHidden, 3, 1);
    const reset = tf.sigmoid(tf.add(resetIn!, resetHidden!));
    const update = tf.sigmoid(tf.add(updateIn!, updateHidden!));
    const candidate = tf.tanh(tf.add(candidateIn!, tf.mul(reset, candidateHidden!)));
    state = tf.add(candidate, tf.mul(update, tf.sub(state, candidate)));
    return state;
  });
  return tf.stack(states, 1);
}

function meanSquare(x: tf.Tensor): tf.Tensor {
  return tf.mean(tf.square(x));
}
