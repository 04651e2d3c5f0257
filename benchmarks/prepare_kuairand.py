"""Joins KuaiRand's log with its users' properties into one CSV file, which `configs/kuairand.yaml` reads."""

from __future__ import annotations

import argparse
import csv
import gzip
import pathlib
from typing import Final

__all__ = ["join"]

LOG: Final = "log_*.tsv.gz"
USERS: Final = "user_features_*.csv"


def join(folder: pathlib.Path, target: pathlib.Path) -> int:
    """Writes each row of the log with its user's properties behind it; the log's order is kept.

    Args:
        folder: Holds the log, tab-separated and gzipped, and the users' file.
        target: The CSV file to write.

    Returns:
        The number of rows.

    Raises:
        SystemExit: A file is missing, or a row of the log has a user without properties.
    """
    with _only(folder, USERS).open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        properties = [name for name in reader.fieldnames or () if name != "user_id"]
        users = {row["user_id"]: row for row in reader}
    target.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(_only(folder, LOG), "rt", newline="", encoding="utf-8") as log, target.open("w", newline="") as out:
        rows = csv.DictReader(log, delimiter="\t")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*(rows.fieldnames or ()), *properties])
        for number, row in enumerate(rows, start=1):
            if row["user_id"] not in users:
                raise SystemExit(f"row {number} of the log has user {row['user_id']}, whom the users' file lacks.")
            user = users[row["user_id"]]
            writer.writerow([*row.values(), *(user[name] for name in properties)])
    return number


def _only(folder: pathlib.Path, pattern: str) -> pathlib.Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise SystemExit(f"{folder} must hold one file {pattern}, got {len(found)}: name the folder of KuaiRand.")
    return found[0]


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path, help=f"holds {LOG} and {USERS}")
    parser.add_argument("target", type=pathlib.Path, help="the CSV file to write")
    arguments = parser.parse_args()
    print(f"{arguments.target}: {join(arguments.folder, arguments.target)} rows")


if __name__ == "__main__":
    main()
