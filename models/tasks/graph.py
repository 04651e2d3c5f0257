"""From declared tasks to outputs, losses, sample spaces and their columns."""

from __future__ import annotations

import dataclasses
import functools
from typing import Final

from models.errors import raise_if_any
from models.heads import HeadConfig
from models.relations import RelationConfig
from models.signals import SignalConfig, signal_problems
from models.tasks.check import graph_problems, product_name, served_names
from models.tasks.task import Role, Task

__all__ = ["LIST_COLUMN", "Loss", "Output", "TaskGraph", "known_column", "label_column", "weight_column"]


LIST_COLUMN: Final = "list/rows"  # The column that tells which list a row is of, int64; below 0 where of none.


def label_column(output: str) -> str:
    """The column that holds an output's label: 0 where it is not known."""
    return f"label/{output}"


def known_column(output: str) -> str:
    """The column that is 1 where a row is in an output's sample space and its label is known, else 0.

    It is above 1 where the row stands for others that were left out, see `derive_columns`.
    """
    return f"known/{output}"


def weight_column(task: str) -> str:
    """The column that holds a task's sample weight in training, see `derive_columns`."""
    return f"weight/{task}"


@dataclasses.dataclass(frozen=True)
class Output:
    """One prediction: a served tensor and the metrics' subject.

    Attributes:
        name: Its task's name, or the product's.
        task: The task whose label it predicts; for a product the last of the chain.
        kind: What it predicts; a product is binary.
        chain: Tasks that must all be positive for its label to be; one task if it is no product.
        space: Tasks that must all be positive for a row to belong to its sample space, from the root; empty means
            every impression.
        role: Its task's role.
    """

    name: str
    task: str
    kind: HeadConfig
    chain: tuple[str, ...]
    space: tuple[str, ...]
    role: Role

    @property
    def is_product(self) -> bool:
        """Whether it predicts several tasks' positives at once."""
        return len(self.chain) > 1


@dataclasses.dataclass(frozen=True)
class Loss:
    """One term of the training loss; what a balancer weighs.

    Attributes:
        name: The output it is computed on, or the signal's name.
        task: The task whose sample weights and factor it carries, or the signal.
        kind: What its task predicts; of a signal, the head whose loss is most like its own.
        chain: As in `Output`; empty of a signal.
        role: Its task's role; a signal is auxiliary.
        loss_weight: Its task's factor.
        relation: How its task hangs on its parent; None without one.
        signal: What it is the loss of, where that is no task.
    """

    name: str
    task: str
    kind: HeadConfig
    chain: tuple[str, ...]
    role: Role
    loss_weight: float
    relation: RelationConfig | None = None
    signal: SignalConfig | None = None


