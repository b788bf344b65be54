/** Centre and scale the channels for the encoder; always the last step. */
import type { ConfigOf, OptionTable } from "../../compute/options.js";
import { defineAugmentation } from "../augmentation.js";

const options = {
  redMean: { default: 0.5, min: 0, max: 1, doc: "value of red that becomes 0" },
  greenMean: { default: 0.5, min: 0, max: 1, doc: "value of green that becomes 0" },
  blueMean: { default: 0.5, min: 0, max: 1, doc: "value of blue that becomes 0" },
  redStd: { default: 0.25, min: 0.001, max: 10, doc: "distance of red from its mean that becomes 1" },
  greenStd: { default: 0.25, min: 0.001, max: 10, doc: "distance of green from its mean that becomes 1" },
  blueStd: { default: 0.25, min: 0.001, max: 10, doc: "distance of blue from its mean that becomes 1" },
} satisfies OptionTable;

/** Mean and standard deviation of each channel; spread it into a `normalise` step. */
export type ChannelStatistics = ConfigOf<typeof options>;

/**
 * The default. Photographs have means near 0.45 and deviations near 0.25 (see `imagenetStatistics`), so this brings
 * them close to zero mean and unit variance while being a constant: 0..1 becomes −2..2, exact in float32, and an
 * encoder means the same on any folder without its training set's statistics travelling with it.
 */
export const defaultStatistics: ChannelStatistics = {
  redMean: 0.5,
  greenMean: 0.5,
  blueMean: 0.5,
  redStd: 0.25,
  greenStd: 0.25,
  blueStd: 0.25,
};

/** The statistics of ImageNet's training set, which published encoders expect. */
export const imagenetStatistics: ChannelStatistics = {
  redMean: 0.485,
  greenMean: 0.456,
  blueMean: 0.406,
  redStd: 0.229,
  greenStd: 0.224,
  blueStd: 0.225,
};

/**
 * Centre and scale each channel: out = (in − mean) / std.
 * A picture of one channel uses the average of the three means and of the three deviations.
 * Source: torchvision Normalize. Deviations: the default statistics (see `defaultStatistics`).
 */
export const normalise = defineAugmentation({
  name: "normalise",
  summary: "centre and scale the channels",
  stage: "finish",
  options,
  apply(view, _random, config) {
    const { data } = view;
    const plane = view.size * view.size;
    const { means, stds } = statisticsByChannel(config, view.channels);
    for (let channel = 0; channel < view.channels; channel++) {
      const factor = 1 / stds[channel]!;
      const shift = -means[channel]! * factor;
      const end = (channel + 1) * plane;
      for (let i = channel * plane; i < end; i++) data[i] = data[i]! * factor + shift;
    }
  },
});

/** The statistics as lists, one entry a channel. */
function statisticsByChannel(config: ChannelStatistics, channels: number): { means: number[]; stds: number[] } {
  const means = [config.redMean, config.greenMean, config.blueMean];
  const stds = [config.redStd, config.greenStd, config.blueStd];
  if (channels === 3) return { means, stds };
  return { means: [average(means)], stds: [average(stds)] };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
