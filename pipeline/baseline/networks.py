"""One network a task, fused: all of them behind one signature, as the multi-task model is asked."""

from __future__ import annotations

import dataclasses
import datetime
import os
import pathlib
import shutil
import time
from collections.abc import Callable
from typing import Final

from tensorflow.core.protobuf import saved_model_pb2

from components.example_gen.split import EVAL, TRAIN
from components.trainer.record import RECORD_FILE, read_record
from components.twins.last import LastTwins, is_usable, read_last, write_last
from components.twins.plan import TwinsPlan
from components.twins.training import RECORDS, train_twins
from models.fusion.beside import read_declaration
from models.fusion.kept import same_formulas
from pipeline.baseline.cost import serving_cost
from pipeline.baseline.fused import fused_scores
from pipeline.baseline.judged import MODEL, judged_beside
from pipeline.baseline.record import BaselineRecord
from pipeline.baseline.run import FOLDER, scores_path
from pipeline.baseline.subject import SERVING, Subject, asked_scores, subject_of
from pipeline.compare.result import Compared
from pipeline.config import PipelineConfig
from pipeline.twins import last_file, twins_plan

__all__ = ["SINGLE_TASK", "network_baseline"]

SINGLE_TASK: Final = "single_task"
_LAST: Final = f"{SINGLE_TASK}.json"
_SAVED_MODEL: Final = "saved_model.pb"

Say = Callable[[str], None]


def network_baseline(config: PipelineConfig, *, say: Say = lambda text: None) -> tuple[BaselineRecord, Compared]:
    """Takes the twins of the last run, or trains them, and judges its model beside them.

    They are `components.twins`: a network for each output, of as many parameters outside the embedding tables as the
    whole model, on the same rows, in the same steps; exported together, with the model's signatures. Twins of the same
    rows and the same plan are not trained again, whether a run or this command trained them.

    Args:
        config: A checked configuration whose pipeline has run.
        say: Told what is under way.

    Raises:
        NoRowsError, NoModelError: The run has left no rows, or no model.
        UnusableInputError: Transformed examples cannot be read.
    """
    subject, plan = subject_of(config), twins_plan(config)
    twins, diverged = _twins(subject, plan, say)
    say("judging them on the eval rows, beside the model of the run")
    rows, path = subject.rows(EVAL, tuple(config.kept_columns)), scores_path(subject, SINGLE_TASK)
    serving = os.path.join(twins.uri, SERVING)
    answers = asked_scores(serving, rows.serialized)
    answers |= fused_scores(subject.model, answers, rows.raw)  # By the model's weights, whatever theirs are.
    compared = judged_beside(
        config,
        rows,
        model=asked_scores(subject.model, rows.serialized),
        baseline=(SINGLE_TASK, answers),
        path=path,
    )
    say(f"scores, for `evenkeel compare {MODEL} {SINGLE_TASK} --scores`: {path}")
    say("timing calls of both")
    train = subject.rows(TRAIN)
    notes = tuple(f"`{name}` has no network of its own: {why}" for name, why in diverged.items())
    record = BaselineRecord(
        run_id=subject.stored.run_id,
        kind=SINGLE_TASK,
        train_rows=len(train.serialized),
        digest=train.digest,
        seconds=_seconds(twins),
        comparison=compared.comparison,
        notes=notes,
        cost=serving_cost(subject, plan, rows, serving=serving),
    )
    say(f"served by one signature: {serving}")
    return record, dataclasses.replace(compared, notes=notes)


def _twins(subject: Subject, plan: TwinsPlan, say: Say) -> tuple[LastTwins, dict[str, str]]:
    """Those of a run or of this command, where rows and plan are the same; else new ones. And which diverged."""
    rows = " ".join(sorted((subject.stored.examples, subject.stored.transform_graph)))
    home = os.path.abspath(os.path.join(subject.config.home, FOLDER))
    for path in (last_file(subject.config), os.path.join(home, _LAST)):
        last = read_last(path)
        if last is None or not is_usable(last, plan=plan.fingerprint, rows=rows, every=1):
            continue
        if _serves_all(last, subject):
            say(f"taking the networks trained {last.trained}")
            return last, {}
    say(f"training {len(plan.twins)} networks on the rows of run {subject.stored.run_id}")
    uri = os.path.join(home, SINGLE_TASK)
    shutil.rmtree(uri, ignore_errors=True)
    began = time.monotonic()
    files = [[os.path.join(subject.stored.examples, f"Split-{split}", "*")] for split in (TRAIN, plan.watched_split)]
    diverged = train_twins(
        plan,
        subject.transformed,
        files=(files[0], files[1]),
        serving=os.path.join(uri, SERVING),
        folder=uri,
    )
    say(f"trained in {time.monotonic() - began:.0f} s")
    now = datetime.datetime.now(tz=datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    last = LastTwins(uri=uri, plan=plan.fingerprint, rows=rows, trained=now)
    if not diverged:
        write_last(os.path.join(home, _LAST), last)
    return last, diverged


def _serves_all(last: LastTwins, subject: Subject) -> bool:
    """Whether nobody has cleared them away, and they can be asked as the model can."""
    if not os.path.exists(os.path.join(last.uri, SERVING, _SAVED_MODEL)):
        return False
    theirs, wanted = _signatures(os.path.join(last.uri, SERVING)), _signatures(subject.model)
    declared = [read_declaration(folder) for folder in (os.path.join(last.uri, SERVING), subject.model)]
    return same_formulas(*declared) and all(
        outputs <= theirs.get(name, frozenset()) for name, outputs in wanted.items()
    )


def _signatures(folder: str) -> dict[str, frozenset[str]]:
    """The outputs of each of a SavedModel's; a fused score is one."""
    saved = saved_model_pb2.SavedModel.FromString(pathlib.Path(folder, _SAVED_MODEL).read_bytes())
    return {name: frozenset(one.outputs) for name, one in saved.meta_graphs[0].signature_def.items()}


def _seconds(twins: LastTwins) -> float:
    """Of all epochs of all networks."""
    paths = pathlib.Path(twins.uri, RECORDS).glob(f"*/{RECORD_FILE}")
    return sum(interval.seconds for path in paths for interval in read_record(str(path.parent)).intervals)
