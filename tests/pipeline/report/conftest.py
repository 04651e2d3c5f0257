"""A run as a pipeline might leave it: click, conversion given click, and spend given conversion."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest

from components.example_gen.label_report import Finding, LabelReport, OutputCounts, Place
from components.trainer.record import Interval, TrainingRecord
from models.fusion import ExpressionFormula, FusionConfig, PowerProduct
from models.heads import Binary, Regression
from models.tasks import Role, Task, TaskGraph
from pipeline.report.evaluation import OVERALL, Bucket, Curves, Evaluation, Score, Slice, SliceScores
from pipeline.report.record import NodeRecord, NodeState, Push, RunRecord
from pipeline.report.rows import ColumnRecord, NumericSummary, SplitRecord
from tests.pipeline.report.baseline_records import BASELINES
from tests.pipeline.report.gradient_records import GRADIENTS
from tests.pipeline.report.inside_records import CONNECTIONS, EXPERTS, GATES, ROUTES
from tests.pipeline.report.proposal_records import PROPOSAL
from tests.pipeline.report.search_records import RECORD
from tests.pipeline.report.warm_start_records import WARM_START

CASH: Slice = (("payment", "Cash"),)
NO_CHARGE: Slice = (("payment", "No Charge"),)


@pytest.fixture(scope="session")
def graph() -> TaskGraph:
    return TaskGraph(
        (
            Task(name="click", kind=Binary(), label="clicked"),
            Task(name="conversion", kind=Binary(), label="bought > 0", given="click"),
            Task(name="spend", kind=Regression(), label="price", given="conversion", role=Role.AUXILIARY),
        )
    )


@pytest.fixture(scope="session")
def evaluation() -> Evaluation:
    scores = []
    for where, rows, clicks, sales in ((OVERALL, 6_000, 1_990, 480), (CASH, 1_770, 580, 170), (NO_CHARGE, 40, 0, 0)):
        scores += [
            _scores("click", where, known=rows, positives=clicks, candidate=(0.6802, 0.5967), baseline=(0.662, 0.6383)),
            _scores(
                "conversion",
                where,
                known=clicks,
                positives=sales,
                candidate=(0.7264, 0.5036),
                baseline=(0.7446, 0.4908),
            ),
            _scores(
                "click_and_conversion",
                where,
                known=rows,
                positives=sales,
                candidate=(0.774, 0.2463),
                baseline=(0.766, 0.2464),
            ),
            _spend(where, sales),
        ]
    curves = [
        _curves(output, model, power)
        for output in ("click", "conversion", "click_and_conversion")
        for model, power in (("candidate", 3.0), ("baseline", 2.2))
    ]
    return Evaluation(scores=tuple(scores), curves=tuple(curves), has_baseline=True)


@pytest.fixture(scope="session")
def training() -> TrainingRecord:
    names = ("click", "click_and_conversion", "spend")
    intervals = []
    for epoch in range(1, 9):
        train = {f"{name}_loss": 0.3 + 0.4 / (place + 1) / epoch for place, name in enumerate(names)}
        held_out = {name: value + 0.01 + 0.004 * max(0, epoch - 5) ** 2 for name, value in train.items()}
        intervals.append(
            Interval(
                epoch=epoch,
                step=epoch * 250,
                train={"loss": sum(train.values()), **train},
                watched={"loss": sum(held_out.values()), **held_out, "click_auc": 0.68, "spend_rmse": 0.48},
                score=-sum(held_out.values()),
                seconds=2.4,
            )
        )
    return TrainingRecord(
        intervals=tuple(intervals),
        selected_epoch=5,
        rule="main_tasks",
        watched_split="validation",
        num_parameters=1_234_567,
        num_embedding_parameters=1_180_000,
        examples_per_second=52_300.0,
        input_examples_per_second=260_000.0,
        resumed_from_step=0,
        gates=GATES,
        experts=EXPERTS,
        connections=CONNECTIONS,
        routes=ROUTES,
        gradients=GRADIENTS,
        warm_start=WARM_START,
    )


@pytest.fixture(scope="session")
def labels() -> LabelReport:
    counts = {"click": (1, 0.33), "conversion": (0.33, 0.08), "click_and_conversion": (1, 0.08), "spend": (0.08, 0.08)}
    rows = {"train": 18_000, "eval": 6_000}
    return LabelReport(
        rows=rows,
        outputs={
            output: {
                split: OutputCounts(known=round(known * number), positive=round(positive * number))
                for split, number in rows.items()
            }
            for output, (known, positive) in counts.items()
        },
        contradictions={"conversion": Finding(rows=9, share=0.0047, first=(Place("/rows/trips.csv", 17, "price=3"),))},
        unusable_weights={},
        missing={"fare": 12},
        not_finite={"fare": 2},
    )


@pytest.fixture(scope="session")
def splits() -> tuple[SplitRecord, ...]:
    return tuple(
        SplitRecord(name=name, rows=rows, columns=(*_raw_columns(rows), *_derived_columns(rows)))
        for name, rows in (("train", 18_000), ("eval", 6_000))
    )


@pytest.fixture(scope="session")
def run(
    graph: TaskGraph,
    evaluation: Evaluation,
    training: TrainingRecord,
    labels: LabelReport,
    splits: tuple[SplitRecord, ...],
) -> RunRecord:
    """A run that was blessed and pushed beside a serving model."""
    seconds = {
        "TaskExampleGen": 4.1,
        "StatisticsGen": 0.02,
        "Transform": 14.2,
        "Trainer": 11.3,
        "Evaluator": 9.8,
        "Pusher": 0.1,
    }
    nodes, start = [], 0.0
    for name, took in seconds.items():
        state = NodeState.CACHED if name == "StatisticsGen" else NodeState.COMPLETE
        nodes.append(NodeRecord(name=name, state=state, start_s=start, seconds=took))
        start += took + 0.3
    return RunRecord(
        pipeline="shop",
        run_id="2026-01-31T02-00-00.123456",
        started=1_769_824_800.0,
        graph=graph,
        configuration="name: shop\ntraining:\n  epochs: 8\n",
        nodes=tuple(nodes),
        splits=splits,
        anomalies=(),
        label_check=labels,
        training=training,
        evaluation=evaluation,
        blessed=True,
        push=Push(destination="/served/shop/1769824841", version="1769824841"),
        baselines=BASELINES,
        search=RECORD,
        proposal=PROPOSAL,
    )


@pytest.fixture(scope="session")
def fused(run: RunRecord, evaluation: Evaluation) -> RunRecord:
    """The run of a model that serves two formulas' scores, judged by what is bought."""
    fusion = FusionConfig(
        served="main",
        label="click_and_conversion",
        formulas={
            "main": PowerProduct(weights={"click": 1.0, "conversion": 0.5}),
            "explore": ExpressionFormula(expression="click + spend"),
        },
    )
    numbers = {"score": (0.7812, 0.7795), "score/explore": (0.6611, 0.6702)}
    scores = [
        SliceScores(
            output=output,
            slice=where,
            known=6_000,
            positives=480,
            mean_label=0.08,
            candidate={"auc": Score(new), "gauc": Score(new - 0.02)},
            baseline={"auc": Score(old), "gauc": Score(old - 0.02)},
        )
        for output, (new, old) in numbers.items()
        for where in (OVERALL, CASH)
    ]
    curves = [
        dataclasses.replace(_curves(output, model, 3.5), calibration=())
        for output in numbers
        for model in ("candidate", "baseline")
    ]
    both = dataclasses.replace(evaluation, scores=(*evaluation.scores, *scores), curves=(*evaluation.curves, *curves))
    return dataclasses.replace(run, fusion=fusion, evaluation=both)


