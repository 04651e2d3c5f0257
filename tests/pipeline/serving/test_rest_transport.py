"""What a client makes of every answer by REST."""

import http.server
import threading

import pytest

from pipeline.serving.config import Protocol, ServingConfig
from pipeline.serving.errors import FinalServingError, RetryableServingError
from pipeline.serving.rest_transport import RestTransport

pytestmark = pytest.mark.integration


@pytest.fixture()
def answering():
    """A transport to a server that answers every request with one status and body."""
    servers = []

    def started(status, body):
        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                """Says nothing."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        endpoint = f"127.0.0.1:{server.server_address[1]}"
        return RestTransport(ServingConfig(endpoint=endpoint, model_name="demo", protocol=Protocol.REST))

    yield started
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("status", [409, 429, 502, 503, 504])
def test_a_passing_fault_may_be_asked_again(answering, status):
    transport = answering(status, b'{"error": "busy"}')
    with pytest.raises(RetryableServingError, match=f"answered {status} to GET /v1/models/demo: busy"):
        transport.status(timeout_s=5)
    transport.close()


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (400, b'{"error": "wrong"}', "answered 400 to GET /v1/models/demo: wrong"),
        (404, b'{"error": "Could not find"}', "answered 404 .* Could not find"),
        (500, b"<html>", "answered 500 .* no JSON with 'model_version_status'"),
        (200, b"hello", "answered 200 .* no JSON with 'model_version_status'"),
        (200, b'{"other": 1}', "answered 200 .* no JSON with 'model_version_status'"),
    ],
)
def test_any_other_fault_is_final(answering, status, body, message):
    transport = answering(status, body)
    with pytest.raises(FinalServingError, match=message):
        transport.status(timeout_s=5)
    transport.close()


def test_a_server_that_is_away_may_be_asked_again():
    transport = RestTransport(ServingConfig(endpoint="127.0.0.1:9", model_name="demo", protocol=Protocol.REST))
    with pytest.raises(RetryableServingError, match=r"The model server at 127\.0\.0\.1:9 did not answer"):
        transport.status(timeout_s=5)
