"""Rows are those of the newest run that trained, if they fit what the configuration asks for now."""

import dataclasses
import json

import pytest
from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2 as mlmd

from components.trainer.plan import PLAN_KEY, InputPlan, TrainerPlan
from components.trainer.settings import TrainingSettings
from models.architectures import MMoE
from models.balancers import Static
from models.expression import ColumnType
from models.heads import Binary
from models.settings import ModelSettings
from models.tasks import Role, Task
from pipeline.affinity.errors import NoRowsError
from pipeline.affinity.stored import last_rows

CLICK, LIKE = (Task(name=name, kind=Binary(), label=name) for name in ("click", "like"))
PLAN = TrainerPlan(
    tasks=(CLICK, LIKE),
    inputs=(InputPlan(name="price", dim=0),),
    columns={"price": ColumnType.NUMBER},
    model=ModelSettings(architecture=MMoE(), tower=()),
    balancing=Static(),
    training=TrainingSettings(epochs=1),
    watched_split="eval",
    checkpoint_root="",
)


@pytest.fixture
def runs(tmp_path):
    """Writes runs into a store; returns its file."""
    path = str(tmp_path / "metadata.sqlite")
    config = mlmd.ConnectionConfig()
    config.sqlite.filename_uri = path
    config.sqlite.connection_mode = mlmd.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
    store = metadata_store.MetadataStore(config)
    types = {
        "run": store.put_context_type(mlmd.ContextType(name="pipeline_run")),
        **{
            name: store.put_execution_type(mlmd.ExecutionType(name=name)) for name in ("Transform", "Trainer", "Pusher")
        },
        "artifact": store.put_artifact_type(mlmd.ArtifactType(name="Folder")),
    }

    def add(run_id, plan, *, keys=("transformed_examples", "transform_graph")):
        context = mlmd.Context(name=run_id, type_id=types["run"])
        transform = mlmd.Execution(type_id=types["Transform"], last_known_state=mlmd.Execution.COMPLETE)
        transform.custom_properties["custom_config"].string_value = json.dumps({"features": "{}"})
        written = []
        for key in keys:
            folder = tmp_path / run_id / key
            folder.mkdir(parents=True)
            event = mlmd.Event(type=mlmd.Event.OUTPUT)
            event.path.steps.add().key = key
            written.append((mlmd.Artifact(type_id=types["artifact"], uri=str(folder)), event))
        store.put_execution(transform, written, [context])
        (found,) = [one for one in store.get_contexts_by_type("pipeline_run") if one.name == run_id]
        pusher = mlmd.Execution(type_id=types["Pusher"])
        pusher.custom_properties["custom_config"].string_value = "null"
        store.put_execution(pusher, [], [found])
        if plan is not None:
            trainer = mlmd.Execution(type_id=types["Trainer"])
            text = plan if isinstance(plan, str) else plan.to_json()
            trainer.custom_properties["custom_config"].string_value = json.dumps({PLAN_KEY: text})
            store.put_execution(trainer, [], [found])
        return path

    return add


def test_the_newest_run_that_came_to_its_trainer_is_taken(runs, tmp_path):
    runs("first", PLAN)
    runs("second", PLAN)
    path = runs("third", None)
    found = last_rows(path, PLAN)
    assert found.run_id == "second"
    assert found.examples == str(tmp_path / "second" / "transformed_examples")
    assert found.transform_graph == str(tmp_path / "second" / "transform_graph")


def test_another_model_role_factor_and_tower_read_the_same_rows(runs):
    path = runs("first", PLAN)
    like = dataclasses.replace(LIKE, role=Role.AUXILIARY, loss_weight=0.0, tower=(3,))
    now = dataclasses.replace(
        PLAN, tasks=(CLICK, like), model=ModelSettings(architecture=MMoE(num_experts=2), tower=())
    )
    assert last_rows(path, now).run_id == "first"


@pytest.mark.parametrize(
    ("change", "section"),
    [
        ({"inputs": (InputPlan(name="price", dim=4, table="price", fixed_ids=3),)}, "features"),
        ({"tasks": (CLICK, dataclasses.replace(LIKE, label="like > 1"))}, "tasks"),
        ({"tasks": (CLICK,)}, "tasks"),
        ({"watched_split": "validation"}, "data.split"),
    ],
    ids=["features", "label", "tasks", "split"],
)
def test_rows_of_other_features_or_labels_are_refused(runs, change, section):
    path = runs("first", PLAN)
    said = rf"^`{section}` of CONFIG must be as in its last run, .* got others than run first had"
    with pytest.raises(NoRowsError, match=said):
        last_rows(path, dataclasses.replace(PLAN, **change))


def test_without_a_run_it_says_what_to_do(runs, tmp_path):
    said = (
        r"^`CONFIG` must have been run up to its Trainer, .* got no such run in .*: do `evenkeel run` with it first\.$"
    )
    with pytest.raises(NoRowsError, match=said):
        last_rows(str(tmp_path / "nowhere.sqlite"), PLAN)
    assert not (tmp_path / "nowhere.sqlite").exists()
    with pytest.raises(NoRowsError, match=said):
        last_rows(runs("first", None), PLAN)


def test_a_run_of_another_version_or_without_its_files_is_not_read(runs, tmp_path):
    runs("first", '{"tasks": []}')
    path = str(tmp_path / "metadata.sqlite")
    with pytest.raises(NoRowsError, match=r"must be of this version of Evenkeel, got run first of another"):
        last_rows(path, PLAN)
    runs("second", PLAN)
    (tmp_path / "second" / "transform_graph").rmdir()
    with pytest.raises(NoRowsError, match=r"must still have its transformed rows, got run second without them"):
        last_rows(path, PLAN)
