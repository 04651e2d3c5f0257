"""Where patterns point."""

import pathlib

from components.example_gen.path import glob_of, has_spans


def test_placeholders_become_stars():
    assert glob_of("data/{YYYY}-{MM}-{DD}/part-*.csv") == "data/*-*-*/part-*.csv"
    assert has_spans("{SPAN}/x") and has_spans("{YYYY}{MM}{DD}") and not has_spans("{YYYY}")


def test_a_package_path_lies_in_the_installed_package():
    taxi = pathlib.Path(glob_of("package:tfx/examples/chicago_taxi_pipeline/data/simple/data.csv"))
    assert taxi.read_bytes().startswith(b"pickup_community_area,fare,")


def test_an_unknown_package_is_left_as_written():
    assert glob_of("package:no_such_package/x.csv") == "package:no_such_package/x.csv"
