"""The classic unsupervised encoder of Coates, Ng and Lee (2011), "An Analysis of Single-Layer Networks in Unsupervised
Feature Learning": k-means on whitened patches, a linear classifier on the pooled responses. Prints one line of JSON.

1. random 6x6 patches of the unlabelled images: per patch mean 0, divided by sqrt(variance + 10); ZCA whitening (0.1)
2. k centroids by k-means (Euclidean)
3. every patch of an image, stride 1: triangle activation max(0, mean(z) - z_k), z_k = |patch - centroid_k|
4. summed over the four quadrants: 4 k features, standardised
5. one-against-all linear SVM with squared hinge; its C chosen on a fifth of the labelled images, then fitted on all

--data names a folder of raw files (row-major, little-endian): train_images.u8 [n, S, S, channels], train_labels.i32
[labelled] (labels of the first images; the others are unlabelled), validation_images.u8, validation_labels.i32.
The validation images are used once, for the accuracy that is printed.

Deviations: centroids start at random patches instead of noise; their number and that of the patches are arguments.
"""

import argparse
import json
import os
import sys
import time

import numpy
import torch

PATCH = 6
CONTRAST_EPSILON = 10.0  # on pixels of 0..255
WHITENING_EPSILON = 0.1
C_GRID = (1e-4, 1e-3, 1e-2, 1e-1)  # per labelled image, squared hinge, standardised features


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    for name, default in dict(
        size=32, channels=3, centroids=1600, patches=400_000, iterations=20, threads=1, seed=0
    ).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


def read_images(folder, name, args):
    shape = (-1, args.size, args.size, args.channels)
    return numpy.fromfile(os.path.join(folder, f"{name}_images.u8"), dtype=numpy.uint8).reshape(shape)


def read_labels(folder, name):
    labels = numpy.fromfile(os.path.join(folder, f"{name}_labels.i32"), dtype="<i4")
    return torch.from_numpy(labels.astype(numpy.int64))


def random_patches(images, count, generator):
    """[count, PATCH * PATCH * channels] float32, pixels of 0..255."""
    n, S, _, _ = images.shape
    index = generator.integers(0, n, count)
    rows = generator.integers(0, S - PATCH + 1, count)
    columns = generator.integers(0, S - PATCH + 1, count)
    offsets = numpy.arange(PATCH)
    patches = images[
        index[:, None, None],
        rows[:, None, None] + offsets[None, :, None],
        columns[:, None, None] + offsets[None, None, :],
    ]  # [count, PATCH, PATCH, channels]
    return torch.from_numpy(patches.reshape(count, -1)).float()


def all_patches(images):
    """Every patch of a few images: uint8 [B, S, S, C] -> float32 [B, R, R, PATCH * PATCH * C], R = S - PATCH + 1."""
    windows = torch.from_numpy(images).float().unfold(1, PATCH, 1).unfold(2, PATCH, 1)  # [B, R, R, C, PATCH, PATCH]
    B, R, _, C, _, _ = windows.shape
    return windows.permute(0, 1, 2, 4, 5, 3).reshape(B, R, R, PATCH * PATCH * C)


def contrast_normalized(patches):
    centered = patches - patches.mean(dim=-1, keepdim=True)
    return centered / torch.sqrt(patches.var(dim=-1, unbiased=True, keepdim=True) + CONTRAST_EPSILON)


def zca(patches):
    """Mean [P] and symmetric whitening matrix [P, P] of contrast-normalised patches."""
    mean = patches.mean(dim=0)
    centered = (patches - mean).double()
    values, vectors = torch.linalg.eigh(centered.T @ centered / (len(patches) - 1))
    return mean, (vectors @ torch.diag((values + WHITENING_EPSILON).rsqrt()) @ vectors.T).float()


def kmeans(patches, count, iterations, generator):
    """Lloyd's algorithm; a centroid that loses all its patches stays where it is."""
    centroids = patches[torch.from_numpy(generator.choice(len(patches), count, replace=False))].clone()
    for iteration in range(iterations):
        half_norms = 0.5 * (centroids * centroids).sum(dim=1)  # |x - c|^2 / 2 = |x|^2 / 2 - (x.c - |c|^2 / 2)
        sums = torch.zeros_like(centroids)
        sizes = torch.zeros(count)
        energy = 0.0
        for chunk in patches.split(4096):
            score, nearest = (chunk @ centroids.T).sub_(half_norms).max(dim=1)
            energy += (0.5 * (chunk * chunk).sum() - score.sum()).item()
            sums.index_add_(0, nearest, chunk)
            sizes.index_add_(0, nearest, torch.ones(len(chunk)))
        is_used = sizes > 0
        centroids[is_used] = sums[is_used] / sizes[is_used, None]
        say(f"k-means {iteration + 1}/{iterations}: mean energy {energy / len(patches):.4f}, {int(is_used.sum())} centroids used")
    return centroids


