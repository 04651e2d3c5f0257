"""The metadata store is waited for, and what is wrong with it is one sentence."""

import pytest
from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2

from kubeflow.errors import EvictedError, MetadataUnusableError
from kubeflow.store import PASSWORD_VARIABLE, USER_VARIABLE, connection_of, node_executions, open_store
from pipeline.config import load_config
from tests.kubeflow.conftest import ROOT, cluster_section
from tests.kubeflow.mysql import PASSWORD, USER

TAXI = str(ROOT / "configs" / "chicago_taxi.yaml")
NOWHERE = metadata_store_pb2.ConnectionConfig(
    mysql=metadata_store_pb2.MySQLDatabaseConfig(host="127.0.0.1", port=9, database="metadata", user="reader")
)


def reached(metadata, environment=None, **section):
    return connection_of(load_config(TAXI, cluster_section(metadata=metadata, **section)), environment or {})


def at(mysql, database):
    given = f"{{kind: mysql, host: {mysql.host}, port: {mysql.port}, database: {database}}}"
    return reached(given, {USER_VARIABLE: USER, PASSWORD_VARIABLE: PASSWORD})


def test_the_user_of_a_database_comes_from_the_environment():
    found = reached("{kind: mysql, host: db, database: m}", {USER_VARIABLE: "u", PASSWORD_VARIABLE: "p"}).mysql
    assert (found.host, found.port, found.database, found.user, found.password) == ("db", 3306, "m", "u", "p")


def test_a_service_is_named_by_host_and_port():
    found = reached("{kind: grpc, host: metadata-grpc-service}")
    assert (found.host, found.port) == ("metadata-grpc-service", 8080)


def test_a_file_lies_in_the_pipelines_home_on_the_volume(tmp_path):
    found = reached("{kind: sqlite}", volume=f"{{claim: c, path: {tmp_path}}}")
    assert found.sqlite.filename_uri == f"{tmp_path}/runs/chicago_taxi/metadata.sqlite"
    assert open_store(found).get_contexts() == []


def test_a_store_that_does_not_answer_is_waited_for_longer_and_longer_and_then_named():
    waited = []
    said = (
        r"^`kubeflow\.metadata` must name a store that can be reached, but the database 'metadata' at 127\.0\.0\.1:9 "
        r"does not answer, or refuses the user 'reader' of EVENKEEL_METADATA_USER \(.*\): check that it runs, its "
        r"address and the network policy\.$"
    )
    with pytest.raises(MetadataUnusableError, match=said) as caught:
        open_store(NOWHERE, sleep=waited.append)
    assert caught.value.passing
    assert len(waited) > 3 and waited == sorted(waited) and 30 < sum(waited) < 120


def test_a_service_that_does_not_answer_is_named():
    service = metadata_store_pb2.MetadataStoreClientConfig(host="127.0.0.1", port=9)
    with pytest.raises(MetadataUnusableError, match=r"but the service at 127\.0\.0\.1:9 does not answer"):
        open_store(service, waits_s=())


def test_a_pod_that_is_asked_to_go_waits_for_no_store(monkeypatch):
    def asked_to_go(connection):
        raise EvictedError("asked to end by SIGTERM")

    monkeypatch.setattr(metadata_store, "MetadataStore", asked_to_go)
    with pytest.raises(EvictedError):
        open_store(NOWHERE, sleep=lambda wait_s: pytest.fail("waited all the same"))


@pytest.mark.integration
@pytest.mark.slow
def test_a_store_that_comes_back_is_used(mysql):
    ready = at(mysql, "back")
    later = metadata_store_pb2.ConnectionConfig()
    later.CopyFrom(NOWHERE)
    store = open_store(later, sleep=lambda wait_s: later.CopyFrom(ready))
    assert store.get_contexts() == []
    assert node_executions(store, pipeline="p", run_id="r", node="n") == []


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.parametrize("version", [9, 99], ids=["older", "newer"])
def test_a_store_of_another_release_is_one_sentence_and_no_wait(mysql, version):
    open_store(at(mysql, f"schema_{version}"))
    mysql.sql(f"update schema_{version}.MLMDEnv set schema_version = {version}")
    said = rf"must be a store of this image's release of ML Metadata, but .* says: MLMD database version {version} is "
    with pytest.raises(MetadataUnusableError, match=said) as caught:
        open_store(at(mysql, f"schema_{version}"), sleep=lambda wait_s: pytest.fail("waited for nothing"))
    assert not caught.value.passing
    assert mysql.sql(f"select schema_version from schema_{version}.MLMDEnv").strip() == str(version)


@pytest.mark.integration
@pytest.mark.slow
def test_a_store_whose_making_was_cut_off_is_waited_for_and_then_said_to_be_that(mysql):
    open_store(at(mysql, "half"))
    mysql.sql("delete from half.MLMDEnv")  # As a kill leaves it, before the last statement that makes a store.
    waited = []
    with pytest.raises(
        MetadataUnusableError, match=r"was left half made when .* so drop it and make it anew"
    ) as caught:
        open_store(at(mysql, "half"), waits_s=(1, 2), sleep=waited.append)
    assert waited == [1, 2]  # Another node may be making it this very moment.
    assert not caught.value.passing
