"""The multi-task model: inputs, architecture, towers, heads and its training step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, Final, final

import tensorflow as tf
from typing_extensions import override

from models.balancers import Balancer, BalancerConfig, Seen, Static
from models.balancers.in_parts import parts_problems
from models.binding import bind_or_raise, unbind
from models.errors import raise_if_any
from models.experts.base import Shares
from models.gradients.telemetry import Sample, Telemetry
from models.inputs.encoder import InputEncoder, Lookup
from models.inputs.one_row import one_row
from models.inputs.spec import Input
from models.losses.terms import loss_terms
from models.metrics.scoreboard import Scoreboard
from models.outputs import output_scores, predictions
from models.settings import ModelSettings
from models.signals import signal_problems
from models.signals.base import Parts, Scene
from models.signals.check import network_problems
from models.signals.ensemble import Signals
from models.tasks import TaskGraph
from models.towers import Towers
from models.training_step import TrainingStep

__all__ = ["MultiTaskModel"]

Features = Mapping[str, tf.Tensor]

_DECLARED_BY_TASKS: Final = ("loss", "loss_weights", "metrics", "weighted_metrics")  # Arguments of Keras' compile.


@final
@tf.keras.saving.register_keras_serializable(package="evenkeel")
class MultiTaskModel(tf.keras.Model):
    """Predicts all outputs of a task graph in one forward pass.

    Its weights exist from the start. `fit` and `evaluate` take a dataset of (features, targets): `targets` holds the
    columns that `models.tasks` names, `[batch]` each; labels of all losses are required, known-masks and sample
    weights are 1 where there is no column.

    Call arguments:
        features: By input name, see `InputEncoder`.

    Returns:
        By served name, float32, `[batch]` but for classes, quantiles and levels: see `models.outputs.predictions`.

    Args:
        settings: Which network.
        inputs: The columns it reads, those that signals read in training alone among them.
        tasks: What it predicts, and what it learns beside.
        balancer: How much each task's loss counts.
    """

    def __init__(
        self,
        settings: ModelSettings,
        inputs: tuple[Input, ...],
        tasks: TaskGraph,
        balancer: Balancer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"name": "multi_task_model", **kwargs})
        self.settings, self.tasks, self._all_inputs = settings, tasks, tuple(inputs)
        self.input_specs = tuple(one for one in inputs if one.name not in tasks.training_inputs)
        self.balancer = balancer or Static()
        names = tuple(task.name for task in tasks.tasks)
        problems = [problem.message for problem in settings.input_problems(self.input_specs)]
        problems += [problem.message for problem in self.balancer.problems(tasks.losses)]
        problems += [problem.message for problem in self.balancer.input_problems(self.input_specs)]
        found = signal_problems(tasks.signals, tasks.tasks, taken=tasks.taken_names, inputs=self._all_inputs)
        problems += [problem.message for problem in found]
        problems += network_problems(tasks.signals, settings.architecture)
        raise_if_any("model", [*problems, *settings.architecture.graph_problems(names)])
        self._encoder = InputEncoder(
            inputs=self.input_specs, seed=settings.seed, sequences=settings.interaction.sequences, name="inputs"
        )
        self._interaction = settings.interaction.build(self.input_specs, settings.style)
        self._network = settings.architecture.build(names, settings.style)
        self._towers = Towers(tasks=tasks, units=settings.tower, style=settings.style)
        self._scoreboard = Scoreboard(tasks)
        self(one_row(self.input_specs))
        self.signals: Signals | None = None
        if tasks.signals:
            self.signals = Signals(signals=tasks.signals, inputs=self._all_inputs, style=settings.style)
            self.logits(one_row(self._all_inputs), training=False)
        self._step = TrainingStep(self.balancer, tasks, self.trainable_variables, inputs=self.input_specs)
        self._memory = dict(self._step.memory)  # Here Keras finds it for checkpoints.

    def train_by(self, *, look_every: int = 0, num_parts: int = 1) -> None:
        """Says how steps are made from now on; to be called before training.

        Args:
            look_every: Steps from one look at the gradients of all losses to the next; 0 never looks.
            num_parts: In how many parts a batch is passed through, see `TrainingStep`.
        """
        raise_if_any("model", parts_problems(num_parts, self.settings.architecture, self.balancer))
        self._step.num_parts = num_parts
        if look_every and self._step.telemetry is None:
            with self.distribute_strategy.scope():
                self._step.telemetry = Telemetry(self.tasks.watched, self.trainable_variables, every=look_every)
            self._looks = self._step.telemetry.variables_by_name
        if self._step.telemetry is not None:
            self._step.telemetry.every = look_every

    @property
    def balancer_memory(self) -> Mapping[str, tf.Variable]:
        """What the balancer remembers from step to step, by name."""
        return self._step.memory

    def looked_at(self) -> list[Sample]:
        """What looks at gradients have come to so far."""
        telemetry = self._step.telemetry
        return [] if telemetry is None else telemetry.samples()

    @override
    def compile(self, optimizer: Any, **kwargs: Any) -> None:  # Keras takes a name, a config or an optimizer.
        """Keras' own, without losses and metrics: these follow from the task graph."""
        refused = sorted(name for name in _DECLARED_BY_TASKS if kwargs.get(name) is not None)
        if refused:
            raise ValueError(
                f"`{refused[0]}` must not be given, got {kwargs[refused[0]]!r}: losses and metrics follow from the "
                "task graph, so declare them there."
            )
        super().compile(optimizer=optimizer, **kwargs)
        # With its slots made now, a checkpoint written or read before the first step holds them.
        if isinstance(self.optimizer, tf.keras.optimizers.Optimizer):
            with self.distribute_strategy.scope():
                self.optimizer.build(self.trainable_variables)

    @override
    def call(self, features: Features, training: bool | None = None) -> dict[str, tf.Tensor]:
        representations = self._represent(self._encoder(features), training=training)
        return predictions(self.tasks, self._towers(representations, training=training))

    def logits(
        self, features: Features, *, vectors: Features | None = None, training: bool | None = None
    ) -> dict[str, tf.Tensor]:
        """By tower, `[batch]` float32, or `[batch, width]` where its task's head has several; what signals have to say.

        Args:
            features: See the class.
            vectors: What was looked up in the tables, see `InputEncoder`; None looks it up.
            training: Whether to draw what is drawn in training alone.
        """
        parts = self._encoder(features, vectors=vectors)
        representations = self._represent(parts, training=training)
        logits = self._towers(representations, training=training)
        if self.signals is None:
            return logits

        def again(change: Callable[[Parts], Parts], draws: bool | None) -> tf.Tensor:
            return _shared(self._represent(change(parts), training=draws))

        scene = Scene(features, vectors, logits, _shared(representations), again)
        return self.signals.join(scene, training=training)

    def gate_weights(self, features: Features) -> dict[str, tf.Tensor]:
        """By gate, `[batch, experts]`: how much of each expert it takes; empty without gates."""
        return self._network.gate_weights(*self._encode(self._encoder(features)))

    @property
    def gate_experts(self) -> dict[str, tuple[str, ...]]:
        """By gate, the names of its experts, in the order of `gate_weights`."""
        return self._network.gate_experts

    def connection_map(self) -> dict[str, Shares]:
        """By level, how much of each expert every stream takes, where that is learned for all rows at once."""
        return self._network.connection_map()

    def num_open(self) -> dict[str, tf.Tensor]:
        """By level, the expected number of open connections, where they open and close by chance."""
        return self._network.num_open()

    def routes(self) -> dict[str, Shares]:
        """By level, the probability with which every task's router takes each function block."""
        return self._network.routes()

    @property
    def metrics(self) -> list[tf.keras.metrics.Metric]:
        """What Keras resets between epochs."""
        return self._scoreboard.metrics

    def _represent(self, parts: Parts, *, training: bool | None) -> tf.Tensor | list[tf.Tensor]:
        """What towers read of embedded inputs."""
        encoded, gate_features = self._encode(parts, training=training)
        return self._network(encoded, gate_features=gate_features, training=training)

    def _encode(self, parts: Parts, *, training: bool | None = None) -> tuple[tf.Tensor, tf.Tensor | None]:
        """What experts read, `[batch, width]`, and what gates read besides, None where that is nothing."""
        beside = [self._encoder.pooled(parts[name], name) for name in self.settings.architecture.gate_inputs]
        return self._interaction(parts, training=training), tf.concat(beside, axis=1) if beside else None

    @tf.autograph.experimental.do_not_convert  # No Python here hangs on a tensor; to look for it takes most of a trace.
    def train_step(self, data: tuple[Features, Features]) -> dict[str, tf.Tensor]:
        """One forward pass, one loss a task, one update."""
        features, targets = data
        if self.signals is not None:
            self.signals.see(features)
        terms = self._step(self, features, targets)
        self._scoreboard.add_losses(terms.sums, terms.counts, terms.penalty)
        return self._scoreboard.loss_results()

    @tf.autograph.experimental.do_not_convert
    def test_step(self, data: tuple[Features, Features]) -> dict[str, tf.Tensor]:
        """Adds a batch to the losses, and to AUC, accuracy or RMSE of each output that has a label column."""
        features, targets = data
        logits = self.logits(features, training=False)
        sums, counts = loss_terms(self.tasks, logits, targets, of=self.tasks.watched)
        self._scoreboard.add_losses(sums, counts, self.regularisation())
        labelled = self._scoreboard.add_scores(output_scores(self.tasks, logits), targets)
        return {**self._scoreboard.loss_results(), **self._scoreboard.output_results(labelled)}

    def look_up(self, features: Features) -> dict[str, Lookup]:
        """What is read of each embedding table, by column."""
        return self._encoder.look_up(features) | ({} if self.signals is None else self.signals.look_up(features))

    def regularisation(self) -> tf.Tensor:
        """A scalar: what is added to the losses, of the last forward pass."""
        return tf.add_n(self.losses) if self.losses else tf.zeros([])

    def policy_loss(self, seen: Seen, weights: tf.Tensor) -> tf.Tensor:
        """What a network that draws learns of its draws: the part of the objective that each task's logits enter."""
        names = [task.name for task in self.tasks.tasks]
        takes_part = tf.constant([[name in self.tasks.read_by(loss) for loss in self.tasks.losses] for name in names])
        losses = tf.linalg.matvec(tf.cast(takes_part, tf.float32), weights * seen.losses)
        # A batch that lacks one of its losses would pass for a better one.
        return self._network.policy_loss(losses, tf.reduce_all(~takes_part | seen.active, axis=1))

    @override
    def get_config(self) -> dict[str, Any]:
        declared = {
            "settings": self.settings,
            "inputs": self._all_inputs,
            "tasks": self.tasks,
            "balancer": self.balancer,
        }
        return {"name": self.name, "declared": unbind(declared)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> MultiTaskModel:
        """A new model of the same declaration, with initial weights."""
        del custom_objects
        given = bind_or_raise(_Declared, config["declared"])
        return cls(given.settings, given.inputs, given.tasks, given.balancer, name=config["name"])


def _shared(representations: tf.Tensor | list[tf.Tensor]) -> tf.Tensor:
    """`[batch, width]` float32: the mean over tasks of what their towers read."""
    return tf.reduce_mean(tf.cast(tf.stack(representations), tf.float32), axis=0)


@dataclasses.dataclass(frozen=True)
class _Declared:
    """What a model is made of, as one value."""

    settings: ModelSettings
    inputs: tuple[Input, ...]
    tasks: TaskGraph
    balancer: BalancerConfig
