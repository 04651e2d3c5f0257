"""Signals stand among the losses whose affinity is measured, observed ones too."""

import numpy as np
import pytest

from components.affinity.lookahead import Lookahead
from components.affinity.run import _watching
from components.trainer.plan import TrainerPlan
from components.trainer.settings import TrainingSettings
from models.balancers import Static
from models.optimizers import Adagrad, Adam, build
from models.settings import ModelSettings
from models.tasks import TaskGraph
from tests.models.samples import FUNNEL, SMALL
from tests.models.signals.samples import BATCH, OBSERVED, SIGNALS_OF_ALL_KINDS, signal_model


def plan_of(signals):
    return TrainerPlan(
        tasks=FUNNEL.tasks,
        inputs=(),
        columns={},
        model=ModelSettings(architecture=SMALL, tower=(4,)),
        balancing=Static(),
        training=TrainingSettings(epochs=1),
        watched_split="eval",
        checkpoint_root="",
        signals=signals,
    )


def test_observed_signals_are_measured_at_the_factor_0_and_positions_are_left_as_they_are():
    watching = _watching(plan_of(OBSERVED))
    assert [(loss.name, loss.loss_weight) for loss in watching.graph.losses[3:]] == [("views", 0.0), ("rebuilt", 0.0)]
    assert watching.signals[2] == OBSERVED[2]
    trained = plan_of(SIGNALS_OF_ALL_KINDS)
    assert _watching(trained) == trained


@pytest.mark.slow
def test_a_look_tells_what_a_step_along_a_signal_does_to_tasks():
    model = signal_model(_watching(plan_of(OBSERVED)).signals)
    model.compile(optimizer=build(Adam(learning_rate=0.01), Adagrad(learning_rate=0.1)))
    found = Lookahead(model)(*BATCH).numpy()
    assert found.shape == (5, 5)
    assert np.isfinite(found).all()
    assert (np.diag(found) > 0).all()  # A step along a loss lowers it.
    assert (found[3:, :3] != 0).all()
    assert TaskGraph(FUNNEL.tasks, OBSERVED).losses == FUNNEL.losses
