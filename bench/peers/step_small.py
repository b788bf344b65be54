"""The step of bench/models/small.ts in PyTorch: a small world model, its loss, gradient and AdamW update, in float32.

As a careful user writes it for a CPU: nn.GRU over all actions at once (its loop runs in C++), and the encoder in the
memory format channels_last, which takes two thirds of the time of the default here.
"""

from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F
from torch_step import Case, parse_arguments, serve_steps

LATENT_DIM = 64
ACTION_DIM = 2
IMAGE_SHAPE = (3, 32, 32)
EPSILON = 1e-4


class WorldModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            OrderedDict(
                convolution0=nn.Conv2d(3, 16, 3, stride=2, padding=1),
                relu0=nn.ReLU(inplace=True),
                convolution1=nn.Conv2d(16, 32, 3, stride=2, padding=1),
                relu1=nn.ReLU(inplace=True),
                convolution2=nn.Conv2d(32, 64, 3, stride=2, padding=1),
                relu2=nn.ReLU(inplace=True),
                flatten=nn.Flatten(),
                latent=nn.Linear(64 * 4 * 4, LATENT_DIM),
            )
        )
        self.dynamics = nn.GRU(ACTION_DIM, LATENT_DIM, batch_first=True)

    def predict(self, actions, latent):  # [B, T, A], [B, D] -> [B, T, D]
        states, _ = self.dynamics(actions, latent.unsqueeze(0).contiguous())
        return states


def loss_to_targets(model, inputs):
    latent = model.encoder(inputs["images"])
    return F.mse_loss(model.predict(inputs["actions"], latent), inputs["targets"])


def loss_to_own_latents(model, inputs):
    B = len(inputs["actions"])
    flat = model.encoder(inputs["images"])  # [B * 9, D]
    latents = flat.view(B, -1, LATENT_DIM)
    prediction = F.mse_loss(model.predict(inputs["actions"], latents[:, 0]), latents[:, 1:].detach())
    std = torch.sqrt(flat.var(dim=0) + EPSILON)
    return prediction + F.relu(1 - std).mean()


def main():
    args = parse_arguments(batch=64, frames=1)
    case = Case(args.case)
    model = WorldModel()
    model.encoder = model.encoder.to(memory_format=torch.channels_last)
    images = case.inputs["images"].view(-1, *IMAGE_SHAPE).contiguous(memory_format=torch.channels_last)
    case.inputs["images"] = images
    optimizer = case.adamw(case.load_into(model))
    loss = loss_to_targets if args.frames == 1 else loss_to_own_latents
    serve_steps(lambda: loss(model, case.inputs), optimizer)


if __name__ == "__main__":
    main()
