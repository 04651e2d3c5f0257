"""The embedded server through its sockets: equal answers by every way, and versions that change under load."""

import collections
import concurrent.futures
import shutil
import threading
import time

import numpy as np
import pytest

from pipeline.serving.client import ServingClient
from pipeline.serving.config import Protocol, ServerConfig, ServingConfig
from pipeline.serving.errors import FinalServingError, ServerStartError
from pipeline.serving.rows import predict_file
from pipeline.serving.server import LocalModelServer

pytestmark = pytest.mark.integration

COLUMNS = {"city": ["rome", "oslo", "atlantis", "", b"\xff\x00"], "age": [1.0, 2.0, 3.0, 4.0, -5.5]}
PROTOCOLS = pytest.mark.parametrize("protocol", Protocol, ids=lambda it: it.value)


def test_grpc_rest_rows_and_rest_columns_answer_as_the_session_loader(
    server, rest, exports, session_loader, client_config
):
    ages = np.array([1.0, 2.0, 3.0], np.float32)
    cities = ["rome", "oslo", "atlantis"]
    expected = session_loader(exports[1], "predict_columns", city=cities, age=ages)
    with ServingClient(client_config(server, Protocol.GRPC)) as client:
        by_grpc = client.predict({"city": cities, "age": [1.0, 2.0, 3.0]})
    rows = [{"city": city, "age": age} for city, age in zip(cities, [1, 2, 3], strict=True)]
    path = "/v1/models/demo:predict"
    status, by_rows = rest("POST", path, {"signature_name": "predict_columns", "instances": rows})
    _, by_columns = rest(
        "POST", path, {"signature_name": "predict_columns", "inputs": {"city": cities, "age": [1, 2, 3]}}
    )
    assert status == 200
    for name, values in expected.items():
        np.testing.assert_array_equal(np.array(by_grpc[name], np.float32), values)
        np.testing.assert_array_equal(np.array([row[name] for row in by_rows["predictions"]], np.float32), values)
        np.testing.assert_array_equal(np.array(by_columns["outputs"][name], np.float32), values)


def test_both_protocols_give_the_client_the_same_lists(server, client_config):
    answers = []
    for protocol in Protocol:
        with ServingClient(client_config(server, protocol)) as client:
            answers.append([client.predict(COLUMNS), client.predict_examples(COLUMNS), client.signature("kinds")])
    assert answers[0] == answers[1]
    assert answers[0][0] == answers[0][1]


@PROTOCOLS
def test_what_is_sent_once_of_a_user_holds_for_every_candidate(server, client_config, protocol):
    with ServingClient(client_config(server, protocol)) as client:
        once = client.predict({"city": ["oslo"], "age": [1.0, 2.0, 3.0]}, signature_name="predict_candidates")
        assert once == client.predict({"city": ["oslo"] * 3, "age": [1.0, 2.0, 3.0]})
        with pytest.raises(FinalServingError, match="must hold one value, which is every candidate's"):
            client.predict({"city": ["oslo"] * 3, "age": [1.0] * 3}, signature_name="predict_candidates")


def test_bytes_that_are_not_utf8_score_alike_by_b64_and_grpc(server, rest, client_config):
    with ServingClient(client_config(server, Protocol.GRPC)) as client:
        by_grpc = client.predict({"city": [b"\xff\xfe\x00"], "age": [1.0]})["click"]
    body = {"signature_name": "predict_columns", "inputs": {"city": [{"b64": "//4A"}], "age": [1]}}
    status, answer = rest("POST", "/v1/models/demo:predict", body)
    assert status == 200
    assert np.array(answer["outputs"]["click"], np.float32).tolist() == by_grpc


@PROTOCOLS
def test_the_client_names_a_single_output(server, client_config, protocol):
    with ServingClient(client_config(server, protocol)) as client:
        assert client.predict({"x": [1.5, 2]}, signature_name="twice") == {"y": [3.0, 4.0]}


@PROTOCOLS
def test_every_element_type_crosses(server, client_config, protocol):
    request_inputs = {"text": ["a", "é", "x" * 2**20], "count": [0, 2**62, -1], "flag": [True, False, True]}
    with ServingClient(client_config(server, protocol)) as client:
        signature = client.signature("kinds")
        arrays = {
            "text": np.array([text.encode() for text in request_inputs["text"]], object),
            "count": np.array(request_inputs["count"]),
            "pair": np.array([[1.5, np.nan], [0, -np.inf], [3, 4]], np.float32),
            "flag": np.array(request_inputs["flag"]),
        }
        answer = client._transport.predict(signature, arrays, timeout_s=10)
    assert answer["raw_bytes"].tolist() == answer["text"].tolist() == arrays["text"].tolist()
    assert answer["count"].tolist() == [1, 2**62 + 1, 0]
    assert answer["flag"].tolist() == [False, True, False]
    np.testing.assert_array_equal(answer["pair"], arrays["pair"] * 2)


@PROTOCOLS
@pytest.mark.parametrize("signature_name", ["predict_columns", "serving_default"])
def test_a_file_scores_as_its_rows_do(server, client_config, tmp_path, protocol, signature_name):
    path = tmp_path / "rows.csv"
    path.write_bytes(b"age,label,city\n1,0,rome\n,1,oslo\n-5.5,1,\xff\x00\n3,0,\n")
    rows = {"city": ["rome", "oslo", b"\xff\x00", ""], "age": [1.0, None, -5.5, 3.0]}
    with ServingClient(client_config(server, protocol)) as client:
        expected = client.predict(rows)
        batches = list(predict_file(client, path, signature_name=signature_name, batch_rows=3))
    assert [len(batch["click"]) for batch in batches] == [3, 1]
    for name, values in expected.items():
        np.testing.assert_array_equal([value for batch in batches for value in batch[name]], values)


