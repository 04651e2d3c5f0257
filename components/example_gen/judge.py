"""From counts to one error that says all that is wrong, if anything is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from components.errors import UnusableInputError
from components.example_gen.label_report import Place
from components.example_gen.plan import ExampleGenPlan
from components.example_gen.source import Format
from components.example_gen.split import TRAIN, VALIDATION, split_names, validation_field
from components.example_gen.summary import as_of, contradiction, num_rows
from components.example_gen.tally import Count, Tally
from models.binding import nearest
from models.expression import parse
from models.tasks import Loss, Task

__all__ = ["check_cells", "check_rows"]

NUM_PROBLEMS: Final = 20  # How many an error names.

_COLUMN_RULES: Final = (
    (
        Count.NOT_A_NUMBER,
        "column `{}` must hold numbers, got something else",
        "List the text in `missing` if it means not known, or read the column as categorical.",
    ),
    (
        Count.SEVERAL_VALUES,
        "column `{}` must hold one value, got a list",
        "Declare the column as a multi-valued feature, or write one value.",
    ),
    (
        Count.NO_TIME,
        "column `{}` must hold a time for `split`, got none",
        "Remove the rows, or split by another column.",
    ),
    (
        Count.NOT_A_TIME,
        "column `{}` must hold times as `event_time.unit` says, got something else",
        "Correct `unit` or the rows; list the text in `missing` if it means that nothing came.",
    ),
    (
        Count.NO_EVENT_TIME,
        "column `{}` must hold the time of each row's event, got none",
        "Remove the rows, or name another column in `event_time`.",
    ),
    (
        Count.TORN_LIST,
        "column `{}` must name lists whose rows are all in one split, got rows of one list in two",
        "Hash that column alone in `split`, or one that all rows of a list share.",
    ),
)


def check_rows(plan: ExampleGenPlan, tally: Tally) -> None:
    """Raises `UnusableInputError` if what was counted goes beyond what `plan` lets through.

    Rows are judged only where the files could be read, labels only where the rows are sound: one cause makes one
    message.
    """
    check_cells(plan, tally)
    _raise_if_any(_label_problems(plan, tally))


def check_cells(plan: ExampleGenPlan, tally: Tally) -> None:
    """Raises `UnusableInputError` if files or cells are not as `plan` says, whatever the labels come to."""
    for problems in (_file_problems(plan, tally), _row_problems(plan, tally)):
        _raise_if_any(problems)


def _raise_if_any(problems: Iterable[str]) -> None:
    found = list(problems)
    if len(found) > NUM_PROBLEMS:
        found = [*found[:NUM_PROBLEMS], f"And {len(found) - NUM_PROBLEMS} more problems of these kinds."]
    if found:
        raise UnusableInputError(found)


def _file_problems(plan: ExampleGenPlan, tally: Tally) -> Iterator[str]:
    yield from sorted(tally.problems)
    if plan.data.format is Format.TFRECORD and not tally.problems:
        present = tally.names(Count.PRESENT)
        for column in plan.needed:
            if column not in present:
                yield f"no record has the feature `{column}`. {nearest(column, present)} Correct the name or the files."


def _row_problems(plan: ExampleGenPlan, tally: Tally) -> Iterator[str]:
    for count, what, way_out in _COLUMN_RULES:
        for column in tally.names(count):
            if tally.get(count, column):
                yield f"{what.format(column)} {_where(tally, count, column)} {way_out}"
    for task in plan.tasks.tasks:
        if tally.get(Count.OUT_OF_RANGE, task.name):
            wanted, way_out = task.kind.label_rule
            where = _where(tally, Count.OUT_OF_RANGE, task.name)
            yield f"label `{task.label}` of task `{task.name}` must be {wanted}, got another value {where} {way_out}"


def _label_problems(plan: ExampleGenPlan, tally: Tally) -> Iterator[str]:
    empty = [split for split in split_names(plan.data.split) if not tally.get(Count.ROWS, split)]
    if empty:
        yield _emptiness(plan, tally, empty)
        return
    for loss in plan.tasks.losses:
        yield from _loss_problems(plan, tally, loss)
    limit = plan.data.label_check.max_share
    for task in plan.tasks.tasks:
        found = contradiction(tally, task.name)
        if found.share > limit:
            yield (
                f"task `{task.name}` is positive in {found.rows} row(s) where a task above it is negative: "
                f"{_listed(found.first)}. That is {found.share:.2%} of its positives, `label_check.max_share` "
                f"allows {limit:.2%}. Correct the labels, or allow the share."
            )


def _emptiness(plan: ExampleGenPlan, tally: Tally, empty: Sequence[str]) -> str:
    split = plan.data.split
    names = split_names(split)
    full = " and ".join(f"`{name}`" for name in names if name not in empty)
    where = f"all {num_rows(tally)} row(s) are in {full}" if full else "there is no row at all"
    field = validation_field(split)
    fields = [field.replace(VALIDATION, name) for name in names if name != TRAIN]
    way_out = _WAYS_OUT[split.by].format(" or ".join(f"`{name}`" for name in fields))
    which = " and ".join(f"`{name}`" for name in empty)
    return f"{f'split {which} is' if len(empty) == 1 else f'splits {which} are'} empty: {where}. {way_out}"


def _loss_problems(plan: ExampleGenPlan, tally: Tally, loss: Loss) -> Iterator[str]:
    task = plan.tasks.by_name[loss.task]
    known = tally.get(Count.KNOWN, loss.name, TRAIN)
    positive = tally.get(Count.POSITIVE, loss.name, TRAIN)
    trained_as = "" if loss.name == task.name else f", trained as `{loss.name}`,"
    subject = f"label `{task.label}` of task `{task.name}`{trained_as}"
    if not known:
        missing = ", ".join(f"`{name}` in {tally.get(Count.MISSING, name)}" for name in parse(task.label).columns)
        yield (
            f"{subject} is never known in split train. Of all {num_rows(tally)} row(s), values are missing of "
            f"{missing}.{_still_open(plan, tally, task)} Correct the label, its sample space or the rows."
        )
    elif loss.kind.is_binary and positive in (0, known):
        which = "negative" if positive == 0 else "positive"
        yield (
            f"{subject} is {which} in all {known} known row(s) of split train, so there is nothing to learn. "
            "Correct the label or the rows."
        )
    elif not tally.get(Count.WEIGHED, loss.name, TRAIN):
        yield (
            f"weight `{task.weight}` of task `{task.name}` is 0 or unusable in all {known} known row(s) of split "
            "train. Correct the weight or the rows."
        )


def _still_open(plan: ExampleGenPlan, tally: Tally, task: Task) -> str:
    line = [plan.tasks.by_name[name] for name in (*plan.tasks.ancestors(task.name), task.name)]
    found = [
        f" Of {tally.get(Count.ROWS, TRAIN)} row(s) of train, {tally.get(Count.OPEN, waiting.name, TRAIN)} are younger "
        f"than `matures_after` of task `{waiting.name}`, {waiting.matures_after}, as of {as_of(plan, tally)}."
        for waiting in line
        if waiting.matures_after is not None
    ]
    return "".join(found)


def _where(tally: Tally, count: Count, name: str) -> str:
    return f"in {tally.get(count, name)} row(s): {_listed(tally.first(count, name))}."


def _listed(places: Sequence[Place]) -> str:
    """Places as `a.csv:3 ('x'), 7 ('y'); b.csv:2 ('z')`."""
    by_file: dict[str, list[str]] = {}
    for place in places:
        by_file.setdefault(place.file, []).append(f"{place.row} ({place.text})" if place.text else str(place.row))
    return "; ".join(f"{file}:{', '.join(rows)}" for file, rows in by_file.items())


_WAYS_OUT: Final = {
    "hash": "Add rows, change {}, or hash `columns` of more values.",
    "time": "Move {} into the time that the rows cover.",
    "span": "Lower {}, or add spans.",
    "files": "Check `path` and {}.",
}
