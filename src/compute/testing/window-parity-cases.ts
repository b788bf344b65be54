/** What the engines must agree on: convolution, its transpose and pooling. */
import type { ParityCase } from "./parity-cases.js";

export const windowParityCases: Record<string, ParityCase> = {
  "conv2d stride 1": {
    shapes: [
      [2, 3, 7, 6],
      [4, 3, 3, 3],
    ],
    body: (x, w) => x!.conv2d(w!, { padding: 1 }),
  },
  "conv2d stride 2": {
    shapes: [
      [2, 3, 8, 8],
      [4, 3, 3, 3],
    ],
    body: (x, w) => x!.conv2d(w!, { stride: 2, padding: 1 }),
  },
  "conv2d stride 2 odd": {
    shapes: [
      [2, 3, 7, 7],
      [4, 3, 3, 3],
    ],
    body: (x, w) => x!.conv2d(w!, { stride: 2, padding: 1 }),
  },
  "conv2d stride 2 no padding": {
    shapes: [
      [2, 3, 8, 8],
      [4, 3, 3, 3],
    ],
    body: (x, w) => x!.conv2d(w!, { stride: 2 }),
  },
  "conv2d stride 3 kernel 2": {
    shapes: [
      [2, 3, 8, 8],
      [4, 3, 2, 2],
    ],
    body: (x, w) => x!.conv2d(w!, { stride: 3 }),
  },
  "conv2d 1x1": {
    shapes: [
      [2, 3, 5, 5],
      [4, 3, 1, 1],
    ],
    body: (x, w) => x!.conv2d(w!),
  },
  "conv2d patch": {
    shapes: [
      [2, 3, 8, 8],
      [4, 3, 4, 4],
    ],
    body: (x, w) => x!.conv2d(w!, { stride: 4 }),
  },
  "conv2d wide padding": {
    shapes: [
      [2, 3, 5, 5],
      [4, 3, 2, 2],
    ],
    body: (x, w) => x!.conv2d(w!, { padding: 3 }),
  },
  "conv2d two groups": {
    shapes: [
      [2, 4, 6, 5],
      [6, 2, 3, 3],
    ],
    body: (x, w) => x!.conv2d(w!, { padding: 1, groups: 2 }),
  },
  "conv2d groups stride 2": {
    shapes: [
      [2, 4, 7, 7],
      [6, 2, 3, 3],
    ],
    body: (x, w) => x!.conv2d(w!, { stride: 2, padding: 1, groups: 2 }),
  },
  "conv2d depthwise 3x3": {
    shapes: [
      [2, 4, 6, 5],
      [4, 1, 3, 3],
    ],
    body: (x, w) => x!.conv2d(w!, { padding: 1, groups: 4 }),
  },
  "conv2d depthwise 7x7 on a small map": {
    shapes: [
      [2, 3, 4, 6],
      [3, 1, 7, 7],
    ],
    body: (x, w) => x!.conv2d(w!, { padding: 3, groups: 3 }),
  },
  "conv2d depthwise without padding": {
    shapes: [
      [2, 3, 8, 6],
      [3, 1, 5, 5],
    ],
    body: (x, w) => x!.conv2d(w!, { groups: 3 }),
  },
  "conv2d depthwise stride 2": {
    shapes: [
      [2, 3, 6, 6],
      [3, 1, 3, 3],
    ],
    body: (x, w) => x!.conv2d(w!, { stride: 2, padding: 1, groups: 3 }),
  },
  "conv2d depthwise, two outputs a channel": {
    shapes: [
      [2, 3, 5, 5],
      [6, 1, 3, 3],
    ],
    body: (x, w) => x!.conv2d(w!, { padding: 1, groups: 3 }),
  },
  "convTranspose2d stride 1": {
    shapes: [
      [2, 3, 4, 5],
      [3, 4, 3, 3],
    ],
    body: (x, w) => x!.convTranspose2d(w!, { padding: 1 }),
  },
  "convTranspose2d stride 2": {
    shapes: [
      [2, 3, 4, 5],
      [3, 4, 4, 4],
    ],
    body: (x, w) => x!.convTranspose2d(w!, { stride: 2, padding: 1 }),
  },
  "convTranspose2d output padding": {
    shapes: [
      [2, 3, 4, 5],
      [3, 4, 3, 3],
    ],
    body: (x, w) => x!.convTranspose2d(w!, { stride: 2, padding: 1, outputPadding: 1 }),
  },
  "convTranspose2d with gaps": {
    shapes: [
      [2, 3, 3, 2],
      [3, 2, 2, 2],
    ],
    body: (x, w) => x!.convTranspose2d(w!, { stride: 3, outputPadding: 2 }),
  },
  "convTranspose2d wide padding": {
    shapes: [
      [2, 3, 4, 5],
      [3, 2, 2, 2],
    ],
    body: (x, w) => x!.convTranspose2d(w!, { padding: 2, stride: 2 }),
  },
  "averagePool2d even": { shapes: [[2, 3, 6, 6]], body: (x) => x!.square().averagePool2d(2) },
  "averagePool2d overlapping": { shapes: [[2, 3, 7, 7]], body: (x) => x!.square().averagePool2d(3, { stride: 2 }) },
  "averagePool2d leftover": { shapes: [[2, 3, 7, 8]], body: (x) => x!.square().averagePool2d(3) },
  "maxPool2d even": { shapes: [[2, 3, 6, 6]], body: (x) => x!.maxPool2d(2) },
  "maxPool2d overlapping": { shapes: [[2, 3, 7, 7]], body: (x) => x!.maxPool2d(3, { stride: 2 }) },
  "averagePool2d padded": {
    shapes: [[2, 3, 6, 7]],
    body: (x) => x!.square().averagePool2d(3, { stride: 2, padding: 1 }),
  },
  "maxPool2d padded": { shapes: [[2, 3, 6, 7]], body: (x) => x!.maxPool2d(3, { stride: 2, padding: 1 }) },
  "maxPool2d padded even": { shapes: [[2, 3, 6, 6]], body: (x) => x!.maxPool2d(2, { padding: 1 }) },
};
