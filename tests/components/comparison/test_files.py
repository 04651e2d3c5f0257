"""Models compared from Parquet files, as from rows in memory."""

import dataclasses

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.comparison import NO_ID, GroupSums, Kind, PairedSums, Reference, membership
from components.comparison.columns import TaskColumns, ids_of, memberships_of
from components.comparison.files import Job, compare_files
from components.gauc_weight import GaucWeight
from tests.components.comparison.samples import DEVICES, figures, plan_of, rows_of_users

CLICK = TaskColumns(
    output="click",
    kind=Kind.BINARY,
    metrics=("gauc", "auc", "log_loss"),
    label="clicked",
    candidate="new",
    references={Reference.BASELINE: "old"},
    known="shown",
)


@pytest.fixture
def rows():
    """Some of them not known."""
    found = rows_of_users(num_users=900)
    known = np.random.default_rng(1).random(len(found.labels)) < 0.9
    return dataclasses.replace(found, known=known)


@pytest.fixture
def job(rows, tmp_path):
    """Two files of several row groups each."""
    labels = [
        None if place % 2 and not rows.known[place] else label for place, label in enumerate(rows.labels.tolist())
    ]
    table = pa.table(
        {
            "clicked": pa.array(labels, pa.int64()),
            "new": rows.scores[0],
            "old": rows.scores[1],
            "shown": rows.known,
            "user": [f"user {number}" for number in rows.clusters],
            "device": DEVICES[rows.slices[0].codes],  # Named in the order of their names.
        }
    )
    half = len(rows.labels) // 2
    for name, part in (("a", table[:half]), ("b", table[half:])):
        pq.write_table(part, tmp_path / name, row_group_size=500)
    paths = tuple(str(tmp_path / name) for name in "ab")
    return Job(paths=paths, tasks=(CLICK,), cluster="user", user="user", slicings=(("device",),), workers=1)


def expected_cells(rows, **changes):
    sums = PairedSums(plan_of(*CLICK.metrics))
    users = GroupSums(plan_of(*CLICK.metrics, clustered=False, **changes), "gauc")
    sums.add(rows)
    users.add(dataclasses.replace(rows, clusters=None), rows.clusters)
    return users.cells() + sums.cells()


def test_they_say_what_rows_in_memory_say(rows, job):
    found, expected = compare_files(job), expected_cells(rows)
    assert [(cell.metric, cell.slice) for cell in found.cells] == [(cell.metric, cell.slice) for cell in expected]
    np.testing.assert_allclose(figures(found.cells), figures(expected), rtol=1e-9)
    assert (found.cluster_column, found.references) == ("user", {Reference.BASELINE: "old"})


def test_users_weigh_as_they_are_asked_to(rows, job):
    clicks = compare_files(dataclasses.replace(job, gauc_weight=GaucWeight.CLICKS))
    expected = expected_cells(rows, gauc_weight=GaucWeight.CLICKS)
    np.testing.assert_allclose(figures(clicks.cells), figures(expected), rtol=1e-9)
    assert clicks.gauc_weight is GaucWeight.CLICKS
    assert not np.allclose(figures(clicks.cells), figures(expected_cells(rows)))


@pytest.mark.integration
def test_two_processes_say_the_same(job):
    one, two = compare_files(job), compare_files(dataclasses.replace(job, workers=2))
    np.testing.assert_allclose(figures(two.cells), figures(one.cells), rtol=1e-9)


def test_users_are_whole_in_every_partition(rows, job, monkeypatch):
    monkeypatch.setattr("components.comparison.files._PARTITION_ROWS", 400)
    np.testing.assert_allclose(figures(compare_files(job).cells), figures(expected_cells(rows)), rtol=1e-9)


@pytest.mark.parametrize(("metric", "field"), [("gauc", "user"), ("ndcg", "list")])
def test_a_metric_within_groups_needs_their_column(job, metric, field):
    ranked = dataclasses.replace(CLICK, metrics=(metric,))
    message = rf"^`{field}` must name a column where {metric} is asked for, got None with \['click'\]\.$"
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(job, tasks=(ranked,), user=None)


