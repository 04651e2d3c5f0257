"""All three problems in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from components.trainer.gradient_record import GradientRecord
from pipeline.report.balance.direction import direction
from pipeline.report.balance.finding import Finding, State, listed
from pipeline.report.balance.magnitude import magnitude
from pipeline.report.balance.velocity import velocity

__all__ = ["findings_of", "overall_sentence"]


def findings_of(record: GradientRecord) -> tuple[Finding, ...]:
    """Magnitude, velocity and direction."""
    return magnitude(record), velocity(record), direction(record)


def overall_sentence(record: GradientRecord, findings: Sequence[Finding]) -> str:
    """What a person should do about it."""
    by_state = {state: [one.problem for one in findings if one.state is state] for state in State}
    said = []
    if found := by_state[State.FOUND]:
        said.append(f"This run has a problem of {listed(found)}: a tuned static sum is what any remedy must beat.")
    if held := by_state[State.HELD]:
        said.append(f"Its balancer, {record.balancer}, is at work on {listed(held)}.")
    if untold := by_state[State.UNTOLD]:
        said.append(
            f"Too few looks, {record.num_looks}, to tell of {listed(untold)}: lower `training.look_every_steps` "
            f"from {record.every}, or train longer."
        )
    if not said:
        other = "" if record.balancer == "static" else f", and worth a try in place of {record.balancer}"
        return f"None of the three problems shows: static is fine{other}."
    if fine := by_state[State.FINE]:
        said.append(f"Nothing is wrong with {listed(fine)}.")
    return " ".join(said)
