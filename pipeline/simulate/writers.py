"""Files that columns are written to, a stretch of rows at a time."""

from __future__ import annotations

import abc
import gzip
from collections.abc import Mapping
from typing import IO, Any, Final, final

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from typing_extensions import override

__all__ = ["WRITERS", "CsvWriter", "ParquetWriter", "RowWriter", "TFRecordWriter"]

_GZIP_LEVEL: Final = 6


class RowWriter(abc.ABC):
    """One file, open for writing. Equal rows, written in equal stretches, make equal bytes."""

    @abc.abstractmethod
    def __init__(self, path: str, example: Mapping[str, np.ndarray]) -> None:
        """Opens `path`; `example` shows the columns and their types."""

    @abc.abstractmethod
    def write(self, columns: Mapping[str, np.ndarray]) -> None:
        """Appends rows, given by column, `[rows]` each: int64, float32, float64 or strings."""

    @abc.abstractmethod
    def close(self) -> None:
        """Completes the file."""


@final
class CsvWriter(RowWriter):
    """CSV with a header; gzipped where the path ends in `.gz`."""

    @override
    def __init__(self, path: str, example: Mapping[str, np.ndarray]) -> None:
        self._raw = open(path, "wb")  # noqa: SIM115  # Closed in `close`.
        self._file: IO[bytes] | gzip.GzipFile = self._raw
        if path.endswith(".gz"):
            # No name and no time in the header: equal rows make equal bytes.
            self._file = gzip.GzipFile(filename="", mode="wb", compresslevel=_GZIP_LEVEL, fileobj=self._raw, mtime=0)
        options = pa.csv.WriteOptions(quoting_style="needed", include_header=False)
        self._file.write((",".join(example) + "\n").encode())
        self._writer = pa.csv.CSVWriter(self._file, _batch(example).schema, write_options=options)

    @override
    def write(self, columns: Mapping[str, np.ndarray]) -> None:
        self._writer.write_batch(_batch(columns))

    @override
    def close(self) -> None:
        self._writer.close()
        self._file.close()
        self._raw.close()


@final
class ParquetWriter(RowWriter):
    """Parquet, one row group a stretch."""

    @override
    def __init__(self, path: str, example: Mapping[str, np.ndarray]) -> None:
        self._writer = pa.parquet.ParquetWriter(path, _batch(example).schema)

    @override
    def write(self, columns: Mapping[str, np.ndarray]) -> None:
        self._writer.write_batch(_batch(columns))

    @override
    def close(self) -> None:
        self._writer.close()


@final
class TFRecordWriter(RowWriter):
    """TFRecord of tf.Example; gzipped where the path ends in `.gz`. The only writer that needs TensorFlow."""

    @override
    def __init__(self, path: str, example: Mapping[str, np.ndarray]) -> None:
        import tensorflow as tf

        self._tf = tf
        self._writer = tf.io.TFRecordWriter(path, "GZIP" if path.endswith(".gz") else "")

    @override
    def write(self, columns: Mapping[str, np.ndarray]) -> None:
        names = list(columns)
        for row in zip(*(column.tolist() for column in columns.values()), strict=True):
            features = {name: self._feature(value) for name, value in zip(names, row, strict=True)}
            example = self._tf.train.Example(features=self._tf.train.Features(feature=features))
            self._writer.write(example.SerializeToString(deterministic=True))

    @override
    def close(self) -> None:
        self._writer.close()

    def _feature(self, value: Any) -> Any:  # A protobuf message, whose class mypy cannot see.
        train = self._tf.train
        if isinstance(value, int):
            return train.Feature(int64_list=train.Int64List(value=[value]))
        if isinstance(value, float):
            return train.Feature(float_list=train.FloatList(value=[value]))
        return train.Feature(bytes_list=train.BytesList(value=[value.encode()]))


# By the end of the path.
WRITERS: Final[dict[str, type[RowWriter]]] = {
    ".csv": CsvWriter,
    ".csv.gz": CsvWriter,
    ".parquet": ParquetWriter,
    ".tfrecord": TFRecordWriter,
    ".tfrecord.gz": TFRecordWriter,
}


def _batch(columns: Mapping[str, np.ndarray]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({name: pa.array(column) for name, column in columns.items()})