@pytest.mark.parametrize("partition_rows", [2**20, 400])
def test_lists_within_users_say_what_rows_in_memory_say(rows, job, tmp_path, monkeypatch, partition_rows):
    monkeypatch.setattr("components.comparison.files._PARTITION_ROWS", partition_rows)
    days = np.random.default_rng(2).integers(0, 2, len(rows.labels)).astype(np.uint64)
    lists = rows.clusters * np.uint64(2) + days
    start, paths = 0, []
    for path in job.paths:
        table = pq.read_table(path)
        paths.append(f"{path}-lists")
        pq.write_table(table.append_column("list", pa.array(lists[start : start + len(table)])), paths[-1])
        start += len(table)
    ranked = dataclasses.replace(CLICK, metrics=("ndcg",))
    asked = dataclasses.replace(job, paths=tuple(paths), tasks=(ranked,), list="list", ndcg_at=3)
    expected = GroupSums(plan_of("ndcg", ndcg_at=3), "ndcg")
    expected.add(rows, lists)
    found = compare_files(asked).cells
    np.testing.assert_allclose(figures(found), figures(expected.cells()), rtol=1e-9)
    assert found[0].clusters < len(np.unique(lists[rows.known]))  # Users are the clusters, and have two lists.
    ten = compare_files(dataclasses.replace(asked, ndcg_at=10)).cells
    assert not np.allclose(figures(ten), figures(found))


@pytest.mark.parametrize("values", [[1, 2, None, 1], ["a", None, "b", "a"], [b"a", b"b", b"", b"a"]])
def test_ids_and_slices_of_columns_are_those_of_arrays(values):
    batch = pa.record_batch({"x": pa.array(values), "y": pa.array([1, 1, 2, None])})
    ids = ids_of(batch["x"])
    assert ids[0] == ids[3]
    assert len(set(ids.tolist())) == 3
    slicings = (("x",), ("x", "y"))
    columns = {name: np.array(batch[name].to_pylist(), dtype=object) for name in ("x", "y")}
    for found, slicing in zip(memberships_of(batch, slicings), slicings, strict=True):
        expected = membership(slicing, [columns[name] for name in slicing])
        assert set(found.names) == set(expected.names)
        names = [(*found.names, None)[code] for code in found.codes]
        assert names == [(*expected.names, None)[code] for code in expected.codes]


def without_some_users(job, tmp_path, users):
    """The same files, of which every second row has no user."""
    paths = []
    for path in job.paths:
        table = pq.read_table(path)
        own = pa.array([None if place % 2 else user for place, user in enumerate(users(table))])
        paths.append(f"{path}-some")
        pq.write_table(table.set_column(table.column_names.index("user"), "user", own), paths[-1], row_group_size=500)
    return dataclasses.replace(job, paths=tuple(paths))


def test_rows_without_a_user_are_clusters_of_their_own_and_no_user_of_gauc(job, tmp_path):
    found = compare_files(without_some_users(job, tmp_path, lambda table: table["user"].to_pylist()))
    tables = [pq.read_table(path) for path in job.paths]
    shown = np.concatenate([table["shown"].to_numpy() for table in tables])
    lacks = np.concatenate([np.arange(len(table)) % 2 for table in tables]) > 0
    users = np.concatenate([np.array(table["user"].to_pylist()) for table in tables])
    cells = {cell.metric: cell for cell in found.cells if cell.slice == ()}
    assert cells["auc"].clusters == len(set(users[shown & ~lacks])) + np.count_nonzero(shown & lacks)
    assert cells["gauc"].ungrouped == np.count_nonzero(shown & lacks)
    assert cells["gauc"].rows == np.count_nonzero(shown & ~lacks)


def test_a_number_is_the_same_user_whether_or_not_others_of_its_batch_are_missing():
    assert ids_of(pa.array([3, None, 7]))[[0, 2]].tolist() == ids_of(pa.array([3, 7])).tolist() == [3, 7]
    assert ids_of(pa.array([3, None]))[1] == ids_of(pa.array([None, "ann"]))[0] == NO_ID
