"""Runs of the pipeline on a cluster, through the API of Kubeflow Pipelines."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, final

import kfp
import kfp_server_api
import urllib3
from kfp.client import ServiceAccountTokenVolumeCredentials
from typing_extensions import override

from kubeflow.errors import ApiRefusedError, ApiUnreachableError

__all__ = ["COOKIE_VARIABLE", "TOKEN_VARIABLE", "ClusterClient", "ClusterRun"]

TOKEN_VARIABLE: Final = "EVENKEEL_KUBEFLOW_TOKEN"
COOKIE_VARIABLE: Final = "EVENKEEL_KUBEFLOW_COOKIE"

ENDED: Final = ("SUCCEEDED", "FAILED", "CANCELED", "SKIPPED")
SUCCEEDED: Final = "SUCCEEDED"

_PAGE: Final = 100
_FILE: Final = "pipeline.yaml"
_ACCOUNT_TOKEN: Final = "/var/run/secrets/kubeflow/pipelines/token"
_STATUS_SAID: Final = {
    401: f"give a token in {TOKEN_VARIABLE} or a cookie in {COOKIE_VARIABLE}, or run in a pod with a service account",
    403: "ask for the right to run pipelines in that namespace",
    404: "check the address and the release of Kubeflow Pipelines, which must be 2",
}


@dataclasses.dataclass(frozen=True)
class ClusterRun:
    """A run as the API tells of it.

    Attributes:
        run_id: Names it; TFX's metadata have it under the same name.
        name: As it was submitted.
        state: Such as RUNNING or SUCCEEDED.
        created: When it was submitted.
        error: What stopped it; empty where nothing did.
    """

    run_id: str
    name: str
    state: str
    created: datetime.datetime | None
    error: str = ""


@final
class ClusterClient:
    """One pipeline's runs.

    Args:
        pipeline: Its name, which is that of the experiment its runs are in.
        host: Address of the API, such as https://kubeflow.example/pipeline.
        namespace: Of the runs, where several users share the cluster; None where not.
        environment: Holds the token or the cookie, if any.
    """

    def __init__(
        self, pipeline: str, host: str, namespace: str | None = None, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._pipeline, self._host, self._namespace = pipeline, host, namespace
        credentials = None
        if TOKEN_VARIABLE not in environment and pathlib.Path(_ACCOUNT_TOKEN).exists():
            credentials = ServiceAccountTokenVolumeCredentials(path=_ACCOUNT_TOKEN)
        with self._api():
            self._client = _Client(
                host=host,
                namespace=namespace,
                existing_token=environment.get(TOKEN_VARIABLE),
                cookies=environment.get(COOKIE_VARIABLE),
                credentials=credentials,
            )

    def submit(self, text: str, name: str, parameters: Mapping[str, str]) -> ClusterRun:
        """Starts a run of the compiled pipeline, unless one of that name has ended well or is under way.

        Args:
            text: The YAML.
            name: Of the run; the same for what is the same work.
            parameters: Of the run.
        """
        for run in self.runs(name):
            if run.state == SUCCEEDED or run.state not in ENDED:
                return run
        with self._api(), _written(text) as path:
            made = self._client.run_pipeline(self._experiment(), name, path, params=dict(parameters))
        return _run(made)

    def schedule(
        self, text: str, name: str, *, cron: str, parameters: Mapping[str, str], catch_up: bool, max_concurrency: int
    ) -> str:
        """Has the cluster start runs; a schedule of that name is replaced. Returns its id.

        Args:
            text: The YAML.
            name: Of the schedule.
            cron: Six fields, in UTC.
            parameters: Of every run.
            catch_up: Whether runs that were missed, while it was paused or the cluster was down, are made up for.
            max_concurrency: How many may be under way at once.
        """
        with self._api(), _written(text) as path:
            experiment = self._experiment()
            before = self._client.list_recurring_runs(
                experiment_id=experiment, page_size=_PAGE, filter=_by_name(name)
            ).recurring_runs
            made = self._client.create_recurring_run(
                experiment,
                name,
                cron_expression=cron,
                max_concurrency=max_concurrency,
                no_catchup=not catch_up,
                params=dict(parameters),
                pipeline_package_path=path,
            )
            for old in before or []:  # The new one is there already: no night is without any.
                self._client.delete_recurring_run(old.recurring_run_id)
        return str(made.recurring_run_id)

    def runs(self, name: str | None = None) -> list[ClusterRun]:
        """The newest first; at most a hundred."""
        with self._api():
            found = self._client.list_runs(
                experiment_id=self._experiment(),
                page_size=_PAGE,
                sort_by="created_at desc",
                filter=None if name is None else _by_name(name),
            ).runs
        return [_run(run) for run in found or []]

    def wait(self, run_id: str, *, every_s: float = 30.0, sleep: Callable[[float], None] = time.sleep) -> ClusterRun:
        """Waits for the end of a run."""
        while True:
            with self._api():
                run = _run(self._client.get_run(run_id))
            if run.state in ENDED:
                return run
            sleep(every_s)

    def _experiment(self) -> str:
        return str(self._client.create_experiment(self._pipeline, namespace=self._namespace).experiment_id)

    @contextlib.contextmanager
    def _api(self) -> Iterator[None]:
        try:
            with contextlib.redirect_stdout(None):  # kfp prints addresses.
                yield
        except kfp_server_api.ApiException as error:
            way_out = _STATUS_SAID.get(error.status, "mend what it names")
            raise ApiRefusedError(
                f"`--host` {self._host} answered {error.status}: {_said(error)} To go on, {way_out}."
            ) from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise ApiUnreachableError(
                f"`--host` must be the address of Kubeflow Pipelines' API, but {self._host} does not answer: {error}. "
                "Check it, or forward the port: kubectl port-forward -n kubeflow svc/ml-pipeline-ui 8080:80."
            ) from error


@final
class _Client(kfp.Client):
    """kfp's, but for its first question, which kfp asks five times and whose answer it then keeps to itself."""

    @override
    def get_kfp_healthz(self, sleep_duration: int = 0) -> kfp_server_api.V2beta1GetHealthzResponse:
        del sleep_duration
        return self._healthz_api.healthz_service_get_healthz()


@contextlib.contextmanager
def _written(text: str) -> Iterator[str]:
    """The text as a file, which kfp asks for."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, _FILE)
        path.write_text(text, encoding="utf-8")
        yield str(path)


def _by_name(name: str) -> str:
    return json.dumps({"predicates": [{"operation": "EQUALS", "key": "display_name", "stringValue": name}]})


def _run(run: Any) -> ClusterRun:  # Any: what kfp's generated client returns.
    error = "" if run.error is None else str(run.error.message or "")
    return ClusterRun(str(run.run_id), str(run.display_name), str(run.state or "PENDING"), run.created_at, error)


def _said(error: kfp_server_api.ApiException) -> str:
    """What the API's own message says, on one line."""
    try:
        message = json.loads(error.body)["error"]
    except (TypeError, ValueError, KeyError):
        message = str(error.body or error.reason)
    return " ".join(str(message).split()).rstrip(".") + "."