def _scores(
    output: str,
    where: Slice,
    *,
    known: float,
    positives: float,
    candidate: tuple[float, float],
    baseline: tuple[float, float],
) -> SliceScores:
    def scores(values: tuple[float, float], ratio: float) -> Mapping[str, Score]:
        numbers = {"auc": values[0], "log_loss": values[1], "calibration": ratio}
        if not positives:
            why = {"auc": "one class", "calibration": "no positives"} if known else {}
            return {
                name: Score(None, why.get(name, "no rows")) if name in why or not known else Score(number)
                for name, number in numbers.items()
            }
        return {name: Score(number) for name, number in numbers.items()}

    return SliceScores(
        output=output,
        slice=where,
        known=known,
        positives=positives,
        mean_label=positives / known if known else None,
        candidate=scores(candidate, 1.032),
        baseline=scores(baseline, 1.068),
    )


def _spend(where: Slice, known: float) -> SliceScores:
    def scores(squared: float) -> Mapping[str, Score]:
        numbers = {"mse": squared, "mae": squared**0.5 * 0.8, "calibration": 1.0003}
        return {name: Score(number) if known else Score(None, "no rows") for name, number in numbers.items()}

    return SliceScores(
        output="spend",
        slice=where,
        known=known,
        positives=None,
        mean_label=3.336 if known else None,
        candidate=scores(0.233),
        baseline=scores(0.267),
    )


def _curves(output: str, model: str, power: float) -> Curves:
    roc = tuple((place / 50, 1 - (1 - place / 50) ** power) for place in range(51))
    buckets = tuple(
        Bucket(predicted=0.05 + 0.07 * place, observed=0.05 + 0.07 * place + 0.01 * (-1) ** place, rows=600)
        for place in range(10)
    )
    return Curves(output=output, model=model, roc=roc, calibration=buckets)


def _raw_columns(rows: int) -> tuple[ColumnRecord, ...]:
    fare = NumericSummary(
        mean=12.33,
        std=11.9,
        min=0.0,
        median=7.85,
        max=700.5,
        deciles=(0.0, 4.9, 5.5, 6.2, 7.0, 7.85, 8.9, 10.6, 14.2, 29.8, 700.5),
        histogram=(9_000.0, 4_000.0, 1_500.0, 700.0, 300.0, 90.0, 40.0, 12.0, 3.0, 1.0),
    )
    top = (("Cash", rows // 2), ("Credit Card", rows // 3))
    return (
        ColumnRecord(name="fare", type="float", present=rows - 9, missing=9, numeric=fare),
        ColumnRecord(name="payment", type="string", present=rows, missing=0, num_unique=7, top=top),
    )


def _derived_columns(rows: int) -> tuple[ColumnRecord, ...]:
    price = NumericSummary(mean=0.264, std=0.9, min=0.0, median=0.0, max=9.0)
    return (ColumnRecord(name="label/spend", type="float", present=rows, missing=0, numeric=price),)
