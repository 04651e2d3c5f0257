"""A server that answers as the API of Kubeflow Pipelines 2 does, and refuses what that refuses."""

import dataclasses
import http.server
import json
import threading
import urllib.parse
import uuid

from google.protobuf import json_format
from kfp.pipeline_spec import pipeline_spec_pb2

CREATED = "2026-11-22T12:00:00Z"
CRON_FIELDS = 6  # The cron package of Kubeflow's controller counts seconds, too.


class Refused(Exception):
    def __init__(self, status, message):
        self.status, self.body = status, {"error": message, "code": 3, "message": message, "details": []}


@dataclasses.dataclass
class Api:
    """What the server holds, and whom it lets in."""

    token: str | None = None
    cookie: str | None = None
    experiments: dict = dataclasses.field(default_factory=dict)
    runs: dict = dataclasses.field(default_factory=dict)
    schedules: dict = dataclasses.field(default_factory=dict)
    ends: list = dataclasses.field(default_factory=list)  # States in which the next runs end; SUCCEEDED after these.
    host: str = ""

    def answer(self, method, path, query, headers, body):
        shown = [headers.get("Authorization") == f"Bearer {self.token}", headers.get("Cookie") == self.cookie]
        if (self.token or self.cookie) and not any(shown):
            raise Refused(401, "Request not authenticated")
        kind, _, name = path.removeprefix("/apis/v2beta1/").partition("/")
        place = {"experiments": self.experiments, "runs": self.runs, "recurringruns": self.schedules}.get(kind)
        if kind == "healthz":
            return {"multi_user": False}
        if place is None:
            raise Refused(404, "Not Found")
        if method == "DELETE":
            del place[name]
            return {}
        if method == "POST":
            return getattr(self, f"_new_{kind}")(body)
        if name:
            return self._seen(place[name]) if kind == "runs" else place[name]
        return {key: found for key, found in [(_LISTS[kind], _filtered(place, query))] if found}

    def _new_experiments(self, body):
        made = {**body, "experiment_id": str(uuid.uuid4()), "created_at": CREATED}
        self.experiments[made["experiment_id"]] = made
        return made

    def _new_runs(self, body):
        self._check(body)
        made = {**body, "run_id": str(uuid.uuid4()), "created_at": CREATED, "state": "PENDING"}
        self.runs[made["run_id"]] = made
        return made

    def _new_recurringruns(self, body):
        self._check(body)
        cron = body["trigger"]["cron_schedule"]["cron"]
        if len(cron.split()) != CRON_FIELDS:
            raise Refused(400, f"Schedule cron is not supported: Expected exactly 6 fields, found {cron!r}")
        if not 1 <= int(body["max_concurrency"]) <= 10:
            raise Refused(400, "The max concurrency must be between 1 and 10 (inclusive)")
        made = {**body, "recurring_run_id": str(uuid.uuid4()), "created_at": CREATED, "status": "ENABLED"}
        self.schedules[made["recurring_run_id"]] = made
        return made

    def _check(self, body):
        if body["experiment_id"] not in self.experiments:
            raise Refused(404, f"Experiment {body['experiment_id']} not found.")
        document = body["pipeline_spec"]
        spec = json_format.ParseDict(document.get("pipeline_spec", document), pipeline_spec_pb2.PipelineSpec())
        known = spec.root.input_definitions.parameters
        given = body.get("runtime_config", {}).get("parameters", {})
        for name in given:
            if name not in known:
                raise Refused(400, f"parameter {name} is not found in pipeline spec's input definitions")

    def _seen(self, run):
        """A run goes on whenever it is looked at."""
        following = {"PENDING": "RUNNING", "RUNNING": self.ends[0] if self.ends else "SUCCEEDED"}
        before, run["state"] = run["state"], following.get(run["state"], run["state"])
        if before == "RUNNING" and self.ends and self.ends.pop(0) == "FAILED":
            run["error"] = {"code": 2, "message": "Trainer exited 1"}
        return run


_LISTS = {"experiments": "experiments", "runs": "runs", "recurringruns": "recurringRuns"}


def _filtered(place, query):
    found = list(reversed(place.values()))
    if "experiment_id" in query:
        found = [item for item in found if item["experiment_id"] == query["experiment_id"][0]]
    for predicate in json.loads(query.get("filter", ['{"predicates": []}'])[0])["predicates"]:
        if predicate["operation"] not in (1, "EQUALS") or predicate["key"] != "display_name":
            raise Refused(400, f"Invalid filter {predicate}")
        found = [item for item in found if item["display_name"] == predicate["stringValue"]]
    return found


def serve(api):
    """Serves on a free port; returns the server, which its caller shuts down."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def _do(self):
            url = urllib.parse.urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            try:
                status, found = (
                    200,
                    api.answer(self.command, url.path, urllib.parse.parse_qs(url.query), self.headers, body),
                )
            except Refused as error:
                status, found = error.status, error.body
            content = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _do

        def log_message(self, *args):
            del args

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    api.host = f"http://127.0.0.1:{server.server_port}"
    return server
