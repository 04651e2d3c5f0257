"""Raw requests to the running server, past our own client."""

import http.client
import json

import grpc
import pytest
from tensorflow_serving.apis import prediction_service_pb2_grpc


@pytest.fixture()
def rest(server):
    """Sends one raw REST request and returns its status and parsed answer."""

    def ask(method, path, body=None):
        connection = http.client.HTTPConnection(server.rest_endpoint, timeout=30)
        if isinstance(body, dict):
            body = json.dumps(body)
        connection.request(method, path, body=body)
        response = connection.getresponse()
        answer = response.status, json.loads(response.read())
        connection.close()
        return answer

    return ask


@pytest.fixture()
def channel(server):
    with grpc.insecure_channel(server.grpc_endpoint) as opened:
        yield opened


@pytest.fixture()
def stub(channel):
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)
