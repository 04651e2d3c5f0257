"""Files to columns of raw cells, a block at a time."""

from collections.abc import Callable, Iterator
from typing import Final

from components.example_gen.readers.block import Block, Opener, Reading
from components.example_gen.readers.csv_rows import read_csv
from components.example_gen.readers.parquet_rows import read_parquet
from components.example_gen.readers.tfrecord_rows import read_tfrecord
from components.example_gen.source import Format

__all__ = ["READERS", "Block", "Opener", "Reading"]

READERS: Final[dict[Format, Callable[[Opener, str, Reading], Iterator[Block]]]] = {
    Format.CSV: read_csv,
    Format.PARQUET: read_parquet,
    Format.TFRECORD: read_tfrecord,
}
