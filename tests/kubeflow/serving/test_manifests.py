"""What is applied is what Kubernetes and TF Serving take, and what refers to something finds it."""

import pathlib
import re
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

from pipeline.config import load_config
from tests.kubeflow.conftest import ROOT as CHECKOUT
from tests.kubeflow.conftest import cluster_section
from tests.kubeflow.serving.rendering import OVERLAYS, ROOT, containers, render

TAXI = CHECKOUT / "configs" / "chicago_taxi.yaml"
KUBERNETES = ("1.30", "1.37")  # From the oldest that long-term support still covers to the newest there are schemas of.
COUNTS = ("max_batch_size", "batch_timeout_micros", "max_enqueued_batches", "num_batch_threads")


@pytest.fixture(params=OVERLAYS)
def overlay(request):
    return render(ROOT / "overlays" / request.param)


@pytest.fixture
def pod(overlay):
    return overlay["Deployment", "serving"]["spec"]["template"]


@pytest.mark.parametrize("version", KUBERNETES)
def test_every_document_is_valid(overlay, version):
    kinds = {kind for kind, _ in overlay}
    assert kinds >= {"Deployment", "Service", "HorizontalPodAutoscaler", "NetworkPolicy", "PodDisruptionBudget"}
    for document in overlay.values():
        kubernetes_validate.validate(document, version, strict=True)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl, which brings kustomize, is not installed")
@pytest.mark.slow
@pytest.mark.parametrize("name", OVERLAYS)
def test_kustomize_makes_of_an_overlay_what_these_tests_read(name):
    made = subprocess.run(
        ["kubectl", "kustomize", ROOT / "overlays" / name], check=True, capture_output=True, text=True
    )
    hashed = re.compile(r"(serving-(?:settings|files))-[a-z0-9]{10}")  # kustomize's, of a ConfigMap's content.
    documents = {(d["kind"], d["metadata"]["name"]): d for d in yaml.safe_load_all(hashed.sub(r"\1", made.stdout))}
    assert documents == render(ROOT / "overlays" / name)


def test_what_is_mounted_is_there_and_models_cannot_be_written(overlay, pod):
    volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
    (container,) = containers(overlay["Deployment", "serving"])
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert set(mounts) == set(volumes)
    assert mounts["models"]["readOnly"] is True
    source = volumes["models"].get("csi") or volumes["models"]["persistentVolumeClaim"]
    assert source["readOnly"] is True
    if "claimName" in source:
        assert ("PersistentVolumeClaim", source["claimName"]) in overlay
    if "serviceAccountName" in pod["spec"]:
        assert ("ServiceAccount", pod["spec"]["serviceAccountName"]) in overlay


def test_pods_see_the_pushed_models_of_the_volume_that_the_nodes_of_the_pipeline_mount():
    documents, config = render(ROOT / "overlays" / "pvc"), load_config(str(TAXI), cluster_section())
    (container,) = containers(documents["Deployment", "serving"])
    (mount,) = [mount for mount in container["volumeMounts"] if mount["name"] == "models"]
    assert mount == {
        "name": "models",
        "mountPath": config.push.server_path,
        "subPath": config.push.directory,
        "readOnly": True,
    }
    assert ("PersistentVolumeClaim", config.kubeflow.volume.claim) in documents


def test_everything_that_selects_pods_selects_these(overlay, pod):
    labels = pod["metadata"]["labels"].items()
    selectors = [
        d["spec"]["selector"] for (kind, _), d in overlay.items() if kind in ("Service", "PodDisruptionBudget")
    ]
    selectors += [
        overlay["Deployment", "serving"]["spec"]["selector"],
        overlay["NetworkPolicy", "serving"]["spec"]["podSelector"],
    ]
    assert len(selectors) == 5
    assert all(selector.get("matchLabels", selector).items() <= labels for selector in selectors)
    target = overlay["HorizontalPodAutoscaler", "serving"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) in overlay


def test_ports_and_files_that_are_named_exist(overlay, pod):
    (container,) = containers(overlay["Deployment", "serving"])
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    flags = dict(argument.removeprefix("--").split("=", 1) for argument in container["args"])
    assert ports == {"grpc": int(flags["port"]), "rest": int(flags["rest_api_port"])}
    services = [d for (kind, _), d in overlay.items() if kind == "Service"]
    assert {port["targetPort"] for service in services for port in service["spec"]["ports"]} <= set(ports)
    assert {container[f"{kind}Probe"]["httpGet"]["port"] for kind in ("startup", "readiness")} <= set(ports)
    monitoring = text_format.Parse(
        overlay["ConfigMap", "serving-files"]["data"]["monitoring.config"], message("monitoring")
    )
    scraped = pod["metadata"]["annotations"]["prometheus.io/path"]
    assert {monitoring.prometheus_config.path, container["readinessProbe"]["httpGet"]["path"]} == {scraped}
    settings = overlay["ConfigMap", "serving-settings"]["data"]
    assert set(re.findall(r"\$\((\w+)\)", " ".join(container["args"]))) == set(settings)
    files = {pathlib.PurePosixPath(path) for path in (settings["BATCHING_FILE"], flags["monitoring_config_file"])}
    assert files == {
        pathlib.PurePosixPath("/etc/serving", name) for name in overlay["ConfigMap", "serving-files"]["data"]
    }


def test_batching_takes_the_parameters_that_it_is_given(overlay):
    batching = text_format.Parse(overlay["ConfigMap", "serving-files"]["data"]["batching.config"], message("batching"))
    assert all(batching.HasField(name) for name in COUNTS)
    assert batching.max_batch_size.value >= 1000  # What a request may hold.


def test_the_pod_needs_no_rights_and_ends_late(overlay, pod):
    (container,) = containers(overlay["Deployment", "serving"])
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert set(container["resources"]) == {"requests", "limits"}
    waits_s = int(container["lifecycle"]["preStop"]["exec"]["command"][-1])
    assert 0 < waits_s < pod["spec"]["terminationGracePeriodSeconds"]


def test_without_batching_there_are_no_parameters_of_it():
    # TF Serving refuses to start otherwise.
    component = yaml.safe_load((ROOT / "candidates" / "kustomization.yaml").read_text())
    (settings,) = component["configMapGenerator"]
    assert settings["literals"] == ["BATCHING=false", "BATCHING_FILE="]
    base = render(ROOT / "base")["ConfigMap", "serving-settings"]["data"]
    assert {literal.partition("=")[0] for literal in settings["literals"]} <= set(base)


def message(which):
    """An empty `BatchingParameters` or `MonitoringConfig` of tensorflow_serving, whose protos no wheel brings."""
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="told.proto", package="told", syntax="proto3")
    inner = file.message_type.add(name="Inner")
    outer = file.message_type.add(name="Outer")
    if which == "batching":  # session_bundle_config.proto; google.protobuf.Int64Value.
        inner.field.add(name="value", number=1, type=field.TYPE_INT64, label=field.LABEL_OPTIONAL)
    else:  # monitoring_config.proto
        inner.field.add(name="enable", number=1, type=field.TYPE_BOOL, label=field.LABEL_OPTIONAL)
        inner.field.add(name="path", number=2, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL)
    for number, name in enumerate(COUNTS if which == "batching" else ["prometheus_config"], start=1):
        kind = {"type": field.TYPE_MESSAGE, "type_name": ".told.Inner", "label": field.LABEL_OPTIONAL}
        outer.field.add(name=name, number=number, **kind)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("told.Outer"))()
