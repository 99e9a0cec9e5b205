"""Reading the collected files, writing the catalog's CSV files."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Row = dict[str, str]
Value = str | int | float | None


@dataclass
class DataFolder:
    """The folder of collected files; remembers which files were read, for the manifest."""

    root: Path
    used: set[str] = field(default_factory=set)

    def rows(self, name: str, keep: Callable[[Row], bool] = lambda _row: True) -> list[Row]:
        """Return the rows of ``root/name`` that `keep` accepts, in file order."""
        self.used.add(name)
        with (self.root / name).open(encoding="utf-8", newline="") as file:
            return [row for row in csv.DictReader(file) if keep(row)]


@dataclass(frozen=True)
class Table:
    """One CSV file of the catalog: name, columns in order, rows in order."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Value], ...]

    def write(self, folder: Path) -> Path:
        """Write the table to `folder` (UTF-8, LF, header; unknown values are empty) and return its path."""
        path = folder / self.name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows({column: text(row[column]) for column in self.columns} for row in self.rows)
        return path


def table(name: str, columns: str, rows: Iterable[Mapping[str, Value]], key: Sequence[str]) -> Table:
    """Make a table from comma-separated `columns`, sorted by the columns of `key` (numbers by value)."""
    ordered = sorted(rows, key=lambda row: tuple(row[column] for column in key))
    return Table(name, tuple(columns.split(",")), tuple(ordered))


def text(value: Value) -> str:
    """Write a value as a cell: numbers without superfluous digits, None as empty."""
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, int | float) else value


def number(cell: str) -> float | None:
    """Read a cell; empty is None."""
    return float(cell) if cell else None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
