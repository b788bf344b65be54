/** The step of bench/models/resnet18.ts in tfjs on wasm. */
import * as tf from "@tensorflow/tfjs-core";
import { batchNorm, convolution } from "./tfjs-layers.js";
import { serveTfjs, type TfjsCase } from "./tfjs-step.js";

const NUM_STAGES = 4;
const BLOCKS_A_STAGE = 2;

await serveTfjs((given) => {
  let map = tf.relu(unit(given, "stem", given.input("images")));
  for (let i = 0; i < NUM_STAGES; i++) {
    for (let j = 0; j < BLOCKS_A_STAGE; j++) map = block(given, `stage${i}block${j}`, map, i > 0 && j === 0 ? 2 : 1);
  }
  const features = tf.mean(map, [1, 2]);
  return tf.mean(tf.square(tf.sub(features, given.input("target"))));
});

function block(given: TfjsCase, path: string, x: tf.Tensor, stride: number): tf.Tensor {
  const hasShortcut = given.has(`${path}/shortcut/convolution/weight`);
  const carried = hasShortcut ? unit(given, `${path}/shortcut`, x, stride) : x;
  const inner = tf.relu(unit(given, `${path}/branch/first`, x, stride));
  return tf.relu(tf.add(carried, unit(given, `${path}/branch/last`, inner)));
}

/** Convolution → BatchNorm. */
function unit({ variable }: TfjsCase, path: string, x: tf.Tensor, stride = 1): tf.Tensor {
  const weight = variable(`${path}/convolution/weight`);
  const padding = Math.floor(weight.shape[0]! / 2);
  return batchNorm(convolution(x, weight, { stride, padding }), {
    gain: variable(`${path}/norm/gain`),
    bias: variable(`${path}/norm/bias`),
    runningMean: variable(`${path}/norm/runningMean`),
    runningVariance: variable(`${path}/norm/runningVariance`),
  });
}
