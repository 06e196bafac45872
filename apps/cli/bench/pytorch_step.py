"""The paper's multilayer perceptron step with the observables of (17), in PyTorch, for the benchmark.

Reads one whole number a line, does that many steps, answers with the milliseconds they took.
Usage: python3 pytorch_step.py THREADS
"""

import sys
import time

import torch

WIDTHS = (784, 200, 200, 10)
EXAMPLES, BATCH, LEARNING_RATE, WEIGHT_DECAY = 60000, 100, 0.1, 0.01

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(1)
images = torch.randint(0, 256, (EXAMPLES, WIDTHS[0]), dtype=torch.uint8)
labels = torch.randint(0, WIDTHS[-1], (EXAMPLES,))
parameters = []
for inputs, outputs in zip(WIDTHS, WIDTHS[1:]):
    kernel = torch.nn.init.xavier_uniform_(torch.empty(inputs, outputs))
    parameters += [kernel.requires_grad_(), torch.zeros(outputs, requires_grad=True)]


def step(indices):
    hidden = (images[indices].float() - 33.3) / 78.6
    for layer in range(0, len(parameters), 2):
        hidden = torch.addmm(parameters[layer + 1], hidden, parameters[layer])
        if layer + 2 < len(parameters):
            hidden = torch.relu(hidden)
    loss = torch.nn.functional.cross_entropy(hidden, labels[indices])
    loss = loss + 0.5 * WEIGHT_DECAY * sum(parameter.square().sum() for parameter in parameters)
    gradients = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        left = torch.stack([(p * g).sum() for p, g in zip(parameters, gradients)])
        right = torch.stack([0.5 * LEARNING_RATE * g.square().sum() for g in gradients])
        for parameter, gradient in zip(parameters, gradients):
            parameter.add_(gradient, alpha=-LEARNING_RATE)
    return loss.detach(), left, right


print(f"torch {torch.__version__}", flush=True)
for line in sys.stdin:
    order = torch.randperm(EXAMPLES)
    began = time.perf_counter()
    for number in range(int(line)):
        start = number * BATCH % EXAMPLES
        step(order[start : start + BATCH])
    print((time.perf_counter() - began) * 1000, flush=True)
