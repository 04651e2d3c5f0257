"""What client and server configs refuse."""

import pathlib

import pytest

from models.errors import ConfigError
from pipeline.serving.config import Protocol, ServerConfig, ServingConfig

CLIENT = {"endpoint": "localhost:8500", "model_name": "demo", "protocol": Protocol.GRPC}
SERVER = {"model_name": "demo", "model_base_path": pathlib.Path("served")}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"endpoint": "http://localhost:8500/v1"}, "`endpoint` must be host:port, got 'http://localhost:8500/v1'"),
        ({"endpoint": "localhost"}, "`endpoint` must be host:port, got 'localhost'"),
        ({"model_name": "a/b"}, "`model_name` must be one word without '/' and ':', got 'a/b'"),
        ({"version": -1}, "`version` must be 0 or more, got -1"),
        ({"timeout_s": 0.0}, "`timeout_s` must be positive, got 0.0"),
        ({"timeout_s": float("nan")}, "`timeout_s` must be positive, got nan"),
    ],
)
def test_a_client_config_names_what_is_wrong(changed, message):
    with pytest.raises(ConfigError, match=message):
        ServingConfig(**{**CLIENT, **changed})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"model_name": ""}, "`model_name` must be one word"),
        ({"grpc_port": 70000}, "`grpc_port` must be a port, 0 to 65535, got 70000"),
        ({"grpc_port": 8501}, "`grpc_port` and `rest_port` must differ, got 8501 twice"),
        ({"poll_s": 0.0}, "`poll_s` must be positive, got 0.0"),
        ({"num_threads": -2}, "`num_threads` must be positive, got -2"),
    ],
)
def test_a_server_config_names_what_is_wrong(changed, message):
    with pytest.raises(ConfigError, match=message):
        ServerConfig(**{**SERVER, **changed})


def test_all_problems_come_in_one_error():
    with pytest.raises(ConfigError) as caught:
        ServingConfig(endpoint="x", model_name="", protocol=Protocol.REST, timeout_s=-1)
    assert len(caught.value.problems) == 3
