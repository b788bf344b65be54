"""The ViT training step of docs and bench/step-vit.ts in PyTorch: forward, backward and AdamW update, in float32.

Protocol: the first line on stdout is a JSON object that says what runs. Every line "step" on stdin is answered by one
JSON line {"seconds": ..., "loss": ...}. The end of stdin ends the process.

The model: patches of 4 pixels, learned positions, pre-LayerNorm blocks (attention, MLP of ratio 4 with exact GELU),
a final LayerNorm, mean pooling. The loss is the mean of squared differences of the pooled output to a fixed random
target [B, width]. Written as a careful user of PyTorch 1.13 would for speed on a CPU: one fused QKV projection, batched
matrix products, no dropout, no Python work inside a block that a tensor operation can do.
"""

import argparse
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, width, heads, ratio):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, ratio * width)
        self.down = nn.Linear(ratio * width, width)

    def forward(self, x):  # [B, N, D]
        B, N, D = x.shape
        qkv = self.qkv(self.norm1(x)).view(B, N, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)  # each [B, heads, N, D/heads]
        weights = torch.matmul(q * (D // self.heads) ** -0.5, k.transpose(-2, -1)).softmax(dim=-1)  # [B, heads, N, N]
        mixed = torch.matmul(weights, v).transpose(1, 2).reshape(B, N, D)
        x = x + self.out(mixed)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Vit(nn.Module):
    def __init__(self, size, patch, channels, width, depth, heads, ratio):
        super().__init__()
        self.patch = patch
        self.embed = nn.Linear(channels * patch * patch, width)
        self.positions = nn.Parameter(torch.randn(1, (size // patch) ** 2, width) * 0.02)
        self.blocks = nn.Sequential(*[Block(width, heads, ratio) for _ in range(depth)])
        self.norm = nn.LayerNorm(width)

    def forward(self, images):  # [B, C, H, W] -> [B, D]
        B, C, H, W = images.shape
        P = self.patch
        patches = images.view(B, C, H // P, P, W // P, P).permute(0, 2, 4, 1, 3, 5)  # [B, H/P, W/P, C, P, P]
        tokens = self.embed(patches.reshape(B, (H // P) * (W // P), C * P * P)) + self.positions
        return self.norm(self.blocks(tokens)).mean(dim=1)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in dict(
        threads=1, batch=64, size=32, patch=4, channels=3, width=192, depth=6, heads=3, ratio=4, seed=0
    ).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


def main():
    args = parse_arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    model = Vit(args.size, args.patch, args.channels, args.width, args.depth, args.heads, args.ratio)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)
    images = torch.rand(args.batch, args.channels, args.size, args.size)
    target = torch.randn(args.batch, args.width)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.mse_loss(model(images), target)
        loss.backward()
        optimizer.step()
        return loss.item()

    answer(
        peer=f"PyTorch {torch.__version__}",
        threads=torch.get_num_threads(),
        batch=args.batch,
        parameters=sum(p.numel() for p in model.parameters()),
    )
    for line in sys.stdin:
        if line.strip() != "step":
            sys.exit(f'step_vit.py: a request must be "step", got {line.strip()!r}')
        start = time.perf_counter()
        loss = step()
        answer(seconds=time.perf_counter() - start, loss=loss)


def answer(**values):
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    main()
