"""From advice for pairs to a change of the configuration."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

import yaml

from models.architectures import CGC, PLE, ArchitectureConfig, SingleTask
from models.binding import unbind
from models.tasks import Role
from pipeline.affinity.effect import Advice
from pipeline.affinity.record import PairAdvice
from pipeline.config import PipelineConfig

__all__ = ["propose"]

_SHARED, _OWN = 1, 2  # Experts of all and of each task, where tasks are to be kept apart: more of their own.
_WIDTH: Final = 120


def propose(config: PipelineConfig, pairs: Sequence[PairAdvice]) -> str | None:
    """A part of a configuration file to be taken over by hand, or None where advice changes nothing."""
    architecture = _architecture(config.model.architecture, [one.advice for one in pairs])
    helpers = dict.fromkeys(one.auxiliary for one in pairs if one.auxiliary is not None)
    tasks = config.graph.by_name  # A signal that helps has no line among the tasks to be changed.
    auxiliary = [name for name in helpers if name in tasks and tasks[name].role is Role.MAIN]
    if architecture is None and not auxiliary:
        return None
    lines = _why(pairs)
    if architecture is not None:
        lines += ["model:", f"  architecture: {_one_line(_declared(architecture))}"]
    if auxiliary:
        lines += ["tasks:  # One more line in each; all else stays."]
        lines += [f"  - {_one_line({'name': name, 'role': Role.AUXILIARY.value})}" for name in auxiliary]
    return "\n".join(lines) + "\n"


def _architecture(now: ArchitectureConfig, advice: Sequence[Advice]) -> ArchitectureConfig | None:
    """Which one to take instead; None to stay."""
    sharing = {Advice.SHARE, Advice.AUXILIARY} & set(advice)
    if Advice.SEPARATE not in advice:
        return CGC(expert=now.expert) if sharing and isinstance(now, SingleTask) else None
    if set(advice) == {Advice.SEPARATE}:
        return None if isinstance(now, SingleTask) else SingleTask(expert=now.expert)
    if isinstance(now, (CGC, PLE)):
        return None if now.num_specific >= _OWN else dataclasses.replace(now, num_specific=_OWN)
    return (
        None
        if isinstance(now, SingleTask) and not sharing
        else CGC(num_shared=_SHARED, num_specific=_OWN, expert=now.expert)
    )


def _why(pairs: Sequence[PairAdvice]) -> list[str]:
    """Comments: which tasks the shared experts are for, and which their own keep apart."""
    said = {
        "Shared experts are for": [one.pair for one in pairs if one.advice in (Advice.SHARE, Advice.AUXILIARY)],
        "Their own experts keep apart": [one.pair for one in pairs if one.advice is Advice.SEPARATE],
    }
    return [f"# {what}: {'; '.join(' and '.join(pair) for pair in named)}." for what, named in said.items() if named]


def _declared(architecture: ArchitectureConfig) -> dict[str, Any]:
    """Its name and what is not as by default; `Any` as YAML has it."""
    plain, default = unbind(architecture), unbind(type(architecture)())
    return {key: value for key, value in plain.items() if key in ("name", *_SIZES) or value != default[key]}


_SIZES: Final = ("num_shared", "num_specific", "expert")


def _one_line(value: dict[str, Any]) -> str:
    return str(yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=_WIDTH)).strip()
