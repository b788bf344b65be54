"""What the PyTorch peers of the step benches share: the case they start from, AdamW, and the protocol.

A case is a safetensors file with the start of all sides: tensors parameters/<path> and inputs/<name>, and as metadata
the options of AdamW and the paths of the parameters that decay. The modules of a peer are named as in these paths.

Protocol: the first line on stdout is a JSON object that says what runs. Every line "step" on stdin is answered by one
JSON line {"seconds": ..., "loss": ...}, every line "memory" by {"peakBytes": ...}. The end of stdin ends the process.
"""

import argparse
import json
import resource
import sys
import time

import torch
from torch import nn

BASELINE_BYTES = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d)
VERSION = tuple(int(part) for part in torch.__version__.split("+")[0].split(".")[:2])


def parse_arguments(**defaults):
    """--threads, --case, and an option for each default: an integer, or a required text where the default is `str`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--case", required=True)
    for name, default in dict(threads=1, **defaults).items():
        if default is str:
            parser.add_argument(f"--{name}", required=True)
        else:
            parser.add_argument(f"--{name}", type=int, default=default)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    return args


class Case:
    def __init__(self, path):
        with open(path, "rb") as file:
            header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
            data = bytearray(file.read())
        self.options = header.pop("__metadata__")
        self.parameters, self.inputs = {}, {}
        for name, entry in header.items():
            start, end = entry["data_offsets"]
            values = torch.frombuffer(data, dtype=torch.float32, count=(end - start) // 4, offset=start)
            kind, path = name.split("/", 1)
            (self.parameters if kind == "parameters" else self.inputs)[path] = values.view(entry["shape"]).clone()

    def load_into(self, model):
        """Give a model the parameters of the case; all of them must find a place. Returns each parameter's path."""
        unused, paths = dict(self.parameters), {}
        for name, place in places_of(model):
            value = unused.pop(name)
            with torch.no_grad():
                place.copy_(value.t() if is_transposed(name, place, value) else value)
            paths[place] = name
        if unused:
            sys.exit(f"parameters of the case that the model has no place for: {', '.join(unused)}")
        return paths

    def adamw(self, paths):
        """AdamW with two groups: decay is for weights only."""
        decayed = set(json.loads(self.options["decayed"]))
        trained = [(place, name) for place, name in paths.items() if place.requires_grad]
        groups = [
            dict(params=[place for place, name in trained if name in decayed], weight_decay=self.number("weightDecay")),
            dict(params=[place for place, name in trained if name not in decayed], weight_decay=0.0),
        ]
        betas = (self.number("firstDecay"), self.number("secondDecay"))
        options = dict(lr=self.number("learningRate"), betas=betas, eps=self.number("epsilon"))
        # Fused updates on a CPU came with 2.4; before, one kernel for many tensors is the quickest there is.
        fastest = dict(fused=True) if VERSION >= (2, 4) else dict(foreach=True)
        return torch.optim.AdamW(groups, **options, **fastest)

    def number(self, name):
        return float(self.options[name])


def places_of(model):
    """Path in the case and tensor of every parameter and buffer."""
    for name, module in model.named_modules():
        prefix = name.replace(".", "/") + "/"
        if isinstance(module, nn.GRU):
            yield prefix + "input/weight", module.weight_ih_l0
            yield prefix + "input/bias", module.bias_ih_l0
            yield prefix + "hidden/weight", module.weight_hh_l0
            yield prefix + "hidden/bias", module.bias_hh_l0
            continue
        is_norm = isinstance(module, (nn.LayerNorm, *BATCH_NORMS))
        for own, place in module.named_parameters(recurse=False):
            yield prefix.lstrip("/") + ("gain" if is_norm and own == "weight" else own), place
        if isinstance(module, BATCH_NORMS):
            yield prefix + "runningMean", module.running_mean
            yield prefix + "runningVariance", module.running_var


def is_transposed(name, place, value):
    """The weights of linear maps are [in, out] in the case and [out, in] here."""
    return name.endswith("weight") and value.dim() == 2


def serve_steps(loss_of, optimizer, **info):
    """Answer requests until stdin ends. `loss_of()` gives the scalar to differentiate."""

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return loss.item()

    answer(side=f"PyTorch {torch.__version__}", threads=torch.get_num_threads(), baselineBytes=BASELINE_BYTES, **info)
    for line in sys.stdin:
        request = line.strip()
        if request == "step":
            start = time.perf_counter()
            loss = step()
            answer(seconds=time.perf_counter() - start, loss=loss)
        elif request == "memory":
            answer(peakBytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
        else:
            sys.exit(f'a request must be "step" or "memory", got {request!r}')


def answer(**values):
    print(json.dumps(values), flush=True)
