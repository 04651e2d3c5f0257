"""Which day a run is of, and that its retries are of the same."""

import dataclasses

import pytest

from components.example_gen import DataConfig, Format, SpanSplit
from pipeline.config import load_config

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]  # TFX is imported, and warns of itself.


@pytest.fixture
def config(tmp_path):
    from tests.pipeline.conftest import FUNNEL

    path = tmp_path / "funnel.yaml"
    path.write_text(FUNNEL.format(folder=tmp_path))
    data = DataConfig(format=Format.CSV, path="{YYYY}-{MM}-{DD}", split=SpanSplit(), window_days=3)
    return dataclasses.replace(load_config(str(path)), data=data)


def test_the_first_to_ask_decides_for_the_whole_run(config):
    from pipeline.run_date import with_run_date

    def date(run_id, today):
        return with_run_date(config, run_id=run_id, today=today).data.run_date

    assert date("first", "2026-01-31") == "2026-01-31"
    assert date("first", "2026-02-01") == "2026-01-31"  # A retry past midnight.
    assert date("second", "2026-02-01") == "2026-02-01"


def test_a_date_that_was_given_wins_and_without_a_window_there_is_none(config):
    from pipeline.run_date import with_run_date

    for data in (
        dataclasses.replace(config.data, run_date="2025-12-24"),
        dataclasses.replace(config.data, window_days=None),
    ):
        given = dataclasses.replace(config, data=data)
        assert with_run_date(given, run_id="first", today="2026-01-31") is given