def pooled_features(images, mean, whitening, centroids, name):
    """Triangle activations summed over quadrants: [n, 4 * k]."""
    n = len(images)
    k = len(centroids)
    features = torch.empty(n, 4 * k)
    squared_norms = (centroids * centroids).sum(dim=1)
    start = time.perf_counter()
    for first in range(0, n, 4):  # few at a time: the responses stay in the cache
        patches = all_patches(images[first : first + 4])
        B, R, _, P = patches.shape
        white = (contrast_normalized(patches.view(-1, P)) - mean) @ whitening
        distances = torch.addmm(squared_norms, white, centroids.T, alpha=-2).add_((white * white).sum(1, keepdim=True))
        distances.clamp_(min=0).sqrt_()
        active = (distances.mean(dim=1, keepdim=True) - distances).clamp_(min=0).view(B, R, R, k)
        half = (R + 1) // 2
        quadrants = [active[:, rows, columns].sum(dim=(1, 2)) for rows in (slice(0, half), slice(half, R))
                     for columns in (slice(0, half), slice(half, R))]
        features[first : first + B] = torch.cat(quadrants, dim=1)
        if first % 1000 == 0 and first > 0:
            say(f"features of {name}: {first}/{n}, {first / (time.perf_counter() - start):.0f} images/s")
    return features


def fit_svm(features, labels, num_classes, cost):
    """Weights [D + 1, classes] of |w|^2 / 2 + cost * sum(max(0, 1 - y * s)^2), by L-BFGS."""
    signs = torch.full((len(labels), num_classes), -1.0)
    signs[torch.arange(len(labels)), labels] = 1.0
    weights = torch.zeros(features.shape[1] + 1, num_classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, history_size=10, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        margins = (1 - signs * (features @ weights[:-1] + weights[-1])).clamp(min=0)
        loss = 0.5 * (weights[:-1] ** 2).sum() + cost * (margins**2).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return weights.detach()


def accuracy(weights, features, labels):
    predicted = (features @ weights[:-1] + weights[-1]).argmax(dim=1)
    return (predicted == labels).float().mean().item()


def choose_cost(features, labels, num_classes, generator):
    order = torch.from_numpy(generator.permutation(len(labels)))
    held, rest = order[: len(order) // 5], order[len(order) // 5 :]
    scores = {}
    for cost in C_GRID:
        scores[cost] = accuracy(fit_svm(features[rest], labels[rest], num_classes, cost), features[held], labels[held])
        say(f"SVM with C {cost:g}: {scores[cost]:.4f} on the held-out fifth")
    return max(scores, key=scores.get)


def standardized(features, mean, std):
    return features.sub_(mean).div_(std)


def main():
    args = parse_arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    generator = numpy.random.default_rng(args.seed)
    times = {}
    clock = time.perf_counter()

    def lap(name):
        nonlocal clock
        times[name] = round(time.perf_counter() - clock, 1)
        clock = time.perf_counter()

    train_images = read_images(args.data, "train", args)
    train_labels = read_labels(args.data, "train")
    validation_images = read_images(args.data, "validation", args)
    validation_labels = read_labels(args.data, "validation")

    raw = contrast_normalized(random_patches(train_images, args.patches, generator))
    mean, whitening = zca(raw)
    centroids = kmeans((raw - mean) @ whitening, args.centroids, args.iterations, generator)
    del raw
    lap("kmeans")

    train = pooled_features(train_images[: len(train_labels)], mean, whitening, centroids, "labelled")
    validation = pooled_features(validation_images, mean, whitening, centroids, "validation")
    center, scale = train.mean(dim=0), torch.sqrt(train.var(dim=0) + 0.01)
    standardized(train, center, scale)
    standardized(validation, center, scale)
    lap("features")

    num_classes = int(max(train_labels.max(), validation_labels.max())) + 1
    cost = choose_cost(train, train_labels, num_classes, generator)
    weights = fit_svm(train, train_labels, num_classes, cost)
    lap("classifier")

    print(json.dumps(dict(
        peer=f"k-means patches (Coates and Ng 2011), k = {args.centroids}",
        accuracy=accuracy(weights, validation, validation_labels),
        trainAccuracy=accuracy(weights, train, train_labels),
        unlabelled=len(train_images), labelled=len(train_labels), validation=len(validation_labels),
        centroids=args.centroids, patches=args.patches, iterations=args.iterations, cost=cost,
        seconds=times, torch=torch.__version__, threads=args.threads,
    )), flush=True)


def say(line):
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
