"""Shared fixtures: the quiet TensorFlow, and real data where it lies beside the checkout."""

import logging
import pathlib

import pytest

import models  # noqa: F401  # Picks Keras 2 before any test imports TensorFlow.

WITH_PIPELINES = pathlib.Path(__file__).resolve().parent / "pipeline"
_LONGEST_FIRST = ("timeout", "integration", "slow")  # Marks of tests.
SHARED_DATA = pathlib.Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> pathlib.Path:
    """The folder of real data sets beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real data sets are not beside this checkout")
    return SHARED_DATA


@pytest.fixture(scope="session")
def bucket_server():
    """The variables by which an object store on loopback is found."""
    from tests import bucket

    with bucket.serving() as variables:
        yield variables


@pytest.fixture
def bucket(bucket_server, monkeypatch):
    """Its one bucket, empty, which is s3://shop in this process."""
    from tests.bucket import Bucket

    for name, value in bucket_server.items():
        monkeypatch.setenv(name, value)
    found = Bucket()
    found.clear()
    return found


@pytest.fixture(autouse=True)
def _loud_log() -> None:
    """The command line silences the log of its process: another test's command must not silence this test's."""
    logging.disable(logging.NOTSET)


@pytest.hookimpl(tryfirst=True)  # Before the plugin that reads the marks.
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where processes share the tests, keeps those together that share what is made once, such as a run pipeline.

    What takes longest comes first, so that no process is left with it at the end while others have nothing to do.
    """
    groups = {item: _group(item.path) for item in items}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(str(group)))
    places: dict[pathlib.Path, int] = {}
    for item, group in groups.items():
        places[group] = min(places.get(group, len(_LONGEST_FIRST)), _place(item))
    items.sort(key=lambda item: places[groups[item]])


def _group(path: pathlib.Path) -> pathlib.Path:
    return path.parent if path.parent.is_relative_to(WITH_PIPELINES) else path


def _place(item: pytest.Item) -> int:
    marked = [place for place, name in enumerate(_LONGEST_FIRST) if item.get_closest_marker(name)]
    return min(marked, default=len(_LONGEST_FIRST))
