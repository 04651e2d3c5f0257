import dataclasses
import json
import pathlib

import pytest

from benchmarks import run_log
from benchmarks.balancing import SEEDS
from benchmarks.balancing_results import FINAL, TUNING, Run, best, chosen, markdown, page
from benchmarks.balancing_settings import BUDGET
from benchmarks.seed_intervals import student_interval

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"

RUN = Run(
    case="taxi",
    architecture="ple",
    method="static",
    setting="as declared",
    stage=FINAL,
    seed=1,
    setup="ab12",
    parameters=1_234,
    scores={"card": 0.75, "fare": -0.5},
    objective=0.1,
    is_finite=True,
    step_ratio=None,
    seconds=3.2,
)


def run(method, seed, card, fare=-0.5, **changes):
    return dataclasses.replace(RUN, method=method, seed=seed, scores={"card": card, "fare": fare}, **changes)


def static(seeds=(1, 2, 3), **changes):
    return [run("static", seed, 0.7 + 0.01 * seed, -0.5 - 0.1 * seed, **changes) for seed in seeds]


def row(lines, method):
    return next([cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith(f"| {method} |"))


def test_what_is_appended_is_read_back_and_a_line_cut_short_is_dropped(tmp_path):
    path = tmp_path / "new" / "runs.jsonl"
    run_log.append(path, RUN)
    whole = path.read_text()
    path.write_text(whole + json.dumps(dataclasses.asdict(RUN))[:50])
    assert run_log.read(path, Run) == [RUN]
    run_log.append(path, run("mgda", 2, 0.5))
    assert run_log.read(path, Run) == [RUN, run("mgda", 2, 0.5)]


@pytest.mark.parametrize(
    "change",
    [
        {"case": "other"},
        {"architecture": "mmoe"},
        {"method": "mgda"},
        {"setting": "c 1"},
        {"stage": TUNING},
        {"seed": 2},
        {"setup": "cd34"},
    ],
    ids=str,
)
def test_a_run_counts_as_done_only_if_all_that_makes_it_is_the_same(change):
    assert dataclasses.replace(RUN, seconds=9.9, scores={}, step_ratio=1.0).key == RUN.key
    assert dataclasses.replace(RUN, **change).key != RUN.key


def test_the_setting_is_the_best_finite_one_and_of_equals_the_first():
    tuned = [dataclasses.replace(RUN, setting=name, objective=value) for name, value in (("a", 1), ("b", 3), ("c", 3))]
    assert chosen(tuned).setting == "b"
    assert chosen([tuned[0], dataclasses.replace(tuned[1], is_finite=False)]).setting == "a"


def test_differences_are_paired_by_seed_against_the_static_sum_of_the_same_network():
    own = [
        run("mgda", seed, 0.7 + 0.01 * seed + gain, -0.5 - 0.1 * seed)
        for seed, gain in ((3, 0.03), (1, 0.01), (2, 0.02))
    ]
    other = static(architecture="mmoe")
    lines = list(markdown([*own, *static(), run("mgda", 4, 0.99), *other, run("dwa", 1, 0.9)]))
    assert row(lines, "static")[2:5] == ["3", "0.7200", "-0.7000"]
    found = row(lines, "mgda")
    assert found[2:4] == ["3", student_interval([0.03, 0.01, 0.02]).text(signed=True)]
    assert found[4] == student_interval([0.0, 0.0, 0.0]).text(signed=True)
    assert found[5] == "no regression (0 up, 0 down)"
    assert not any(line.startswith("| dwa") for line in lines)
    assert [line.split(" (")[0] for line in lines if line.startswith("**")] == ["**taxi, ple**", "**taxi, mmoe**"]


def test_holm_counts_the_comparisons_of_the_whole_case():
    def runs(architecture):
        gains = {1: 0.010, 2: 0.011, 3: 0.012}  # p is 0.003, which stands among two and eight, not among twenty.
        own = [run("mgda", s, 0.7 + 0.01 * s + gain, -0.5 - 0.1 * s) for s, gain in gains.items()]
        return [dataclasses.replace(one, architecture=architecture) for one in (*own, *static())]

    alone = row(markdown(runs("ple")), "mgda")
    assert alone[3].startswith("**+0.0110")
    assert alone[5:7] == ["no regression (1 up, 0 down)"] * 2
    many = list(markdown([one for k in range(10) for one in runs(f"net {k}") if k == 0 or one.method == "static"]))
    assert row(many, "mgda")[3].startswith("**")  # Static sums are compared with nothing.
    noise = {1: 0.01, 2: -0.01, 3: 0.001}
    others = [run(f"m{k}", s, 0.7 + 0.01 * s + gain, -0.5 - 0.1 * s) for k in range(9) for s, gain in noise.items()]
    crowded = row(markdown([*runs("ple"), *others]), "mgda")
    assert crowded[3].startswith("+0.0110*")
    assert crowded[5:7] == ["no regression (1 up, 0 down)", "no regression (0 up, 0 down)"]
    elsewhere = [dataclasses.replace(one, architecture="mmoe") for one in (*others, *static())]
    assert row(markdown([*runs("ple"), *elsewhere]), "mgda")[3].startswith("+0.0110*")
    another = [dataclasses.replace(one, case="census") for one in (*others, *static())]
    assert row(markdown([*runs("ple"), *another]), "mgda")[3].startswith("**")


def test_opposed_differences_are_a_seesaw_and_steps_and_failures_are_told():
    gains = {1: 0.010, 2: 0.0101, 3: 0.0102}
    own = [
        run("mgda", s, 0.7 + 0.01 * s + g, -0.5 - 0.1 * s - g, step_ratio=1.25 if s == 1 else None, is_finite=s != 2)
        for s, g in gains.items()
    ]
    found = row(markdown([*static(), *own]), "mgda")
    assert found[2] == "3, 1 not finite"
    assert found[5:] == ["seesaw (1 up, 1 down)", "seesaw (1 up, 1 down)", "1.25"]


def test_runs_of_an_earlier_setup_and_of_tuning_are_left_out():
    old = [run("mgda", seed, 0.9, setup="old") for seed in (1, 2, 3)]
    new = [run("mgda", seed, 0.7 + 0.01 * seed, -0.5 - 0.1 * seed) for seed in (1, 2)]
    tuned = [run("mgda", seed, 0.1, stage=TUNING) for seed in (1, 2, 3)]
    assert row(markdown([*old, *tuned, *static(), *new]), "mgda")[2:4] == ["2", "+0.0000 [+0.0000, +0.0000]"]


def test_the_best_are_those_of_the_largest_mean_gain():
    gains = {"a": 0.01, "b": 0.03, "c": -0.1, "d": 0.02}
    runs = [
        run(name, seed, 0.7 + 0.01 * seed + gain, -0.5 - 0.1 * seed, case=case)
        for case in ("one", "two")
        for name, gain in {"static": 0.0, **gains}.items()
        for seed in (1, 2, 3)
    ]
    assert best(runs, ("one", "two"), count=2, seeds=3) == ("b", "d")
    with pytest.raises(
        ValueError, match=r"`runs` must hold 3 seeds of d and of static on each of 2 cases, got 5 pairs"
    ):
        best(runs[:-1], ("one", "two"), count=2, seeds=3)
    with pytest.raises(ValueError, match=r"`runs` must hold 5 methods or more, got 4"):
        best(runs, ("one", "two"), count=5, seeds=3)


def test_the_tables_of_the_docs_are_those_of_their_runs():
    runs = run_log.read(DOCS / "balancing.jsonl", Run)
    assert (DOCS / "balancing_tables.md").read_text() == page(runs) + "\n"
    assert len({run.key for run in runs}) == len(runs)
    cells = {(run.case, run.architecture, run.method): [] for run in runs}
    for run in runs:
        cells[run.case, run.architecture, run.method].append(run)
    for cell, own in cells.items():
        tuned, final = ([run for run in own if run.stage == stage] for stage in (TUNING, FINAL))
        assert len({run.setup for run in own}) == 1, cell
        assert (len(tuned), sorted(run.seed for run in final)) == (BUDGET, list(range(1, SEEDS + 1))), cell
        assert {run.setting for run in final} == {chosen(tuned).setting}, cell
