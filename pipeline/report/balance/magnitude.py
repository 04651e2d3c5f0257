"""Magnitude: whether one loss has so long a gradient that the others hardly turn the update."""

from __future__ import annotations

import statistics
from typing import Final

from components.trainer.gradient_record import GradientRecord
from pipeline.report import numbers
from pipeline.report.balance.finding import FEWEST_LOOKS, Finding, Offer, State, offers_against

__all__ = ["magnitude"]

PROBLEM: Final = "magnitude"
DROWNS: Final = 10.0  # A gradient of a tenth of the other's length turns their sum by less than 6 degrees.
OFFERS: Final = (
    Offer("gradnorm", "drives the lengths towards one another"),
    Offer("imtl_g", "gives every gradient the same projection on the update"),
    Offer("uncertainty", "learns a weight a loss; on rare binary labels with its cap"),
    Offer("metabalance", "caps an auxiliary gradient at the main one's length"),
    Offer("pe_ltr", "keeps every weight above a declared bound"),
    Offer("", "or a larger loss_weight of what is drowned"),
)


def magnitude(record: GradientRecord) -> Finding:
    """Compares the median lengths of what enters the update: gradient, times declared factor, times weight."""
    raw, weighed = _medians(record, is_weighed=False), _medians(record, is_weighed=True)
    if len(weighed) < 2:
        sentence = f"Fewer than two losses had a gradient in {FEWEST_LOOKS} looks."
        return Finding(PROBLEM, State.UNTOLD, (sentence,))
    (small, least), *_, (large, most) = sorted(weighed.items(), key=lambda item: item[1])
    seen = (
        f"Median length of what enters the update of the shared parameters: largest {numbers.measure(most)} "
        f"({large}), smallest {numbers.measure(least)} ({small}), {_ratio(weighed)}."
    )
    if most > DROWNS * least:
        judged = f"{large} drowns {small}: beyond {DROWNS:.0f} times, the smaller one hardly turns the update."
        return Finding(PROBLEM, State.FOUND, (seen, judged), offers_against(record, OFFERS))
    judged = f"Within {DROWNS:.0f} times, none drowns another."
    if max(raw.values()) > DROWNS * min(raw.values()):
        return Finding(PROBLEM, State.HELD, (seen, judged, f"Without {record.balancer}'s weights it is {_ratio(raw)}."))
    return Finding(PROBLEM, State.FINE, (seen, judged))


def _ratio(medians: dict[str, float]) -> str:
    least = min(medians.values())
    return f"{numbers.compact(max(medians.values()) / least)} times" if least else "beyond all measure"


def _medians(record: GradientRecord, *, is_weighed: bool) -> dict[str, float]:
    """By loss that is trained, where it had a gradient often enough."""
    found = {}
    for place, name in enumerate(record.losses):
        pairs = [
            (norm, weight)
            for norms, weights in zip(record.shared.norms, record.weights, strict=True)
            if (norm := norms[place]) is not None and (weight := weights[place]) is not None
        ]
        if name not in record.watched and len(pairs) >= FEWEST_LOOKS:
            found[name] = statistics.median(norm * abs(weight) if is_weighed else norm for norm, weight in pairs)
    return found
