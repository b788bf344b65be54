"""Encoders, heads and objectives of twin.py, named as darkmatter names their parameters."""

import copy
import math
from collections import OrderedDict

import torch
from step_vit import Vit
from torch import nn
from torch.nn import functional as F


def twin_model(config):
    """encoder, projector and, for BYOL, predictor."""
    encoder, width = encoders[config["encoder"]["name"]](config)
    project = config["projector"]
    modules = OrderedDict(encoder=encoder, projector=mlp(width, **project))
    if config["objective"]["name"] == "byol":
        hidden = config["objective"]["options"]["predictorHiddenDim"]
        modules["predictor"] = mlp(project["outDim"], hidden, 1, project["outDim"])
    return nn.Sequential(modules)


def vit(config):
    options = config["encoder"]["options"]
    width = options["width"]
    head_dim = width // options["numHeads"]
    return Vit(config["imageSize"], width, options["depth"], options["patchSize"], head_dim, config["data"]["channels"]), width


class ConvNet(nn.Module):
    """Stages of 3x3 convolution of stride 2, BatchNorm, ReLU; then the mean over the places."""

    def __init__(self, channels, width, stages, stem_stride):
        super().__init__()
        widths = [channels] + [width * 2**i for i in range(stages)]
        for i in range(stages):
            stride = stem_stride if i == 0 else 2
            convolution = nn.Conv2d(widths[i], widths[i + 1], 3, stride, padding=1, bias=False)
            unit = OrderedDict(convolution=convolution, norm=nn.BatchNorm2d(widths[i + 1]), relu=nn.ReLU())
            self.add_module(f"stage{i}", nn.Sequential(OrderedDict(reduce=nn.Sequential(unit))))

    def forward(self, x):
        for stage in self.children():
            x = stage(x)
        return x.mean(dim=(2, 3))


def convnet(config):
    options = config["encoder"]["options"]
    width, stages = options["width"], options["stages"]
    encoder = ConvNet(config["data"]["channels"], width, stages, options["stemStride"])
    return encoder, width * 2 ** (stages - 1)


encoders = dict(vit=vit, convnet=convnet)


def mlp(width, hiddenDim, numHiddenLayers, outDim):
    """Hidden layers of linear (no bias), BatchNorm, ReLU; then a linear one."""
    layers = OrderedDict()
    for i in range(numHiddenLayers):
        linear = nn.Linear(width if i == 0 else hiddenDim, hiddenDim, bias=False)
        layers[f"hidden{i}"] = nn.Sequential(
            OrderedDict(linear=linear, norm=nn.BatchNorm1d(hiddenDim), relu=nn.ReLU())
        )
    layers["output"] = nn.Linear(hiddenDim if numHiddenLayers else width, outDim)
    return nn.Sequential(layers)


def projections_of(encoder, projector, views):
    """All views together, so that BatchNorm sees them all; one [B, D] a view."""
    return projector(encoder(torch.cat(views))).chunk(len(views))


class Objective:
    def __init__(self, config, model):
        self.config, self.model, self.options = config, model, config["objective"]["options"]

    def start(self):
        """After the parameters were loaded."""

    def after_update(self, step):
        """After the optimizer has moved them."""

    def project(self, views):
        return projections_of(self.model.encoder, self.model.projector, views)


class SimClr(Objective):
    """Chen et al. 2020: each view finds its partner among the others of the batch."""

    def loss(self, views):
        z = F.normalize(torch.cat(self.project(views)), dim=1)
        B = len(z) // 2
        similarities = z @ z.t() / self.options["temperature"]
        similarities.fill_diagonal_(-math.inf)
        partner = torch.arange(2 * B).roll(B)
        return F.cross_entropy(similarities, partner)


class VicReg(Objective):
    """Bardes et al. 2022."""

    def loss(self, views):
        a, b = self.project(views)
        options = self.options
        variance = sum(F.relu(options["targetStd"] - (z.var(dim=0) + 1e-4).sqrt()).mean() for z in (a, b)) / 2
        covariance = sum(self.off_diagonal(torch.cov(z.t())).square().sum() / z.shape[1] for z in (a, b))
        return (
            options["invarianceWeight"] * F.mse_loss(a, b)
            + options["varianceWeight"] * variance
            + options["covarianceWeight"] * covariance
        )

    @staticmethod
    def off_diagonal(matrix):
        return matrix - torch.diag(torch.diagonal(matrix))


class BarlowTwins(Objective):
    """Zbontar et al. 2021, with the BatchNorm of the released code."""

    def loss(self, views):
        a, b = (F.batch_norm(z, None, None, training=True) for z in self.project(views))
        C = a.t() @ b / len(a)
        on_diagonal = torch.diagonal(C)
        off_diagonal = C.square().sum() - on_diagonal.square().sum()
        return self.options["scale"] * ((on_diagonal - 1).square().sum() + self.options["redundancyWeight"] * off_diagonal)


class Byol(Objective):
    """Grill et al. 2020: predict the average's projection of the other view."""

    def start(self):
        self.target = copy.deepcopy(nn.ModuleList([self.model.encoder, self.model.projector]))
        self.target.requires_grad_(False)

    def loss(self, views):
        predictions = self.model.predictor(torch.cat(self.project(views))).chunk(2)
        with torch.no_grad():
            targets = projections_of(*self.target, views)
        cosines = [F.cosine_similarity(predictions[i], targets[1 - i]).mean() for i in (0, 1)]
        return 2 - sum(cosines)

    def after_update(self, step):
        first, last = self.options["firstEmaDecay"], self.options["lastEmaDecay"]
        decay = last - (last - first) * 0.5 * (1 + math.cos(math.pi * step / self.config["totalSteps"]))
        followed = [*self.model.encoder.parameters(), *self.model.projector.parameters()]
        with torch.no_grad():
            for average, value in zip(self.target.parameters(), followed):
                average.lerp_(value, 1 - decay)


objectives = dict(simclr=SimClr, vicreg=VicReg, barlowTwins=BarlowTwins, byol=Byol)
