"""The Beam job: files to sorted shards, and counts to one tally. What it hands to Beam survives pickling."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, final

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems

from components.errors import FailedBeamJobError, UnusableInputError
from components.example_gen.derive import Deriver, Shard
from components.example_gen.files import InputFile, num_shards, open_file
from components.example_gen.packing import pack, unpack
from components.example_gen.plan import ExampleGenPlan
from components.example_gen.readers import READERS, Reading
from components.example_gen.shards import TEMPORARY_FOLDER, shard_path, write_shard, write_text
from components.example_gen.split import HashSplit, split_names
from components.example_gen.tally import Count, Tally, later
from components.example_gen.windows import newest_event

__all__ = ["run_job"]

BATCH_ROWS: Final = 8_192  # Rows that are Python objects at one time.

_TALLY: Final = "tally"
_TALLY_FILE: Final = "tally.json"
_REASON_LENGTH: Final = 500
_NO_RECORDS: Final = pack([])  # So that a shard without rows is an empty file, not a gap in the numbers.


def run_job(
    make_pipeline: Callable[[], beam.Pipeline], plan: ExampleGenPlan, *, files: Sequence[InputFile], folder: str
) -> Tally:
    """Reads `files` and writes the shards of all splits; raises `FailedBeamJobError` if the runner breaks.

    Args:
        make_pipeline: Makes an empty pipeline.
        plan: What to read and to derive.
        files: What `find_files` found.
        folder: Of the Examples artifact; the folders of all splits and the temporary one exist.

    Returns:
        Counts over all rows. Files that could not be read are among them, as problems.
    """
    shards, splits = num_shards(files, plan.data), split_names(plan.data.split)
    tally_path = FileSystems.join(folder, TEMPORARY_FOLDER, _TALLY_FILE)
    try:
        with make_pipeline() as pipeline:
            spread = pipeline | "Files" >> beam.Create(list(files)) | "Spread" >> beam.Reshuffle()
            ages = [_newest(spread, plan)] if plan.clock is not None and plan.clock.as_of is None else []
            read = spread | "Read" >> beam.ParDo(ReadFile(plan, shards), *ages).with_outputs(_TALLY, main="records")
            every = [((split, number), _NO_RECORDS) for split in splits for number in range(shards)]
            empty = pipeline | "EveryShard" >> beam.Create(every)
            grouped = (read.records, empty) | "Records" >> beam.Flatten() | "ByShard" >> beam.GroupByKey()
            written = grouped | "Write" >> beam.ParDo(WriteShard(folder, shards))
            tallies = (read[_TALLY], written) | "Tallies" >> beam.Flatten()
            total = tallies | "Count" >> beam.CombineGlobally(MergeTallies())
            _ = total | "WriteCounts" >> beam.ParDo(WriteText(folder, tally_path))
    except Exception as error:  # Beam raises whatever the runner and its workers raise.
        reason = str(error).strip().rsplit("\n", 1)[-1][:_REASON_LENGTH]
        message = f"the Beam job of ExampleGen failed: {reason or type(error).__name__}. Look at its log and run again."
        raise FailedBeamJobError(message) from error
    with FileSystems.open(tally_path) as stream:
        tally = Tally.from_json(stream.read().decode())
    _check_whole(tally, splits, files=len(files), shards=shards)
    return tally


def _newest(files: beam.PCollection, plan: ExampleGenPlan) -> beam.pvalue.AsSingleton:
    """The latest event of all files: it takes a pass of its own over one column, for it must be known to derive."""
    events = files | "Events" >> beam.Map(functools.partial(newest_event, plan))
    return beam.pvalue.AsSingleton(events | "Newest" >> beam.CombineGlobally(_latest))


def _latest(moments: Iterable[int | None]) -> int | None:
    return functools.reduce(later, moments, None)


def _check_whole(tally: Tally, splits: Sequence[str], *, files: int, shards: int) -> None:
    """Every file must have been read, every shard written, and every row that was read must have been written."""
    got = {
        "files": (tally.get(Count.FILES), files),
        "shards": (tally.get(Count.SHARDS), len(splits) * shards),
        **{f"{split} rows": (tally.get(Count.WRITTEN, split), tally.get(Count.ROWS, split)) for split in splits},
    }
    lost = [f"{found} of {wanted} {what}" for what, (found, wanted) in got.items() if found != wanted]
    if lost:
        message = f"the Beam runner lost part of the rows: {', '.join(lost)} came through. Use another `beam.runner`."
        raise FailedBeamJobError(message)


@final
class ReadFile(beam.DoFn):
    """One file to records by shard; what is wrong with it goes to the tally, so that one run names everything."""

    def __init__(self, plan: ExampleGenPlan, shards: int) -> None:
        self._plan = plan
        self._shards = shards

    def setup(self) -> None:
        """Parses the expressions once a worker."""
        self._deriver = Deriver(self._plan, self._shards)

    def process(self, file: InputFile, newest: int | None = None) -> Iterator[Any]:
        """Yields `(shard, records)`, and one tally, tagged; `newest` is the latest event of all files."""
        data = self._plan.data
        whole = isinstance(data.split, HashSplit) and not data.split.columns
        reading = Reading(data, self._plan.needed, whole)
        tally = Tally()
        tally.add(Count.FILES, rows=1)
        try:
            for block in READERS[data.format](functools.partial(open_file, file.path), file.path, reading):
                for part in block.slices(BATCH_ROWS):
                    shards, counted = self._deriver.derive(part, file, newest)
                    tally.merge(counted)
                    for shard, records in shards.items():
                        yield shard, pack(records)
        except UnusableInputError as error:
            tally.problems.update(error.problems)
        except (EOFError, OSError, zlib.error) as error:
            tally.problems.add(f"`{file.path}` is cut short or cannot be read: {error}. Write it again.")
        yield beam.pvalue.TaggedOutput(_TALLY, tally)


@final
class WriteShard(beam.DoFn):
    """All records of a shard to its file."""

    def __init__(self, folder: str, shards: int) -> None:
        self._folder = folder
        self._shards = shards

    def process(self, element: tuple[Shard, Iterable[bytes]]) -> Iterator[Tally]:
        """Writes one file, and counts what is in it."""
        shard, groups = element
        records = [record for group in groups for record in unpack(group)]
        write_shard(self._folder, shard_path(self._folder, shard, self._shards), records)
        tally = Tally()
        tally.add(Count.WRITTEN, shard[0], rows=len(records))
        tally.add(Count.SHARDS, rows=1)
        yield tally


@final
class WriteText(beam.DoFn):
    """A text to a file."""

    def __init__(self, folder: str, path: str) -> None:
        self._folder = folder
        self._path = path

    def process(self, text: str) -> None:
        """Writes the file."""
        write_text(self._folder, self._path, text)


@final
class MergeTallies(beam.CombineFn):
    """Tallies to one, as JSON."""

    def create_accumulator(self) -> Tally:
        """Nothing counted."""
        return Tally()

    def add_input(self, accumulator: Tally, tally: Tally) -> Tally:
        """Adds one."""
        accumulator.merge(tally)
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[Tally]) -> Tally:
        """Adds several."""
        return functools.reduce(self.add_input, accumulators, Tally())

    def extract_output(self, accumulator: Tally) -> str:
        """The text."""
        return accumulator.to_json()
