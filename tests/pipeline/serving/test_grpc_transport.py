"""What a client makes of every answer by gRPC."""

import concurrent.futures

import grpc
import pytest

from pipeline.serving.config import Protocol, ServingConfig
from pipeline.serving.errors import FinalServingError, RetryableServingError
from pipeline.serving.grpc_transport import GrpcTransport
from pipeline.serving.messages import message_class

pytestmark = pytest.mark.integration

RETRYABLE = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED"}


def transport_to(endpoint):
    return GrpcTransport(ServingConfig(endpoint=endpoint, model_name="demo", protocol=Protocol.GRPC, version=3))


@pytest.fixture()
def answering():
    """A transport to a server whose status call does what the test says; and the requests it got."""
    servers = []

    def started(answer):
        handler = grpc.unary_unary_rpc_method_handler(
            answer, request_deserializer=message_class("tensorflow.serving.GetModelStatusRequest").FromString
        )
        server = grpc.server(concurrent.futures.ThreadPoolExecutor(1))
        methods = {"GetModelStatus": handler}
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler("tensorflow.serving.ModelService", methods),)
        )
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
        return transport_to(f"127.0.0.1:{port}")

    yield started
    for server in servers:
        server.stop(None).wait()


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_only_a_passing_fault_may_be_asked_again(answering, code):
    transport = answering(lambda request, context: context.abort(code, "told"))
    expected = RetryableServingError if code.name in RETRYABLE else FinalServingError
    with pytest.raises(expected, match=f"answered {code.name} to ModelService/GetModelStatus: told"):
        transport.status(timeout_s=5)
    transport.close()


def test_the_request_names_model_and_version_and_states_come_in_order(answering):
    asked = []

    def answer(request, context):
        asked.append(request.model_spec)
        response = message_class("tensorflow.serving.GetModelStatusResponse")()
        response.model_version_status.add(version=3, state=30)
        response.model_version_status.add(version=2, state=50).status.error_message = "torn"
        return response.SerializeToString()

    transport = answering(answer)
    states = [(it.version, it.state, it.error) for it in transport.status(timeout_s=5)]
    assert states == [(2, "END", "torn"), (3, "AVAILABLE", "")]
    assert (asked[0].name, asked[0].version.value) == ("demo", 3)
    transport.close()


def test_a_server_that_is_away_may_be_asked_again():
    transport = transport_to("127.0.0.1:9")
    with pytest.raises(RetryableServingError, match=r"The model server at 127\.0\.0\.1:9 answered UNAVAILABLE"):
        transport.status(timeout_s=5)
    transport.close()
