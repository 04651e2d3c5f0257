"""What a trainer might have seen of gradients, as directly as a test wants it."""

import math

from components.trainer.gradient_record import GradientRecord, LayerGradients

LOSSES = ("click", "click_and_conversion", "spend")
NUM_LOOKS = 40
STEPS = tuple(range(0, 50 * NUM_LOOKS, 50))


def wave(middle, size, num, shift=0):
    """Neither constant nor drifting: neighbours differ by most of the size."""
    return [middle + size * math.sin(2.5 * place + shift) for place in range(num)]


def layer(name, cosines, norms=(1.0, 1.0, 1.0), num=NUM_LOOKS, size=0.05):
    """Cosines around `cosines` and lengths around `norms`; None for what a layer does not have."""

    def columns(middles, size):
        made = [
            [None] * num if middle is None else [round(value, 4) for value in wave(middle, size, num, shift=place)]
            for place, middle in enumerate(middles)
        ]
        return tuple(zip(*made, strict=True))

    return LayerGradients(name=name, norms=columns(norms, 0.01), cosines=columns(cosines, size))


def gradients(
    cosines=(0.3, 0.1, 0.2), norms=(1.0, 1.0, 1.0), falls=(0.2, 0.2, 0.2), *, num=NUM_LOOKS, layers=None, **changes
):
    """A record of three losses; `falls` is how much of each loss is gone at the end."""
    values = [
        [0.7 * (1 - fall * place / num) + 0.002 * math.sin(2.5 * place) for place in range(num)] for fall in falls
    ]
    given = {
        "balancer": "static",
        "every": 50,
        "num_looks": num,
        "losses": LOSSES,
        "steps": STEPS[:num],
        "values": tuple(zip(*values, strict=True)),
        "weights": ((1.0, 1.0, 1.0),) * num,
        "shared": layer("all", cosines, norms, num),
        "layers": layers or (layer("table_user", cosines, norms, num), layer("experts_1/0", cosines, norms, num)),
        "num_layers": 2,
    }
    return GradientRecord(**given | changes)


GRADIENTS = gradients(
    cosines=(0.31, 0.02, -0.2),
    norms=(1.0, 0.4, 0.08),
    falls=(0.3, 0.2, 0.01),
    layers=(
        layer("table_user", (0.4, 0.1, -0.3)),
        layer("table_item", (0.2, None, None), (1.0, 1.0, None)),
        layer("experts/experts_1/0", (0.3, -0.02, -0.1)),
    ),
    num_layers=3,
    weights=tuple((1.0, round(0.5 + 0.02 * place, 2), round(2 - 0.03 * place, 2)) for place in range(len(STEPS))),
    balancer="dwa",
)
