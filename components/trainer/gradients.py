"""From looks at the gradients of all losses to what a record and TensorBoard say of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from components.trainer.gradient_record import GradientRecord, LayerGradients
from models.balancers import BalancerConfig
from models.gradients.telemetry import Sample
from models.tasks import Loss

__all__ = ["gradient_record", "gradient_scalars", "looks_every"]

USUAL_INTERVAL: Final = 100  # Steps.
USUAL_LOOKS: Final = 24  # Of a short run: as many as the report needs to tell noise from conflict.
MOST_LOOKS: Final = 200  # Of a run; the model remembers 512.
MOST_LISTED: Final = 100  # Looks of a record.
FEWEST_LISTED: Final = 20
MOST_NUMBERS: Final = 40_000  # Of a record, about 300 kB of JSON; many losses leave room for fewer looks.
MOST_LAYERS: Final = 64
DECIMALS: Final = 3  # Of a cosine; a batch's noise is larger.
DIGITS: Final = 4  # Of all else.
MIN_LOSSES: Final = 2  # One has nothing to be compared with.


def looks_every(wanted: int | None, *, num_steps: int, num_losses: int, is_mirrored: bool) -> int:
    """Steps from one look to the next: as wanted, or more where a run would have over `MOST_LOOKS`; 0 for no look.

    Args:
        wanted: What the settings say; None leaves it to the length of the run.
        num_steps: Of all epochs; the same for a run and for what takes it up after a kill.
        num_losses: Of one there is nothing to see.
        is_mirrored: Whether devices may share a step: one cannot look alone.
    """
    if wanted is None:
        wanted = max(1, min(USUAL_INTERVAL, num_steps // USUAL_LOOKS))
    if not num_steps or wanted < 1 or num_losses < MIN_LOSSES or is_mirrored:
        return 0
    return max(wanted, math.ceil(num_steps / MOST_LOOKS))


def gradient_scalars(sample: Sample) -> dict[str, float]:
    """One look over all shared parameters, by tag; what is not defined in its batch is left out.

    `gradient_cosine/<loss>/<loss>`: below 0 the two are in conflict.
    `gradient_norm/<loss>`: times the declared factor of its task.
    `gradient_conflicts`: share of the pairs that are in conflict.
    `loss_weight/<loss>`: what the balancer said.
    """
    names = list(sample.losses)
    norms, cosines = _geometry(_total([sample], len(names)))
    pairs = itertools.combinations(names, 2)
    found = {f"gradient_cosine/{a}/{b}": cosine for (a, b), cosine in zip(pairs, cosines[0].tolist(), strict=True)}
    known = [cosine for cosine in found.values() if math.isfinite(cosine)]
    if known:
        found["gradient_conflicts"] = sum(cosine < 0 for cosine in known) / len(known)
    found |= {f"gradient_norm/{name}": norm for name, norm in zip(names, norms[0].tolist(), strict=True)}
    found |= {f"loss_weight/{name}": weight for name, weight in sample.weights.items()}
    return {tag: value for tag, value in found.items() if math.isfinite(value)}


def gradient_record(
    samples: Sequence[Sample], losses: Sequence[Loss], *, balancer: BalancerConfig, every: int
) -> GradientRecord:
    """What a record says of `samples`, of which it lists some where they are many.

    Args:
        samples: By step.
        losses: The declared ones, in the order of the samples'.
        balancer: What weighed them.
        every: Steps from one look to the next.
    """
    layers = _largest(samples)
    kept = _spread(samples, numbers=(len(layers) + 1) * len(losses) * (len(losses) + 1) // 2)
    shared = _total(kept, len(losses))
    # A batch without a known label of a loss has a loss of 0; so has none other that reaches something.
    values = [
        [value if value or norm > 0 else math.nan for value, norm in zip(sample.losses.values(), norms, strict=True)]
        for sample, norms in zip(kept, _geometry(shared)[0].tolist(), strict=True)
    ]
    return GradientRecord(
        balancer=balancer.method,
        every=every,
        num_looks=len(samples),
        losses=tuple(loss.name for loss in losses),
        watched=tuple(loss.name for loss in losses if not loss.loss_weight),
        steps=tuple(sample.step for sample in kept),
        values=_digits(values),
        weights=_digits([list(sample.weights.values()) for sample in kept]),
        shared=_layer("all", shared),
        layers=tuple(_layer(name, _stacked(kept, name, len(losses))) for name in layers),
        num_layers=len(dict.fromkeys(name for sample in samples for name in sample.grams)),
    )


def _spread(samples: Sequence[Sample], *, numbers: int) -> list[Sample]:
    """As many as a record has room for, at `numbers` numbers each, the first and the last among them."""
    room = min(MOST_LISTED, max(FEWEST_LISTED, MOST_NUMBERS // max(1, numbers)))
    places = np.linspace(0, len(samples) - 1, min(room, len(samples))).round().astype(int)
    return [samples[place] for place in places]


def _largest(samples: Sequence[Sample]) -> list[str]:
    """Layers that are listed, in the model's order."""
    sizes: dict[str, float] = {}
    for sample in samples:
        for name, gram in sample.grams.items():
            sizes[name] = sizes.get(name, 0.0) + float(np.nan_to_num(np.trace(gram), posinf=0.0))
    most = set(sorted(sizes, key=lambda name: -sizes[name])[:MOST_LAYERS])
    return [name for name in sizes if name in most]


def _stacked(samples: Sequence[Sample], layer: str, num_losses: int) -> np.ndarray:
    nothing = np.zeros([num_losses, num_losses])
    return np.array([sample.grams.get(layer, nothing) for sample in samples], np.float64)


def _total(samples: Sequence[Sample], num_losses: int) -> np.ndarray:
    """`[looks, losses, losses]`, over all layers."""
    nothing = np.zeros([num_losses, num_losses])
    return np.array([sum((gram.astype(np.float64) for gram in sample.grams.values()), nothing) for sample in samples])


def _geometry(grams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`[looks, losses]` norms, NaN for none, and `[looks, pairs]` cosines, of `[looks, losses, losses]` Grams."""
    squares = np.diagonal(grams, axis1=1, axis2=2)
    norms = np.sqrt(np.where(np.isfinite(squares) & (squares > 0), squares, np.nan))
    first, second = np.triu_indices(grams.shape[1], 1)
    with np.errstate(invalid="ignore"):
        cosines = grams[:, first, second] / (norms[:, first] * norms[:, second])
    return norms, np.clip(cosines, -1, 1)


def _layer(name: str, grams: np.ndarray) -> LayerGradients:
    norms, cosines = _geometry(grams)
    rounded = np.round(cosines, DECIMALS) + 0.0  # No -0.
    return LayerGradients(name=name, norms=_digits(norms.tolist()), cosines=_rows(rounded.tolist()))


def _digits(rows: list[list[float]]) -> tuple[tuple[float | None, ...], ...]:
    return _rows([[float(f"{value:.{DIGITS}g}") for value in row] for row in rows])


def _rows(rows: list[list[float]]) -> tuple[tuple[float | None, ...], ...]:
    """JSON has no number for what is not defined."""
    return tuple(tuple(value if math.isfinite(value) else None for value in row) for row in rows)
