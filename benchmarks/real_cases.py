"""Real data, as rows that lie in memory, and networks of one size for it."""

from __future__ import annotations

import dataclasses
import hashlib
import pathlib
from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.budget import fitted_width
from models.interactions import Concat
from models.settings import ModelSettings
from models.tasks import TaskGraph, known_column, label_column
from pipeline.config import PipelineConfig, load_config

if TYPE_CHECKING:
    from benchmarks.in_memory import Rows
    from models.balancers import Balancer
    from models.inputs import Input
    from models.model import MultiTaskModel

__all__ = ["CASES", "CONFIGS", "Case", "ReadyCase", "scores", "task_graph"]

CONFIGS: Final = pathlib.Path(__file__).resolve().parents[1] / "configs"


@dataclasses.dataclass(frozen=True)
class Case:
    """A data set, some of its tasks, and how large the networks are.

    Attributes:
        config: The configuration's name.
        path: The data under the folder of data sets; empty where the configuration finds them itself.
        budget: Parameters between embeddings and logits.
        tasks: Which of the configuration's; none means all.
    """

    config: str
    path: str
    budget: int
    tasks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What its results are told by."""
        return ": ".join(filter(None, (self.config, ", ".join(self.tasks))))


# Census in the two groups of Ma et al., KDD 2018, section 5.2.
CASES: Final = (
    Case("census_income", "census_income/census-income.test.gz", 100_000, ("income", "never_married")),
    Case("census_income", "census_income/census-income.test.gz", 100_000, ("degree", "never_married")),
    Case("kuairand", "kuairand_dev", 100_000),
    Case("hillstrom", "hillstrom/hillstrom_data.csv", 15_500),
    Case("chicago_taxi", "", 50_000),
)


def task_graph(config: PipelineConfig, case: Case) -> TaskGraph:
    """The tasks of a case."""
    return TaskGraph(tuple(task for task in config.tasks if not case.tasks or task.name in case.tasks))


def scores(tasks: TaskGraph, rows: Rows, predicted: dict[str, np.ndarray]) -> dict[str, float]:
    """By output, over the rows of its sample space: see `Result.scores`."""
    found = {}
    for output in tasks.outputs:
        known = rows.targets[known_column(output.name)] > 0
        labels, answers = rows.targets[label_column(output.name)][known], predicted[output.name][known]
        found[output.name] = float(
            roc_auc_score(labels, answers)
            if output.kind.is_binary
            else -np.sqrt(np.mean(np.square(labels - answers, dtype=np.float64)))
        )
    return found


def _config(case: Case, data: pathlib.Path, cache: pathlib.Path) -> PipelineConfig:
    overrides = [f"root={cache / 'runs'}", f"push.directory={cache / 'served'}"]
    if case.config == "kuairand":
        overrides.append(f"data.path={cache / 'kuairand.csv'}")
    elif case.path:
        overrides.append(f"data.path={data / case.path}")
    return load_config(str(CONFIGS / f"{case.config}.yaml"), overrides)


class ReadyCase:
    """A case whose features are made."""

    def __init__(self, case: Case, data: pathlib.Path, cache: pathlib.Path) -> None:
        self.case, self._data, self._cache = case, data, cache
        self.config = _config(case, data, cache)
        self.tasks = task_graph(self.config, case)
        self._loaded: tuple[tuple[Input, ...], dict[str, Rows]] | None = None
        self._widths: dict[str, tuple[int, int]] = {}

    @property
    def setup(self) -> str:
        """Changes with whatever changes what its runs come to, but for the code."""
        parts = (self.tasks, self.config.features, self.config.training, self.config.model, self.case)
        return hashlib.blake2b(repr(parts).encode(), digest_size=4).hexdigest()

    def rows(self) -> tuple[tuple[Input, ...], dict[str, Rows]]:
        """The model's inputs, and the rows of both splits; made once, by the configuration's pipeline."""
        from benchmarks.architectures_features import features_of, load, save
        from benchmarks.prepare_kuairand import join

        if self._loaded is None:
            path = self._cache / f"{self.case.config}.npz"
            if not path.exists():
                if self.case.config == "kuairand":
                    join(self._data / self.case.path, self._cache / "kuairand.csv")
                save(path, *features_of(self.config))
            self._loaded = load(path)
        return self._loaded

    def width(self, name: str) -> tuple[int, int]:
        """The width at which an architecture meets the budget, and its parameters there."""
        from benchmarks.sharing import BY_WIDTH, dense_size

        if name not in self._widths:
            num_inputs = sum(getattr(column, "dim", 1) for column in self.rows()[0])

            def count(tried: int) -> int:
                tower = self.config.model.tower
                return dense_size(BY_WIDTH[name](tried), self.tasks, num_inputs=num_inputs, tower=tower)

            self._widths[name] = fitted_width(count, self.case.budget)
        return self._widths[name]

    def model(
        self, name: str, seed: int, *, tasks: TaskGraph | None = None, balancer: Balancer | None = None
    ) -> MultiTaskModel:
        """A new model as the configuration says, but for its architecture and interaction; compiled.

        Args:
            name: Its architecture's.
            seed: Of initial weights and dropout.
            tasks: In place of the case's own.
            balancer: In place of the configuration's.
        """
        from benchmarks.sharing import BY_WIDTH
        from models.model import MultiTaskModel
        from models.optimizers import build

        training = self.config.training
        settings: ModelSettings = dataclasses.replace(
            self.config.model,
            architecture=BY_WIDTH[name](self.width(name)[0]),  # type: ignore[arg-type]
            interaction=Concat(),
            seed=seed,
        )
        model = MultiTaskModel(settings, self.rows()[0], tasks or self.tasks, balancer or self.config.balancing)
        dense, embeddings = training.dense_optimizer, training.embedding_optimizer
        model.compile(optimizer=build(dense, embeddings, clip_norm=training.clip_norm))
        return model