@dataclasses.dataclass(frozen=True)
class TaskGraph:
    """All that a model learns, checked against each other.

    Attributes:
        tasks: In declared order; parents may come after their children.
        signals: What is learnt beside them.
    """

    tasks: tuple[Task, ...]
    signals: tuple[SignalConfig, ...] = ()

    def __post_init__(self) -> None:
        raise_if_any("tasks", [problem.message for problem in graph_problems(self.tasks)])
        if self.signals:
            found = signal_problems(self.signals, self.tasks, taken=self.taken_names)
            raise_if_any("signals", [problem.message for problem in found])

    @property
    def taken_names(self) -> frozenset[str]:
        """Those of outputs, towers and what heads serve besides: no signal may have them."""
        return frozenset((*self.served, *self.towers))

    @property
    def training_inputs(self) -> frozenset[str]:
        """Names of the inputs that are read in training alone."""
        return frozenset(name for signal in self.signals for name in signal.training_inputs)

    @functools.cached_property
    def by_name(self) -> dict[str, Task]:
        """Each task under its name."""
        return {task.name: task for task in self.tasks}

    @functools.cached_property
    def waiting(self) -> tuple[Task, ...]:
        """The tasks whose labels are waited for, see `models.tasks.maturity`."""
        return tuple(task for task in self.tasks if task.matures_after is not None)

    @functools.cached_property
    def list_column(self) -> str | None:
        """The raw column that tells the lists of ranking tasks apart; None without such a task."""
        return next((task.kind.list_column for task in self.tasks if task.kind.list_column is not None), None)

    def ancestors(self, name: str) -> tuple[str, ...]:
        """The tasks that `name` is given, from the root down; `name` itself is not among them."""
        line: list[str] = []
        parent = self.by_name[name].given
        while parent is not None:
            line.insert(0, parent)
            parent = self.by_name[parent].given
        return tuple(line)

    @functools.cached_property
    def outputs(self) -> tuple[Output, ...]:
        """One output a task, and one product for each binary task that is given another; a gate's subjects."""
        found = []
        for task in self.tasks:
            line = self.ancestors(task.name)
            found.append(Output(task.name, task.name, task.kind, (task.name,), line, task.role))
            if line and task.kind.is_binary:
                name = self.product_name(task)
                found.append(Output(name, task.name, task.kind, (*line, task.name), (), task.role))
        return tuple(found)

    @functools.cached_property
    def losses(self) -> tuple[Loss, ...]:
        """The losses of each task, on the outputs it is trained through, and of signals; a balancer's subjects."""
        found = []
        for task in self.tasks:
            chains: list[tuple[str, tuple[str, ...]]] = []
            if task.how is None or task.how.trains_conditional:
                chains.append((task.name, (task.name,)))
            if task.how is not None and task.how.trains_product and task.kind.is_binary:
                chains.append((self.product_name(task), (*self.ancestors(task.name), task.name)))
            found += [
                Loss(name, task.name, task.kind, chain, task.role, task.loss_weight, task.how) for name, chain in chains
            ]
        balanced = [signal for signal in self.signals if signal.has_loss and not signal.observed]
        return (*found, *(_of_signal(signal, signal.loss_weight) for signal in balanced))

    @functools.cached_property
    def watched(self) -> tuple[Loss, ...]:
        """All losses that are shown: those that are balanced, then those of signals that are observed, of factor 0."""
        observed = [signal for signal in self.signals if signal.has_loss and signal.observed]
        return (*self.losses, *(_of_signal(signal, 0.0) for signal in observed))

    @functools.cached_property
    def towers(self) -> dict[str, str]:
        """Every tower's name, and the task whose representation it reads."""
        return {tower: task.name for task in self.tasks for tower in self.towers_of(task)}

    def towers_of(self, task: Task) -> tuple[str, ...]:
        """Names of the towers of `task`, its own first."""
        return task.how.towers(task.name) if task.how is not None else (task.name,)

    def read_by(self, loss: Loss) -> frozenset[str]:
        """The tasks whose logits `loss` reads: its chain's, and those that relations of the chain read besides."""
        relations = [self.by_name[name].how for name in loss.chain]
        others = [how.other_parent for how in relations if how is not None and how.other_parent is not None]
        return frozenset((*loss.chain, *others))

    def root(self, task: Task) -> Task:
        """The task at the top of its line; itself without a parent."""
        return self.by_name[(*self.ancestors(task.name), task.name)[0]]

    @functools.cached_property
    def from_parents(self) -> tuple[Task, ...]:
        """All tasks, each after those whose predictions it reads."""

        def rank(task: Task) -> tuple[int, bool]:
            return len(self.ancestors(task.name)), bool(task.how and task.how.other_parent)

        return tuple(sorted(self.tasks, key=rank))

    @functools.cached_property
    def served(self) -> tuple[str, ...]:
        """Every served tensor's name: those of outputs, and what a head serves besides."""
        found = []
        for output in self.outputs:
            found.append(output.name)
            if not output.is_product:
                found += served_names(self.by_name[output.task])[1:]
        return tuple(found)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that ExampleGen adds: labels and known-masks of outputs, sample weights of tasks."""
        of_outputs = [column(output.name) for output in self.outputs for column in (label_column, known_column)]
        return (*of_outputs, *(weight_column(task.name) for task in self.tasks))

    def product_name(self, task: Task) -> str:
        """What the product output of `task` is called."""
        return product_name(task)


def _of_signal(signal: SignalConfig, loss_weight: float) -> Loss:
    return Loss(signal.name, signal.name, signal.head, (), Role.AUXILIARY, loss_weight, signal=signal)
