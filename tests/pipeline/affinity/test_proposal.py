"""What is proposed is a part of a configuration, and says which tasks it is for."""

import types

import pytest
import yaml

from models.architectures import (
    CGC,
    PLE,
    ArchitectureConfig,
    MMoE,
    SharedBottom,
    SingleTask,
)
from models.binding import bind
from models.heads import Binary
from models.tasks import Role, Task, TaskGraph
from pipeline.affinity.effect import Advice
from pipeline.affinity.proposal import propose
from pipeline.affinity.record import PairAdvice

GRAPH = TaskGraph(
    (
        Task(name="click", kind=Binary(), label="c"),
        Task(name="like", kind=Binary(), label="l"),
        Task(name="hide", kind=Binary(), label="h", role=Role.AUXILIARY),
    )
)
PAIRS = (("click", "like"), ("click", "hide"), ("like", "hide"))


def proposed(architecture, *advice, auxiliary=None):
    config = types.SimpleNamespace(model=types.SimpleNamespace(architecture=architecture), graph=GRAPH)
    pairs = [
        PairAdvice(pair, one, auxiliary if one is Advice.AUXILIARY else None)
        for pair, one in zip(PAIRS, advice, strict=True)
    ]
    text = propose(config, pairs)
    return None if text is None else (yaml.safe_load(text), text)


def bound(part):
    value, problems = bind(ArchitectureConfig, part["model"]["architecture"])
    assert problems == []
    return value


SHARE, AUXILIARY, SEPARATE, UNKNOWN = Advice.SHARE, Advice.AUXILIARY, Advice.SEPARATE, Advice.CANNOT_TELL


@pytest.mark.parametrize(
    ("now", "advice", "then"),
    [
        (SharedBottom(expert=(9,)), (SHARE, SEPARATE, UNKNOWN), CGC(num_shared=1, num_specific=2, expert=(9,))),
        (MMoE(expert=(9, 8)), (UNKNOWN, SEPARATE, UNKNOWN), CGC(num_shared=1, num_specific=2, expert=(9, 8))),
        (PLE(num_levels=3, num_specific=1), (SHARE, SEPARATE, SHARE), PLE(num_levels=3, num_specific=2)),
        (MMoE(expert=(9,)), (SEPARATE, SEPARATE, SEPARATE), SingleTask(expert=(9,))),
        (SingleTask(expert=(9,)), (SHARE, UNKNOWN, UNKNOWN), CGC(expert=(9,))),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_the_architecture_follows_the_advice(now, advice, then):
    part, _ = proposed(now, *advice)
    assert bound(part) == then
    assert set(part) == {"model"}


@pytest.mark.parametrize(
    ("now", "advice"),
    [
        (MMoE(), (SHARE, SHARE, SHARE)),
        (MMoE(), (UNKNOWN, UNKNOWN, UNKNOWN)),
        (SingleTask(), (SEPARATE, SEPARATE, SEPARATE)),
        (SingleTask(), (SEPARATE, UNKNOWN, UNKNOWN)),
        (PLE(num_specific=2), (SHARE, SEPARATE, SHARE)),
        (CGC(num_specific=3), (SHARE, SEPARATE, SHARE)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_nothing_is_proposed_where_the_configuration_has_it_so(now, advice):
    assert proposed(now, *advice) is None


def test_a_helper_that_is_hurt_becomes_auxiliary_unless_it_is():
    part, text = proposed(MMoE(), AUXILIARY, UNKNOWN, UNKNOWN, auxiliary="like")
    assert part == {"tasks": [{"name": "like", "role": "auxiliary"}]}
    assert "# Shared experts are for: click and like." in text
    assert proposed(MMoE(), AUXILIARY, UNKNOWN, UNKNOWN, auxiliary="hide") is None


def test_it_says_whom_the_experts_are_for():
    _, text = proposed(MMoE(), SHARE, SEPARATE, SEPARATE)
    assert text.splitlines()[:2] == [
        "# Shared experts are for: click and like.",
        "# Their own experts keep apart: click and hide; like and hide.",
    ]
