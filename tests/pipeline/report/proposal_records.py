"""A proposal with something of everything; the search was lucky."""

from components.comparison import Comparison
from components.fusion_tuner.change import Change
from components.fusion_tuner.proposal import Proposal, Stack
from components.fusion_tuner.result import Checked, FusionTuning, Halves
from components.fusion_tuner.search import Tried
from components.fusion_tuner.segments import SegmentFound, SegmentsFound
from components.fusion_tuner.space import Bounds

__all__ = ["PROPOSAL", "TUNING"]


def _tried(buy, click, conversion):
    values = {"click.gauc": click, "conversion.gauc": conversion}
    return Tried({"click": 1.0, "conversion": buy}, values)


TUNING = FusionTuning(
    goal="pareto",
    aims=("click.gauc", "conversion.gauc"),
    objectives=("click.gauc", "conversion.gauc"),
    bounds={"conversion": Bounds(least=0.0, most=2.0)},
    tried=(_tried(1.0, 0.6, 0.7), _tried(1.5, 0.61, 0.73), _tried(0.5, 0.64, 0.68), _tried(0.1, 0.59, 0.6)),
    refused=1,
    front=(
        Checked(1, {"click.gauc": 0.605, "conversion.gauc": 0.72}, {"click.gauc": 0.005, "conversion.gauc": 0.01}),
        Checked(2, {"click.gauc": 0.62, "conversion.gauc": 0.67}, {"click.gauc": 0.02, "conversion.gauc": 0.01}),
    ),
    present={"click.gauc": 0.598, "conversion.gauc": 0.7},
    chosen=1,
    comparison=Comparison(cells=()),
    halves=Halves(1_200, 1_100, 7),
    seed=0,
)
PROPOSAL = Proposal(
    formula="main",
    before={"main.click": 1.0, "main.conversion": 1.0, "main.click@Cash": 2.0},
    after={"main.click": 1.0, "main.conversion": 1.5, "main.conversion@Card": 1.75},
    tuning=TUNING,
    changes=(
        Change(objective="click.gauc", before=0.6, after=0.605, low=-0.001, high=0.011),
        Change(objective="conversion.gauc", before=0.7, after=0.72, low=None, high=None, remark="Of 3 users alone."),
    ),
    segments=SegmentsFound(
        column="payment",
        found=(
            SegmentFound(
                segment="Card",
                users=90,
                weights={"conversion": 1.75},
                changes=(Change(objective="click.gauc", before=0.6, after=0.61, low=0.004, high=0.016),),
                optimism={"click.gauc": 0.001},
            ),
            SegmentFound(segment="Cash", users=9, why="fewer than 40 users"),
        ),
        few=3,
        few_rows=40,
    ),
    stack=Stack(
        expression="weight_click * click",
        weights={"weight_click": 0.25},
        target="conversion",
        rows=400,
        left_out=800,
        values={"click.gauc": 0.59, "conversion.gauc": 0.71},
    ),
    without_propensity=11,
)
