"""What is evaluated, where a model is pushed, how it is asked, and what runs the Beam pipelines."""

from __future__ import annotations

import dataclasses
from typing import Final

from components.bucket_url import STORES, is_url
from components.gauc_weight import GaucWeight
from components.pusher.policy import Serve
from models.errors import raise_if_any

__all__ = ["BeamConfig", "EvaluationConfig", "PushConfig", "ServedConfig"]

IN_PROCESS_RUNNER: Final = "components.beam_runner.InProcessRunner"  # FnApiRunner, with plug-ins for its workers.


@dataclasses.dataclass(frozen=True, kw_only=True)
class EvaluationConfig:
    """How candidate and baseline are evaluated.

    Attributes:
        slices: Each a list of raw columns whose values split the eval rows, those without a value among them; all rows
            together always count too.
        batch_size: Rows scored at once.
        cluster: The raw column whose rows depend on each other, such as the user's: intervals are told by whole
            clusters. None takes rows as independent, which makes intervals too narrow where they are not.
        user: The raw column within whose values GAUC ranks; none is measured without it.
        gauc_weight: What a user counts for in GAUC: its rows, or those with label 1.
        list: The raw column within whose values NDCG ranks, such as the request's; none is measured without it.
        ndcg_at: How many places of a list NDCG looks at.
    """

    slices: tuple[tuple[str, ...], ...] = ()
    batch_size: int = 1_000
    cluster: str | None = None
    user: str | None = None
    gauc_weight: GaucWeight = GaucWeight.IMPRESSIONS
    list: str | None = None
    ndcg_at: int = 10

    @property
    def group_columns(self) -> dict[str, str]:
        """The raw columns by which rows belong together, by the field that names each."""
        fields = {"cluster": self.cluster, "user": self.user, "list": self.list}
        return {field: column for field, column in fields.items() if column is not None}

    def __post_init__(self) -> None:
        problems = []
        if self.batch_size < 1:
            problems.append(f"`batch_size` must be positive, got {self.batch_size!r}.")
        if any(not columns for columns in self.slices):
            problems.append("`slices` must hold lists of one or more columns, got an empty list.")
        if self.gauc_weight is not GaucWeight.IMPRESSIONS and self.user is None:
            weight = self.gauc_weight.value
            problems.append(f"`gauc_weight` must be left out without `user`, whom it weighs, got {weight!r}.")
        if self.ndcg_at < 1:
            problems.append(f"`ndcg_at` must be positive, got {self.ndcg_at!r}.")
        problems += [
            f"`{field}` must be a column's name, got ''." for field, column in self.group_columns.items() if not column
        ]
        raise_if_any("evaluation", problems)


@dataclasses.dataclass(frozen=True, kw_only=True)
class PushConfig:
    """Where a blessed model goes, and what becomes of those before it.

    Attributes:
        directory: The folder the model server watches; versions are made under `<directory>/<model name>`.
        keep: How many versions stay, the newest first. What is loaded and what the gate counts from stay too.
        serve: Whether TF Serving loads the newest version, or two more with labels `stable` and `canary`.
        server_path: What `directory` is called where TF Serving runs: the base path in `models.config`.
        copy_to: A folder of an object store that versions are copied to as well, such as gs://bucket/served; or empty.
    """

    directory: str
    keep: int = 10
    serve: Serve = Serve.NEWEST
    server_path: str = "/models"
    copy_to: str = ""

    def __post_init__(self) -> None:
        problems = [] if self.directory else ["`directory` must be a folder, got ''."]
        fewest = self.serve.num_versions + 1  # A rollback needs the one before.
        if self.keep < fewest:
            problems.append(f"`keep` must be {fewest} or more with `serve: {self.serve.value}`, got {self.keep!r}.")
        if not self.server_path.startswith("/"):
            problems.append(f"`server_path` must start with /, got {self.server_path!r}: TF Serving wants it whole.")
        if self.copy_to and not is_url(self.copy_to):
            problems.append(f"`copy_to` must be a URL such as gs://bucket/served, got {self.copy_to!r}: {STORES}.")
        raise_if_any("push", problems)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServedConfig:
    """How a served model is asked.

    Attributes:
        user: The raw columns that are the same for all candidates of one request. Where there are any, the model has
            a signature `predict_candidates`, which is sent them once.
    """

    user: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        twice = sorted({column for column in self.user if self.user.count(column) > 1})
        raise_if_any("serving", [f"`user` must name a column once, got {twice} twice."] if twice else [])


@dataclasses.dataclass(frozen=True, kw_only=True)
class BeamConfig:
    """What runs the Beam pipelines of ExampleGen, statistics, Transform and Evaluator.

    Attributes:
        runner: A Beam runner by name. The default is Beam's in-process runner; `DirectRunner` of Beam 2.77 would first
            download a program of its own.
        args: Further Beam options, such as `--direct_num_workers=4`.
    """

    runner: str = "FnApiRunner"
    args: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        problems = [
            f"`args` must hold options that start with --, got {a!r}." for a in self.args if not a.startswith("--")
        ]
        if not self.runner.isidentifier():
            problems.append(f"`runner` must be a Beam runner's name, such as FlinkRunner, got {self.runner!r}.")
        if any(arg.startswith("--runner") for arg in self.args):
            problems.append("`args` must not hold --runner: write it as `runner`.")
        raise_if_any("beam", problems)

    @property
    def pipeline_args(self) -> tuple[str, ...]:
        """What Beam is given; the plugin makes workers in other processes import tfx first."""
        if self.runner != "FnApiRunner":
            return (f"--runner={self.runner}", "--beam_plugin=tfx", *self.args)
        # Naming an image that is not used keeps TFX from building a package of itself for workers of this machine,
        # which takes three seconds a node.
        return (f"--runner={IN_PROCESS_RUNNER}", "--beam_plugin=tfx", "--sdk_container_image=none", *self.args)
