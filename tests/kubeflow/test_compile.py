"""A compiled pipeline says of each node what its configuration says, and nothing else."""

import pytest

from kubeflow.errors import NotDeclaredError
from kubeflow.placing import placed
from models.errors import ConfigError
from pipeline.config import load_config
from tests.kubeflow.cluster import read_yaml
from tests.kubeflow.conftest import ROOT, SEARCHED, cluster_section

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX warns of itself.

TAXI = str(ROOT / "configs" / "chicago_taxi.yaml")


def compiled(*assignments, **section):
    from kubeflow.compile import compile_yaml

    return read_yaml(compile_yaml(load_config(TAXI, [*cluster_section(**section), *assignments]), assignments))


def container(spec, node):
    return spec.deployment_spec["executors"][f"exec-{node.lower()}"]["container"]


@pytest.fixture(scope="module")
def rich():
    """The platform part of a pipeline that uses all there is, and the whole."""
    return compiled(
        secrets="[{name: login, env: {user: EVENKEEL_METADATA_USER}}, {name: key, path: /secrets}]",
        image_pull_secrets="[registry]",
        every='{memory: 2Gi, cpu: "1"}',
        nodes="{Trainer: {gpus: 1, memory: 16Gi, timeout_s: 7200, retries: 4, backoff_s: 30, "
        "node_selector: {pool: gpu}, tolerations: [{key: nvidia.com/gpu, effect: NoSchedule}]}}",
        overrides="[training.epochs]",
    )


def test_a_node_gets_what_it_asks_for_and_the_others_what_every_node_gets(rich):
    spec, platform = rich
    resources = container(spec, "Trainer")["resources"]
    assert resources["resourceMemoryRequest"] == resources["resourceMemoryLimit"] == "16Gi"
    assert resources["resourceCpuRequest"] == resources["resourceCpuLimit"] == "1"
    accelerator = resources["accelerator"]
    assert (accelerator["resourceType"], accelerator["resourceCount"]) == ("nvidia.com/gpu", "1")
    other = container(spec, "Transform")["resources"]
    assert other["resourceMemoryLimit"] == "2Gi" and "accelerator" not in other.fields
    machines = platform["exec-trainer"]
    assert dict(machines.node_selector.labels) == {"pool": "gpu"}
    toleration = machines.tolerations[0]
    assert (toleration.key, toleration.operator, toleration.effect) == ("nvidia.com/gpu", "Exists", "NoSchedule")
    assert machines.active_deadline_seconds == 7200
    assert not platform["exec-transform"].tolerations and not platform["exec-transform"].active_deadline_seconds


def test_a_failed_node_is_tried_again_later_and_later(rich):
    policies = {name: task.retry_policy for name, task in rich[0].root.dag.tasks.items()}
    trainer, other = policies["trainer"], policies["transform"]
    assert (trainer.max_retry_count, trainer.backoff_duration.seconds, trainer.backoff_factor) == (4, 30, 2)
    assert (other.max_retry_count, other.backoff_duration.seconds) == (2, 60)


def test_every_node_has_the_volume_the_secrets_and_no_secret_value(rich):
    for config in rich[1].values():
        (volume,) = config.pvc_mount
        assert (volume.constant, volume.mount_path) == ("evenkeel", "/mnt/evenkeel")
        assert [(s.secret_name, s.key_to_env[0].secret_key) for s in config.secret_as_env] == [("login", "user")]
        assert [(s.secret_name, s.mount_path) for s in config.secret_as_volume] == [("key", "/secrets")]
        assert [secret.secret_name for secret in config.image_pull_secret] == ["registry"]
    assert len(rich[1]) == len(rich[0].root.dag.tasks)


def test_kubeflows_own_cache_is_off(rich):
    assert not any(task.caching_options.enable_cache for task in rich[0].root.dag.tasks.values())


def test_a_declared_override_is_a_parameter_of_the_run(rich):
    parameters = rich[0].root.input_definitions.parameters
    assert sorted(parameters) == ["run_date", "span_days", "training_epochs"]
    words = list(container(rich[0], "Trainer")["args"])
    assert words[-2:] == ["--override", "training.epochs={{$.inputs.parameters['training_epochs']}}"]


def test_nodes_wait_for_what_they_read_only():
    tasks = compiled()[0].root.dag.tasks
    assert list(tasks["statisticsgen"].dependent_tasks) == ["taskexamplegen"]
    assert sorted(tasks["transform"].dependent_tasks) == ["anomalystop", "declaredschema", "taskexamplegen"]


