"""Runs are submitted, scheduled, made up for and shown through the API, and its refusals are said in a sentence."""

import pytest

from kubeflow.client import COOKIE_VARIABLE, TOKEN_VARIABLE, ClusterClient
from kubeflow.errors import ApiRefusedError, ApiUnreachableError
from tests.kubeflow.test_golden import GOLDEN

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::FutureWarning")]  # kfp says that it is for v2.

TEXT = (GOLDEN / "chicago_taxi.yaml").read_text()
NIGHTLY = {"cron": "0 0 3 * * *", "parameters": {}, "catch_up": False, "max_concurrency": 1}


@pytest.fixture
def client(api):
    return ClusterClient("chicago_taxi", api.host, environment={})


def test_a_run_is_submitted_with_its_parameters_into_the_pipelines_experiment(api, client):
    run = client.submit(TEXT, "chicago_taxi 2026-11-22", {"run_date": "2026-11-22"})
    (made,) = api.runs.values()
    assert (run.run_id, run.name, run.state) == (made["run_id"], "chicago_taxi 2026-11-22", "PENDING")
    assert made["runtime_config"]["parameters"] == {"run_date": "2026-11-22"}
    assert set(made["pipeline_spec"]) == {"pipeline_spec", "platform_spec"}
    (experiment,) = api.experiments.values()
    assert (experiment["display_name"], experiment["experiment_id"]) == ("chicago_taxi", made["experiment_id"])


def test_the_same_run_is_not_submitted_twice_unless_it_failed(api, client):
    api.ends = ["FAILED"]
    first = client.submit(TEXT, "one", {})
    assert client.submit(TEXT, "one", {}).run_id == first.run_id
    failed = client.wait(first.run_id, sleep=lambda wait_s: None)
    assert (failed.state, failed.error) == ("FAILED", "Trainer exited 1")
    second = client.submit(TEXT, "one", {})
    assert second.run_id != first.run_id
    assert client.wait(second.run_id, sleep=lambda wait_s: None).state == "SUCCEEDED"
    assert client.submit(TEXT, "one", {}).run_id == second.run_id
    assert len(api.runs) == 2


def test_a_schedule_takes_the_place_of_the_one_before(api, client):
    client.schedule(TEXT, "chicago_taxi", **NIGHTLY)
    made = client.schedule(TEXT, "chicago_taxi", **{**NIGHTLY, "cron": "0 30 4 * * *", "catch_up": True})
    ((key, schedule),) = api.schedules.items()
    assert key == made
    assert schedule["trigger"]["cron_schedule"]["cron"] == "0 30 4 * * *"
    assert schedule["no_catchup"] is False
    assert str(schedule["max_concurrency"]) == "1"
    assert schedule["mode"] == "ENABLE"


def test_a_schedule_that_is_refused_leaves_the_one_before(api, client):
    made = client.schedule(TEXT, "chicago_taxi", **NIGHTLY)
    with pytest.raises(ApiRefusedError):
        client.schedule(TEXT, "chicago_taxi", **{**NIGHTLY, "cron": "0 3 * * *"})
    assert list(api.schedules) == [made]


def test_runs_are_shown_the_newest_first(client):
    names = ["one", "two", "three"]
    for name in names:
        client.submit(TEXT, name, {})
    assert [run.name for run in client.runs()] == names[::-1]
    assert [run.name for run in client.runs("two")] == ["two"]


@pytest.mark.parametrize("variable", [TOKEN_VARIABLE, COOKIE_VARIABLE])
def test_a_token_or_a_cookie_lets_in_and_neither_does_not(api, variable):
    api.token, api.cookie = "t0", "authservice_session=c0"
    value = {TOKEN_VARIABLE: "t0", COOKIE_VARIABLE: "authservice_session=c0"}[variable]
    assert ClusterClient("chicago_taxi", api.host, environment={variable: value}).runs() == []
    said = (
        rf"^`--host` {api.host} answered 401: Request not authenticated\. To go on, give a token in "
        rf"{TOKEN_VARIABLE} or a cookie in {COOKIE_VARIABLE}, or run in a pod with a service account\.$"
    )
    with pytest.raises(ApiRefusedError, match=said):
        ClusterClient("chicago_taxi", api.host, environment={}).runs()


def test_what_the_api_refuses_is_said_in_its_words(client, api):
    with pytest.raises(ApiRefusedError, match=r"answered 400: parameter epochs is not found in pipeline spec's input"):
        client.submit(TEXT, "one", {"epochs": "3"})
    with pytest.raises(ApiRefusedError, match=r"answered 400: Schedule cron is not supported: Expected exactly 6"):
        client.schedule(TEXT, "one", **{**NIGHTLY, "cron": "0 3 * * *"})
    assert not api.runs and not api.schedules


def test_an_address_where_nothing_answers_is_named():
    said = r"`--host` must be the address of Kubeflow Pipelines' API, but http://127\.0\.0\.1:9 does not answer: "
    with pytest.raises(ApiUnreachableError, match=said):
        ClusterClient("chicago_taxi", "http://127.0.0.1:9", environment={}).runs()
