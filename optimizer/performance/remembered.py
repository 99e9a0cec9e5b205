"""Simulated capacities between runs: files of the cache folder, and the table that is shipped."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import json
import math
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from optimizer.performance.point import OperatingPoint
from optimizer.performance.sample import SAMPLE_VERSION

SHIPPED_TABLE = "shipped_capacities.csv"
#: Replicas -> requests/s.
Capacities = Mapping[int, float]


def point_key(point: OperatingPoint, seed: int) -> str:
    """Name what a simulated capacity depends on besides the number of replicas, by content."""
    content = [
        SAMPLE_VERSION,
        seed,
        [seconds.hex() for seconds in map(float, point.service_s)],
        float(point.max_wait_s).hex(),
        float(point.target_s).hex(),
        float(point.percentile).hex(),
        point.dispatch,
        *([float(point.scatter).hex()] if point.scatter != 1.0 else []),
        *([point.burst] if point.burst > 1 else []),
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:20]


def parse_rows(text: str) -> dict[str, dict[int, float]]:
    """Read rows ``key,replicas,requests/s``; rows that are none are passed over."""
    values: dict[str, dict[int, float]] = {}
    for row in csv.reader(text.splitlines()):
        try:
            key, replicas, rate = row[0], int(row[1]), float(row[2])
        except (ValueError, IndexError):
            continue
        if replicas >= 1 and 0.0 <= rate < math.inf:
            values.setdefault(key, {})[replicas] = rate
    return values


def format_rows(values: Iterable[tuple[str, Capacities]]) -> str:
    """Write rows ``key,replicas,requests/s``, sorted; the numbers read back to the last bit."""
    return "".join(
        f"{key},{replicas},{rates[replicas]!r}\n" for key, rates in sorted(values) for replicas in sorted(rates)
    )


@lru_cache(maxsize=1)
def shipped_capacities() -> Mapping[str, Capacities]:
    """Return the shipped table by `point_key`; empty where there is none."""
    table = files("optimizer.performance").joinpath(SHIPPED_TABLE)
    return Table(table.read_text(encoding="utf-8")) if table.is_file() else {}


class Table(Mapping[str, Capacities]):
    """Rows ``key,replicas,requests/s`` by key; those of a point are read when they are asked for.

    A plan asks for few of the points of a table, and every command begins by loading it.
    """

    def __init__(self, text: str) -> None:
        self._rows: dict[str, list[str]] = {}
        for row in text.splitlines():
            self._rows.setdefault(row.partition(",")[0], []).append(row)

    def __getitem__(self, key: str) -> Capacities:
        """Return what is known of a point; nothing where none of its rows can be read."""
        return parse_rows("\n".join(self._rows[key])).get(key, {})

    def __iter__(self) -> Iterator[str]:
        """Keys in the order of the table."""
        return iter(self._rows)

    def __len__(self) -> int:
        """How many points there are."""
        return len(self._rows)


class Folder:
    """A cache folder with one file for each operating point, for any number of processes at a time.

    Every value follows from its key, so it does not matter which of two writers comes last. A file that is damaged, or
    a folder that cannot be written, costs a simulation and is no error.

    Parameters
    ----------
    path
        The folder; it is made when first written to.
    """

    def __init__(self, path: Path) -> None:
        self._path = path / f"capacities-{SAMPLE_VERSION}"

    def read(self, key: str) -> dict[int, float]:
        """Return what is remembered of a point; nothing unless the check sum in the last line is right."""
        try:
            text = self._file(key).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return {}
        rows, _, check = text.rpartition("#")
        return parse_rows(rows).get(key, {}) if check == _check(rows) else {}

    def write(self, key: str, rates: Capacities) -> None:
        """Write aside, then rename: a reader sees the old file or the new one, whole."""
        rows = format_rows([(key, rates)])
        aside = self._path / f"{key}.{os.getpid()}-{threading.get_ident()}"
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            aside.write_text(f"{rows}#{_check(rows)}", encoding="utf-8", newline="\n")
            aside.replace(self._file(key))
        except OSError:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self._path / f"{key}.csv"


def _check(rows: str) -> str:
    return hashlib.sha256(rows.encode()).hexdigest()[:16]
