"""The step of bench/models/vit.ts in PyTorch: loss, gradient and AdamW update of a ViT, in float32.

The model: patches of 4 pixels, learned positions, pre-LayerNorm blocks (attention, MLP of ratio 4 with exact GELU),
a final LayerNorm, mean pooling. The loss is the mean of squared differences of the pooled output to a fixed random
target [B, width]. Written as a careful user would for speed on a CPU: one fused QKV projection, batched matrix products
(scaled_dot_product_attention where torch has it), no dropout, no Python work inside a block that a tensor operation can
do.
"""

from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F
from torch_step import Case, parse_arguments, serve_steps

PATCH = 4
HEAD_DIM = 64
NORM_EPSILON = 1e-6


def norm(width):
    return nn.LayerNorm(width, eps=NORM_EPSILON)


class Attention(nn.Module):
    def __init__(self, width, head_dim):
        super().__init__()
        self.head_dim = head_dim
        self.queryKeyValue = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)

    def forward(self, x):  # [B, N, D]
        B, N, D = x.shape
        qkv = self.queryKeyValue(x).view(B, N, 3, D // self.head_dim, self.head_dim).permute(2, 0, 3, 1, 4)
        return self.output(attend(*qkv.unbind(0)).transpose(1, 2).reshape(B, N, D))


def attend_in_steps(q, k, v):  # each [B, heads, N, D/heads]
    weights = torch.matmul(q * q.shape[-1] ** -0.5, k.transpose(-2, -1)).softmax(dim=-1)  # [B, heads, N, N]
    return torch.matmul(weights, v)


attend = getattr(F, "scaled_dot_product_attention", attend_in_steps)


def residual_branch(width, mix):
    return nn.Sequential(OrderedDict(norm=norm(width), mix=mix))


class Block(nn.Module):
    def __init__(self, width, head_dim):
        super().__init__()
        expand, contract = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.attention = residual_branch(width, Attention(width, head_dim))
        self.mlp = residual_branch(
            width, nn.Sequential(OrderedDict(expand=expand, gelu=nn.GELU(), contract=contract))
        )

    def forward(self, x):
        x = x + self.attention(x)
        return x + self.mlp(x)


class Vit(nn.Module):
    def __init__(self, size, width, depth, patch=PATCH, head_dim=HEAD_DIM, channels=3):
        super().__init__()
        self.patch = patch
        self.patches = nn.Linear(channels * patch * patch, width)
        self.positions = nn.Parameter(torch.empty((size // patch) ** 2, width))
        self.blocks = nn.Sequential(*[Block(width, head_dim) for _ in range(depth)])
        self.norm = norm(width)

    def forward(self, images):  # [B, C, H, W] -> [B, D]
        B, C, H, W = images.shape
        P = self.patch
        patches = images.view(B, C, H // P, P, W // P, P).permute(0, 2, 4, 1, 3, 5)  # [B, H/P, W/P, C, P, P]
        tokens = self.patches(patches.reshape(B, (H // P) * (W // P), C * P * P)) + self.positions
        return self.norm(self.blocks(tokens)).mean(dim=1)


def main():
    args = parse_arguments(batch=64, width=192, depth=6, imageSize=32)
    case = Case(args.case)
    model = Vit(args.imageSize, args.width, args.depth)
    optimizer = case.adamw(case.load_into(model))
    serve_steps(lambda: F.mse_loss(model(case.inputs["images"]), case.inputs["target"]), optimizer)


if __name__ == "__main__":
    main()