def test_a_taken_port_is_named(server, exports):
    for name, endpoint in (("grpc_port", server.grpc_endpoint), ("rest_port", server.rest_endpoint)):
        ports = {"grpc_port": 0, "rest_port": 0, name: int(endpoint.rpartition(":")[2])}
        second = LocalModelServer(ServerConfig(model_name="demo", model_base_path=exports[1].parent, **ports))
        with pytest.raises(ServerStartError, match=f"`{name}` must be free on 127.0.0.1"):
            second.start()


@pytest.fixture()
def changing(put_version, tmp_path):
    """A server of its own, whose base path a test may change."""
    base_path = tmp_path / "served"
    put_version(base_path, 1)
    config = ServerConfig(model_name="demo", model_base_path=base_path, grpc_port=0, rest_port=0, poll_s=0.02)
    with LocalModelServer(config) as running:
        running.wait_until_available()
        yield running


@pytest.fixture()
def answers_by_version(exports, session_loader):
    """The answers of each version to `COLUMNS`, by the session loader."""
    cities = np.array([city if isinstance(city, bytes) else city.encode() for city in COLUMNS["city"]], object)
    ages = np.array(COLUMNS["age"], np.float32)
    return {
        version: {
            name: values.tolist()
            for name, values in session_loader(path, "predict_columns", city=cities, age=ages).items()
        }
        for version, path in exports.items()
    }


def wait_for(running, version):
    with ServingClient(
        ServingConfig(endpoint=running.grpc_endpoint, model_name="demo", protocol=Protocol.GRPC)
    ) as client:
        while not any((it.version, it.state) == (version, "AVAILABLE") for it in client.status()):
            time.sleep(0.01)


def test_no_request_fails_and_each_answer_is_one_versions_while_versions_are_swapped(
    changing, put_version, answers_by_version, client_config
):
    stop, counting = threading.Event(), threading.Lock()
    seen = collections.Counter()

    def ask(protocol):
        with ServingClient(client_config(changing, protocol)) as client:
            client._retried = lambda call: call(10.0)  # A retry would hide a failed request.
            while not stop.is_set():
                answer = client.predict(COLUMNS)
                version = int(answer["version"][0])
                assert answer == answers_by_version[version]
                with counting:
                    seen[version] += 1

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        asking = [pool.submit(ask, protocol) for protocol in list(Protocol) * 3]
        try:
            for version in (1, 2, 3, 4):
                if version > 1:
                    put_version(changing.config.model_base_path, version)
                while seen[version] < 100 and not any(future.done() for future in asking):
                    time.sleep(0.01)
        finally:
            stop.set()
        for future in asking:
            future.result()  # Raises what a thread met.
    assert min(seen[version] for version in (1, 2, 3, 4)) >= 100


def test_a_broken_version_leaves_the_old_one_serving_and_shows_in_the_status(changing, client_config):
    broken = changing.config.model_base_path / "2"
    broken.mkdir()
    (broken / "saved_model.pb").write_bytes(b"not a graph")
    with ServingClient(client_config(changing, Protocol.REST)) as client:
        while len(states := client.status()) < 2 or states[1].state != "END":
            time.sleep(0.01)
        assert [state.state for state in states] == ["AVAILABLE", "END"]
        assert "Cannot parse file" in states[1].error
        assert client.predict(COLUMNS)["version"] == [1.0] * 5


def test_a_version_copied_file_by_file_serves_once_it_is_whole(changing, exports, client_config):
    slow = changing.config.model_base_path / "2"
    files = [path for path in sorted(exports[2].rglob("*"), reverse=True) if path.is_file()]
    assert files[0].name != "saved_model.pb"
    files.sort(key=lambda path: path.name != "saved_model.pb")  # The worst order: the model file comes first.
    with ServingClient(client_config(changing, Protocol.GRPC)) as client:
        for path in files:
            target = slow / path.relative_to(exports[2])
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
            assert client.predict(COLUMNS)["version"][0] in (1.0, 2.0)
        wait_for(changing, 2)
        assert client.predict(COLUMNS)["version"] == [2.0] * 5


def test_a_base_path_without_versions_answers_not_found_and_then_serves(exports, put_version, tmp_path, client_config):
    config = ServerConfig(model_name="demo", model_base_path=tmp_path, grpc_port=0, rest_port=0, poll_s=0.02)
    with LocalModelServer(config) as running, ServingClient(client_config(running, Protocol.GRPC)) as client:
        with pytest.raises(FinalServingError, match=r"NOT_FOUND .* no version serves yet"):
            client.predict(COLUMNS)
        put_version(tmp_path, 3)
        running.wait_until_available()
        assert client.predict(COLUMNS)["version"] == [3.0] * 5


def test_a_server_that_is_not_started_has_no_endpoint(tmp_path):
    server = LocalModelServer(ServerConfig(model_name="demo", model_base_path=tmp_path))
    with pytest.raises(ServerStartError, match=r"must be started to have endpoints: call `start\(\)` first"):
        server.grpc_endpoint  # noqa: B018  # Reading it is the act.
