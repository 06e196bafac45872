"""The training steps of the paper's networks with the observables of (17), in PyTorch, for the benchmark.

Reads one whole number a line, makes that many steps, prints the milliseconds they took.
Usage: python3 pytorch_step.py SETTINGS, a JSON object (candidate.ts)
"""

import json
import math
import sys
import time

import torch
import torch.nn.functional as F

settings = json.loads(sys.argv[1])
momentum, eta, decay = settings["momentum"], settings["learningRate"], settings["weightDecay"]
examples, batch = settings["examples"], settings["batchSize"]
torch.set_num_threads(settings["threads"])
torch.manual_seed(1)

pixels = math.prod(settings["imageShape"])
with open(settings["images"], "rb") as file:
    distinct = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).reshape(-1, pixels)
images = distinct.repeat(-(-examples // len(distinct)), 1)[:examples]
if settings["model"] == "cnn":
    # PyTorch's own order, channels first: nothing is left to move in a step.
    images = images.reshape(-1, *settings["imageShape"]).permute(0, 3, 1, 2).contiguous()
labels = torch.randint(0, 10, (examples,))

shapes = {
    "mlp": [(784, 200), (200, 200), (200, 10)],
    "cnn": [(16, 3, 5, 5), (20, 16, 5, 5), (20, 20, 5, 5), (320, 10)],
}[settings["model"]]
parameters = []
for shape in shapes:
    bias = torch.zeros(shape[0] if len(shape) == 4 else shape[1])
    parameters += [torch.nn.init.xavier_uniform_(torch.empty(shape)).requires_grad_(), bias.requires_grad_()]
velocities = [torch.zeros_like(parameter) for parameter in parameters]


def logits(hidden):
    for layer, shape in enumerate(shapes):
        kernel, bias = parameters[2 * layer], parameters[2 * layer + 1]
        if len(shape) == 4:
            hidden = torch.relu(F.max_pool2d(F.conv2d(hidden, kernel, bias, padding=2), 2))
            continue
        hidden = torch.addmm(bias, hidden.flatten(1), kernel)
        if layer + 1 < len(shapes):
            hidden = torch.relu(hidden)
    return hidden


def step(indices):
    loss = F.cross_entropy(logits((images[indices].float() - 127.5) / 64), labels[indices])
    loss = loss + 0.5 * decay * sum(parameter.square().sum() for parameter in parameters)
    gradients = torch.autograd.grad(loss, parameters)
    observed = []
    with torch.no_grad():
        observed.append(torch.stack([(p * g).sum() for p, g in zip(parameters, gradients)]))
        if momentum > 0:
            observed.append(torch.stack([(v * g).sum() for v, g in zip(velocities, gradients)]))
            for velocity, gradient in zip(velocities, gradients):
                velocity.mul_(momentum).sub_(gradient)
        moves = velocities if momentum > 0 else [-gradient for gradient in gradients]
        observed.append(torch.stack([0.5 * (1 + momentum) * eta * move.square().sum() for move in moves]))
        for parameter, move in zip(parameters, moves):
            parameter.add_(move, alpha=eta)
    return loss.detach(), observed


print(f"torch {torch.__version__}", flush=True)
for line in sys.stdin:
    order = torch.randperm(examples)
    began = time.perf_counter()
    for number in range(int(line)):
        start = number * batch % examples
        step(order[start : start + batch])
    print((time.perf_counter() - began) * 1000, flush=True)