def test_with_metadata_in_a_file_nodes_run_one_after_the_other():
    tasks = compiled(metadata="{kind: sqlite}")[0].root.dag.tasks
    order, waits = list(tasks), {name: set(task.dependent_tasks) for name, task in tasks.items()}
    reached = set()
    while len(reached) < len(order):
        ready = [name for name in order if name not in reached and waits[name] <= reached]
        assert len(ready) == 1
        reached |= set(ready)


def test_what_was_set_when_it_was_compiled_is_set_in_every_node():
    epochs = "training.epochs=1"
    spec, _ = compiled(epochs)
    words = list(container(spec, "Pusher")["args"])
    assert words[words.index("--set") + 1] == epochs
    usual = list(container(compiled()[0], "Pusher")["args"])
    place = usual.index("--fingerprint") + 1
    assert usual[place] != words[place]


def test_nodes_that_train_get_the_machines_of_the_trainer_and_the_time_of_all_trainings():
    trainer = "Trainer: {gpus: 1, memory: 16Gi, timeout_s: 100, node_selector: {pool: gpu}}"
    nodes = f"{{{trainer}, Tuner: {{memory: 8Gi}}}}"
    spec, platform = compiled(*SEARCHED, "twins.every=1", every="{memory: 2Gi}", nodes=nodes)
    # 6 trials, then 2 finalists and the declared values by 2 seeds; 4 outputs have a twin each.
    for node, memory, seconds in (("Tuner", "8Gi", 1200), ("SingleTaskTwins", "16Gi", 400), ("Trainer", "16Gi", 100)):
        resources, machines = container(spec, node)["resources"], platform[f"exec-{node.lower()}"]
        assert resources["resourceMemoryLimit"] == memory
        assert resources["accelerator"]["resourceCount"] == "1"
        assert dict(machines.node_selector.labels) == {"pool": "gpu"}
        assert machines.active_deadline_seconds == seconds
    assert "accelerator" not in container(spec, "Evaluator")["resources"].fields
    assert "tuner" in spec.root.dag.tasks["trainer"].dependent_tasks


def test_the_tuner_may_be_given_settings_in_a_configuration_that_searches_when_asked():
    tasks = compiled(*SEARCHED, "search.when=asked", nodes="{Tuner: {gpus: 1}}")[0].root.dag.tasks
    assert "tuner" not in tasks
    with pytest.raises(ConfigError, match=r"`nodes` must name nodes of this pipeline, got 'Tuner'\."):
        compiled(nodes="{Tuner: {gpus: 1}}")


def test_a_node_that_there_is_not_is_named_with_the_nearest_that_there_is():
    said = r"^kubeflow: `nodes` must name nodes of this pipeline, got 'Trainr'\. Did you mean `Trainer`\?$"
    with pytest.raises(ConfigError, match=said):
        compiled(nodes="{Trainr: {gpus: 1}}")


def test_without_a_section_there_is_nothing_to_compile():
    from kubeflow.compile import compile_yaml

    said = r"^kubeflow: `kubeflow` must be declared, .* got no such section: write it into the configuration\.$"
    with pytest.raises(NotDeclaredError, match=said):
        compile_yaml(load_config(TAXI))


def test_with_a_bucket_every_pod_has_a_folder_of_its_own_and_the_volume_for_what_serves():
    _, platform = compiled(bucket="{url: 's3://shop/team', path: /scratch}")
    for given in platform.values():
        assert [(mount.volume_name, mount.mount_path) for mount in given.empty_dir_mounts] == [("scratch", "/scratch")]
        assert [mount.mount_path for mount in given.pvc_mount] == ["/mnt/evenkeel"]
    there = placed(load_config(TAXI, cluster_section(bucket="{url: 's3://shop/team'}")))
    assert there.home == "/scratch/runs/chicago_taxi"
    assert there.serving_directory == "/mnt/evenkeel/runs/served/chicago_taxi"


def test_what_is_kept_in_a_bucket_lies_below_it():
    with pytest.raises(ConfigError, match=r"`root` must be relative beside `kubeflow\.bucket`, .*, got '/data/runs'"):
        compiled("root=/data/runs", bucket="{url: 's3://shop/team'}")


def test_an_override_that_no_run_could_set_is_named_with_the_nearest_that_one_can():
    with pytest.raises(ConfigError) as caught:
        compiled(overrides="[training.epohcs, training.epochs.more, tasks.click, data.run_date]")
    assert [said.partition(", got ")[2] for said in caught.value.problems] == [
        "'training.epohcs', of which 'epohcs' is none. Did you mean `epochs`?",
        "'training.epochs.more', of which 'more' is none.",
        "'tasks.click', of which 'click' is none.",
    ]
