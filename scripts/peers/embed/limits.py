"""What matrix multiplication alone would allow at the model's shapes, on two threads."""

import statistics
import time

import torch

ROWS, HIDDEN, INNER, LAYERS = 2048, 384, 1536, 6
# (outputs, inputs) of a layer's linear steps: query, key and value as one, attention's output, both halves of the rest.
SHAPES = [(3 * HIDDEN, HIDDEN), (HIDDEN, HIDDEN), (INNER, HIDDEN), (HIDDEN, INNER)]
FLOP_A_SUBWORD = LAYERS * sum(2 * outputs * inputs for outputs, inputs in SHAPES)
SECONDS, ROUNDS, SLOW = 0.3, 7, 2.0


def plain(weight, bias):
    return lambda rows: torch.nn.functional.linear(rows, weight, bias)


def prepacked(weight, bias):
    """oneDNN's own layout of the weights, made once."""
    packed = torch.ops.mkldnn._reorder_linear_weight(weight, ROWS)
    return lambda rows: torch.ops.mkldnn._linear_pointwise(rows, packed, bias, "none", [], "")


def flops(kind, form):
    """Floating-point operations a second over one layer's linear steps."""
    steps = []
    for outputs, inputs in SHAPES:
        weight, bias = torch.randn(outputs, inputs).to(kind), torch.randn(outputs).to(kind)
        steps.append((form(weight, bias), torch.randn(ROWS, inputs).to(kind)))

    def layer():
        for step, rows in steps:
            step(rows)

    def average(times):
        before = time.perf_counter()
        for _ in range(times):
            layer()
        return (time.perf_counter() - before) / times

    # Where the processor lacks the precision one call takes seconds, and the first says enough.
    first = average(1)
    if first > SLOW:
        return ROWS * FLOP_A_SUBWORD / LAYERS / first
    times = max(1, int(SECONDS / average(1)))
    seconds = [average(times) for _ in range(ROUNDS)]
    return ROWS * FLOP_A_SUBWORD / LAYERS / statistics.median(seconds)


def measure():
    """By precision, the operations a second of the best form, and its name."""
    torch.set_num_threads(2)
    found = {}
    for name, kind in (("f32", torch.float32), ("bf16", torch.bfloat16)):
        speeds = {"linear": flops(kind, plain)}
        try:
            speeds["prepacked linear"] = flops(kind, prepacked)
        except RuntimeError as error:
            print(f"note {name} prepacked: {str(error).splitlines()[0]}")
        best = max(speeds, key=speeds.get)
        found[name] = (speeds[best], best)
    return found


if __name__ == "__main__":
    with torch.no_grad():
        for name, (speed, form) in measure().items():
            print(f"limit {name} {speed:.0f} {speed / FLOP_A_SUBWORD:.0f} {form}")
