"""Augmented views a second as torchvision makes them: SimCLR's recipe on PIL images, in the workers of a DataLoader.

--source jpeg decodes a file for every view, as ImageFolder does; --source pixels starts from decoded pixels, as the data
sets of torchvision that fit into memory do. Without torchvision its transforms are written here with the same calls of
PIL. Protocol as in torch_step.py: every line "step" is answered by {"seconds", "mean", "std"} for --count views.
"""

import argparse
import json
import math
import os
import random
import sys
import time

import numpy
import torch
from PIL import Image, ImageEnhance, ImageFilter
from torch.utils.data import DataLoader, Dataset

try:
    import torchvision
    from torchvision import transforms
except ImportError:
    torchvision = None

MEAN, STD = 0.5, 0.25
SMALLEST_BLURRED_SIZE = 64


def torchvision_recipe(size):
    strength = 0.5 if size < SMALLEST_BLURRED_SIZE else 1.0
    jitter = transforms.ColorJitter(0.8 * strength, 0.8 * strength, 0.8 * strength, 0.2 * strength)
    blur = transforms.GaussianBlur(2 * (size // 20) + 1, (0.1, 2.0))
    return transforms.Compose(
        [
            transforms.RandomResizedCrop(size, scale=(0.08, 1.0)),
            transforms.RandomHorizontalFlip(),
            transforms.RandomApply([jitter], p=0.8),
            transforms.RandomGrayscale(0.2),
            *([transforms.RandomApply([blur], p=0.5)] if size >= SMALLEST_BLURRED_SIZE else []),
            transforms.ToTensor(),
            transforms.Normalize([MEAN] * 3, [STD] * 3),
        ]
    )


class PilRecipe:
    """The same steps with the calls of PIL that torchvision makes."""

    def __init__(self, size):
        self.size = size
        self.has_blur = size >= SMALLEST_BLURRED_SIZE
        self.strength = 1.0 if self.has_blur else 0.5

    def __call__(self, image):
        image = self.crop(image)
        if random.random() < 0.5:
            image = image.transpose(Image.FLIP_LEFT_RIGHT)
        if random.random() < 0.8:
            image = self.jitter(image)
        if random.random() < 0.2:
            image = image.convert("L").convert("RGB")
        if self.has_blur and random.random() < 0.5:
            image = image.filter(ImageFilter.GaussianBlur(random.uniform(0.1, 2.0)))
        values = torch.from_numpy(numpy.array(image)).permute(2, 0, 1).contiguous().float().div_(255)
        return values.sub_(MEAN).div_(STD)

    def crop(self, image):
        W, H = image.size
        for _ in range(10):
            area = W * H * random.uniform(0.08, 1.0)
            ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
            w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if 0 < w <= W and 0 < h <= H:
                x, y = random.randint(0, W - w), random.randint(0, H - h)
                return image.crop((x, y, x + w, y + h)).resize((self.size, self.size), Image.BILINEAR)
        return image.resize((self.size, self.size), Image.BILINEAR)

    def jitter(self, image):
        steps = [self.enhance(kind) for kind in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color)]
        steps.append(self.turn_hue)
        random.shuffle(steps)
        for step in steps:
            image = step(image)
        return image

    def enhance(self, kind):
        factor = random.uniform(1 - 0.8 * self.strength, 1 + 0.8 * self.strength)
        return lambda image: kind(image).enhance(factor)

    def turn_hue(self, image):
        hue, saturation, value = image.convert("HSV").split()
        turn = numpy.uint8(int(random.uniform(-0.2, 0.2) * self.strength * 255) % 256)
        turned = Image.fromarray(numpy.array(hue, dtype=numpy.uint8) + turn, "L")
        return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


class Views(Dataset):
    def __init__(self, args):
        self.count = args.count
        self.recipe = torchvision_recipe(args.size) if torchvision else PilRecipe(args.size)
        folder = os.path.join(args.folder, "images")
        self.paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
        self.pixels = None
        if args.source == "pixels":
            raw = numpy.fromfile(os.path.join(args.folder, "pixels.u8"), dtype=numpy.uint8)
            self.pixels = raw.reshape(-1, args.side, args.side, 3)

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        place = index % len(self.paths)
        if self.pixels is not None:
            return self.recipe(Image.fromarray(self.pixels[place]))
        with Image.open(self.paths[place]) as image:
            return self.recipe(image.convert("RGB"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--source", choices=["jpeg", "pixels"], default="jpeg")
    for name, default in dict(threads=1, size=32, side=64, count=1024, batch=256).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    torch.set_num_threads(1)
    loader = DataLoader(
        Views(args), batch_size=args.batch, num_workers=args.threads, persistent_workers=True, shuffle=True
    )
    library = f"torchvision {torchvision.__version__}" if torchvision else "PIL as torchvision calls it"
    answer(side=f"{library}, {args.source}", torch=torch.__version__)
    for line in sys.stdin:
        if line.strip() != "step":
            sys.exit(f'views.py: a request must be "step", got {line.strip()!r}')
        start = time.perf_counter()
        mean = square = batches = 0.0
        for views in loader:
            mean, square, batches = mean + views.mean().item(), square + views.square().mean().item(), batches + 1
        seconds = time.perf_counter() - start
        mean /= batches
        answer(seconds=seconds, mean=mean, std=math.sqrt(square / batches - mean**2))


def answer(**values):
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    main()
