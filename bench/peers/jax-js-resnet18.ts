/** The step of bench/models/resnet18.ts in plain jax-js. */
import { lax, nn, numpy as np } from "@jax-js/jax";
import { type Arrays, meanSquaredError, serveJaxJs } from "./jax-js-step.js";

const NUM_STAGES = 4;
const BLOCKS_A_STAGE = 2;
const EPSILON = 1e-5;
/** Weight of the new statistics. */
const MOMENTUM = 0.1;
const CHANNEL = [1, -1, 1, 1];

await serveJaxJs((p, before, { images, target }) => {
  const buffers: Arrays = {};
  const net = { p, before, buffers };
  let map = nn.relu(unit(net, "stem", images!));
  for (let i = 0; i < NUM_STAGES; i++) {
    for (let j = 0; j < BLOCKS_A_STAGE; j++) map = block(net, `stage${i}block${j}`, map, i > 0 && j === 0 ? 2 : 1);
  }
  return { loss: meanSquaredError(np.mean(map, [2, 3]), target!), buffers };
});

interface Net {
  readonly p: Arrays;
  readonly before: Arrays;
  /** Filled on the way. */
  readonly buffers: Arrays;
}

function block(net: Net, path: string, x: np.Array, stride: number): np.Array {
  const hasShortcut = net.p[`${path}/shortcut/convolution/weight`] !== undefined;
  const carried = hasShortcut ? unit(net, `${path}/shortcut`, x.ref, stride) : x.ref;
  const inner = nn.relu(unit(net, `${path}/branch/first`, x, stride));
  return nn.relu(carried.add(unit(net, `${path}/branch/last`, inner)));
}

/** Convolution → BatchNorm. */
function unit(net: Net, path: string, x: np.Array, stride = 1): np.Array {
  const weight = net.p[`${path}/convolution/weight`]!;
  const padding = Math.floor(weight.shape[2]! / 2);
  const sides: [number, number][] = [
    [padding, padding],
    [padding, padding],
  ];
  return batchNorm(net, `${path}/norm`, lax.convGeneralDilated(x, weight, [stride, stride], sides));
}

function batchNorm({ p, before, buffers }: Net, path: string, x: np.Array): np.Array {
  const count = x.size / x.shape[1]!;
  const mean = np.mean(x.ref, [0, 2, 3]);
  const centred = x.sub(mean.ref.reshape(CHANNEL));
  const variance = np.mean(np.square(centred.ref), [0, 2, 3]);
  const record = (name: string, now: np.Array) => {
    const old = before[`${path}/${name}`]!;
    buffers[`${path}/${name}`] = old.mul(1 - MOMENTUM).add(lax.stopGradient(now).mul(MOMENTUM));
  };
  record("runningMean", mean);
  record("runningVariance", variance.ref.mul(count / (count - 1)));
  const scale = p[`${path}/gain`]!.mul(np.reciprocal(np.sqrt(variance.add(EPSILON))));
  return centred.mul(scale.reshape(CHANNEL)).add(p[`${path}/bias`]!.reshape(CHANNEL));
}
