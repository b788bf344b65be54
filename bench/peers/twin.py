"""The same training in PyTorch: same start, same views, same objective, optimizer and schedules, written independently.

    twin.py --case FILE --config FILE --threads 1

The case is a safetensors file with the start (see torch_step.py). The config is JSON: objective and encoder with their
options, learning rate, warm-up and so on, as darkmatter's config.json has them.

Protocol, a JSON line each way:
  {"views": PATH, "numViews": V}              one update on float32 [V, B, C, S, S] -> {"loss": ...}
  {"images": PATH, "features": PATH}          features of float32 [n, C, S, S] by the frozen encoder -> {"dim": ...}
"""

import json
import math
import sys

import torch
from torch_step import Case, answer, parse_arguments
from twin_models import objectives, twin_model


def main():
    args = parse_arguments(config=str)
    with open(args.config) as file:
        config = json.load(file)
    case = Case(args.case)
    twin = Twin(config, case)
    answer(side=f"PyTorch {torch.__version__}", threads=torch.get_num_threads())
    for line in sys.stdin:
        request = json.loads(line)
        if "views" in request:
            answer(loss=twin.update(twin.read(request["views"]).chunk(request["numViews"])))
        else:
            features = twin.embed(twin.read(request["images"]))
            features.numpy().tofile(request["features"])
            answer(dim=features.shape[1])


class Twin:
    def __init__(self, config, case):
        self.config, self.step = config, 0
        self.model = twin_model(config)
        self.objective = objectives[config["objective"]["name"]](config, self.model)
        paths = case.load_into(self.model)
        self.objective.start()
        self.optimizer = case.adamw(paths)
        self.trained = [place for place in paths if place.requires_grad]

    def read(self, path):
        C, S = self.config["data"]["channels"], self.config["imageSize"]
        with open(path, "rb") as file:
            values = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
        return values.view(-1, C, S, S)

    def update(self, views):
        for group in self.optimizer.param_groups:
            group["lr"] = self.learning_rate()
        self.model.train()
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.objective.loss(views)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.trained, self.config["maxGradientNorm"])
        self.optimizer.step()
        self.objective.after_update(self.step)
        self.step += 1
        return loss.item()

    def learning_rate(self):
        """Linear warm-up, then half a cosine."""
        peak, final = self.config["learningRate"], self.config["finalLearningRate"]
        warmup, total = self.config["warmupSteps"], self.config["totalSteps"]
        if self.step < warmup:
            return peak * (self.step + 1) / warmup
        return final + (peak - final) * 0.5 * (1 + math.cos(math.pi * (self.step - warmup) / (total - warmup)))

    @torch.no_grad()
    def embed(self, images):
        self.model.eval()
        return torch.cat([self.model.encoder(chunk) for chunk in images.split(256)])


if __name__ == "__main__":
    main()
