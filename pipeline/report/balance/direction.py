"""Direction: whether the gradients of two losses point against one another."""

from __future__ import annotations

import dataclasses
from typing import Final

from components.trainer.gradient_record import GradientRecord
from pipeline.report import numbers
from pipeline.report.balance.finding import FEWEST_LOOKS, Finding, Offer, State, known, listed, offers_against
from pipeline.report.balance.noise import Mean, mean_of

__all__ = ["PairDirection", "direction", "pair_directions"]

PROBLEM: Final = "direction"
OPPOSED: Final = -0.05  # Removing a conflict of cosine c changes a gradient by |c| of its length: less is not felt.
LAYERS: Final = 0.25  # Share of the layers in conflict from which a pair is, whatever it is on the whole.
MOST_NAMED: Final = 3
# Balancers whose update no conflict, or a lesser one, is left in.
REMOVES: Final = (
    "pcgrad",
    "gradvac",
    "cagrad",
    "upgrad",
    "dualproj",
    "aligned_mtl",
    "mgda",
    "pe_ltr",
    "nash_mtl",
    "fairgrad",
    "imtl_g",
)
OFFERS: Final = (
    Offer("pcgrad", "takes out of each gradient what opposes another"),
    Offer("gradvac", "moves each pair towards the cosine it usually has"),
    Offer("cagrad", "helps the worst-off loss near the mean gradient"),
    Offer("upgrad", "takes the nearest update that opposes none"),
    Offer("aligned_mtl", "makes the gradients orthogonal and of one length"),
    Offer("", "or more experts of each task's own, as in ple"),
    Offer("", "or declare a task that only helps another auxiliary"),
)


@dataclasses.dataclass(frozen=True)
class PairDirection:
    """Two losses.

    Attributes:
        first: Name of one.
        second: Name of the other.
        cosine: Over all shared parameters; None where too few looks saw both.
        num: Looks that saw both.
        negative: Share of those looks with a negative cosine.
        layers: Names of the layers in conflict.
        num_layers: Layers in which the two meet often enough.
        negative_cells: Share of negative cosines among all layers and looks.
    """

    first: str
    second: str
    cosine: Mean | None
    num: int
    negative: float
    layers: tuple[str, ...]
    num_layers: int
    negative_cells: float

    @property
    def is_opposed(self) -> bool:
        """Whether the two are in conflict beyond noise, on the whole or in many layers."""
        if self.cosine is None:
            return False
        return is_conflict(self.cosine) or len(self.layers) >= LAYERS * self.num_layers > 0


def is_conflict(cosine: Mean) -> bool:
    """Whether a mean cosine is below 0 beyond its noise, and far enough to be felt."""
    return cosine.high < 0 and cosine.value <= OPPOSED


def pair_directions(record: GradientRecord) -> tuple[PairDirection, ...]:
    """All pairs, the most opposed first."""
    pairs = [_pair(record, place) for place in range(len(record.pairs))]
    return tuple(sorted(pairs, key=lambda pair: pair.cosine.value if pair.cosine else 1.0))


def direction(record: GradientRecord) -> Finding:
    """Compares mean cosines with 0."""
    pairs = [pair for pair in pair_directions(record) if pair.cosine is not None]
    if not pairs:
        sentence = f"No two losses had a gradient by the same parameters in {FEWEST_LOOKS} looks."
        return Finding(PROBLEM, State.UNTOLD, (sentence,))
    opposed = [pair for pair in pairs if pair.is_opposed]
    if not opposed:
        judged = "No pair is in conflict beyond the noise."
        return Finding(PROBLEM, State.FINE, (f"The least agreeing pair: {_text(pairs[0])}.", judged))
    shown = [f"{_text(pair)}." for pair in opposed[:MOST_NAMED]]
    more = [f"So are {len(opposed) - MOST_NAMED} more pairs."] if len(opposed) > MOST_NAMED else []
    at_work = [f"{record.balancer} works against it already."] if record.balancer in REMOVES else []
    sentences = ("In conflict beyond the noise:", *shown, *more, *at_work)
    return Finding(PROBLEM, State.HELD if at_work else State.FOUND, sentences, offers_against(record, OFFERS))


def _pair(record: GradientRecord, place: int) -> PairDirection:
    (first, second), cosines = record.pairs[place], known(record.shared.cosines, place)
    by_layer = {layer.name: known(layer.cosines, place) for layer in record.layers}
    cells = [cosine for of_layer in by_layer.values() for cosine in of_layer]
    met = {name: mean_of(of_layer) for name, of_layer in by_layer.items() if len(of_layer) >= FEWEST_LOOKS}
    return PairDirection(
        first=first,
        second=second,
        cosine=mean_of(cosines) if len(cosines) >= FEWEST_LOOKS else None,
        num=len(cosines),
        negative=_negative(cosines),
        layers=tuple(name for name in sorted(met, key=lambda name: met[name].value) if is_conflict(met[name])),
        num_layers=len(met),
        negative_cells=_negative(cells),
    )


def _negative(cosines: list[float]) -> float:
    return sum(cosine < 0 for cosine in cosines) / len(cosines) if cosines else 0.0


def _text(pair: PairDirection) -> str:
    if pair.cosine is None:
        return f"{pair.first} and {pair.second}: {pair.num} looks"
    where = f", opposed in {len(pair.layers)} of {pair.num_layers} layers" if pair.num_layers else ""
    named = f" (most in {listed(pair.layers[:MOST_NAMED])})" if pair.layers else ""
    return (
        f"{pair.first} and {pair.second}: mean cosine {numbers.signed(pair.cosine.value, 3)} "
        f"\N{PLUS-MINUS SIGN} {numbers.measure(pair.cosine.noise, 3)} over {pair.num} looks, negative in "
        f"{numbers.share(pair.negative)} of the looks and {numbers.share(pair.negative_cells)} of layers and "
        f"looks{where}{named}"
    )
