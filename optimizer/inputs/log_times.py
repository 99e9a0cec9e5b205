"""Times of long logs, read many at a time: ISO times and seconds, milli-, micro- or nanoseconds since 1970."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.inputs.history_times import FIRST_YEAR, LAST_YEAR, Ints

Cells = NDArray[np.bytes_]
Flags = NDArray[np.bool_]
#: Clocks are a whole number of quarters of an hour apart.
QUARTER_S = 900
FIRST_S = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp()
LAST_S = datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp()
#: A second has so many of each; the years that are read do not overlap.
EPOCH_UNITS = {"seconds": 1.0, "milliseconds": 1e3, "microseconds": 1e6, "nanoseconds": 1e9}
_NUMBER_SIGNS = np.zeros(256, dtype=bool)
_NUMBER_SIGNS[[0, *b"0123456789.+-eE"]] = True
_DATE_DASH = 4


@dataclass(frozen=True, slots=True, eq=False)
class Stamps:
    """Seconds since 1970, nan for cells that are no time; `local` rows have no offset and are of some clock."""

    seconds: Floats
    local: Flags


def read_stamps(cells: Cells) -> Stamps:
    """Read a chunk of cells, trimmed; whole chunks at once where all are alike, else cell by cell."""
    signs = cells.view(np.uint8).reshape(cells.size, -1)
    numbers = _NUMBER_SIGNS[signs].all(axis=1)
    if signs.shape[1] > _DATE_DASH:
        numbers &= ~_looks_dated(signs)
    if numbers.all():
        return Stamps(_numbers(cells), np.zeros(cells.size, dtype=bool))
    if not numbers.any() and (found := _iso(signs.copy())) is not None:
        return found
    pairs = [_one(bytes(cell)) for cell in cells.tolist()]
    return Stamps(np.array([second for second, _ in pairs]), np.array([local for _, local in pairs], dtype=bool))


def _looks_dated(signs: NDArray[np.uint8]) -> Flags:
    """Whether cells begin like 2026-: no number has a dash in its fifth place but one in exponents."""
    dated: Flags = (signs[:, _DATE_DASH] == ord("-")) & (signs[:, _DATE_DASH - 1] >= ord("0"))
    return dated & (signs[:, _DATE_DASH - 1] <= ord("9"))


def _numbers(cells: Cells) -> Floats:
    """Seconds of numbers, each in the unit that puts it between the years that are read."""
    try:
        values = cells.astype(np.float64)
    except ValueError:
        values = np.array([_float(cell) for cell in cells.tolist()])
    seconds = np.full(values.size, np.nan)
    for per_second in EPOCH_UNITS.values():
        fits = (values >= FIRST_S * per_second) & (values < LAST_S * per_second)
        seconds[fits] = values[fits] / per_second
    return seconds


def _float(cell: bytes) -> float:
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _iso(signs: NDArray[np.uint8]) -> Stamps | None:
    """Read ISO times at once; None where any of them is none."""
    rows = np.arange(signs.shape[0])
    length = (signs != 0).sum(axis=1)
    if signs.shape[1] < len("2026-07-31") or int(length.min()) < len("2026-07-31"):
        return None
    shift = np.zeros(signs.shape[0])
    zulu = signs[rows, length - 1] == ord("Z")
    signs[rows[zulu], length[zulu] - 1] = 0
    offset = np.zeros(signs.shape[0], dtype=bool)
    if int(length.max()) > len("2026-07-31T18:05"):
        sign = signs[rows, np.maximum(length - 6, 0)]
        offset = (
            ((sign == ord("+")) | (sign == ord("-")))
            & (signs[rows, length - 3] == ord(":"))
            & (length > len("2026-07-31T"))
        )
        shift[offset] = _offsets(signs[offset], length[offset])
        for place in range(1, 7):
            signs[rows[offset], length[offset] - place] = 0
    try:
        times = np.ascontiguousarray(signs).view(f"S{signs.shape[1]}").ravel().astype("datetime64[us]")
    except ValueError:
        return None
    seconds = times.astype(np.int64) / 1e6 - shift
    seconds[np.isnat(times) | (seconds < FIRST_S) | (seconds >= LAST_S) | ~np.isfinite(shift)] = np.nan
    return Stamps(seconds, ~(zulu | offset))


def _offsets(signs: NDArray[np.uint8], length: Ints) -> Floats:
    """Seconds that +02:00 and its like stand for; nan where they are none."""
    rows = np.arange(signs.shape[0])
    digit = [signs[rows, length - place].astype(float) - ord("0") for place in (5, 4, 2, 1)]
    seconds = (digit[0] * 10 + digit[1]) * 3600.0 + (digit[2] * 10 + digit[3]) * 60.0
    good = np.all([(value >= 0) & (value <= 9) for value in digit], axis=0) & (seconds < 86_400.0)
    signed: Floats = np.where(good, np.where(signs[rows, length - 6] == ord("-"), -seconds, seconds), np.nan)
    return signed


def _one(cell: bytes) -> tuple[float, bool]:
    """Seconds of one cell of any form, nan if it is no time, and whether it is of some clock."""
    text = cell.decode("utf-8", "replace")
    if text.isascii() and all(_NUMBER_SIGNS[sign] for sign in cell) and text[_DATE_DASH : _DATE_DASH + 1] != "-":
        return float(_numbers(np.array([cell]))[0]), False
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        return np.nan, False
    if not FIRST_YEAR <= stamp.year <= LAST_YEAR:
        return np.nan, False
    local = stamp.tzinfo is None
    return (stamp.replace(tzinfo=UTC) if local else stamp).timestamp(), local


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Local times brought to one clock, and which of them the clock skips or has twice."""

    seconds: Floats
    skipped: Flags
    twice: Flags


def by_quarter(seconds: Floats, of_quarter: Callable[[int], tuple[float, ...]]) -> Floats:
    """Return what a function says of the quarter of an hour each time lies in, asked once each, (times, answers)."""
    quarter = np.floor(seconds / QUARTER_S).astype(np.int64)
    first = int(quarter.min())
    there = np.zeros(int(quarter.max()) - first + 1, dtype=bool)
    there[quarter - first] = True
    asked = np.flatnonzero(there)
    answers = np.array([of_quarter(int(number + first) * QUARTER_S) for number in asked.tolist()])
    table = np.zeros((there.size, answers.shape[1]))
    table[asked] = answers
    found: Floats = table[quarter - first]
    return found


def settle(local_s: Floats, zone: ZoneInfo, repeats: Callable[[Floats], int]) -> Settled:
    """Bring times of a zone's clock, in the order of the file, to UTC.

    In an hour that the clock has twice, times are the earlier ones up to the place where they repeat.

    Parameters
    ----------
    repeats
        Says of the times of such an hour from which on they are the later ones.
    """

    def offsets(second: int) -> tuple[float, float, float]:
        stamp = datetime.fromtimestamp(second, UTC).replace(tzinfo=zone)
        early, late = (stamp.replace(fold=fold).utcoffset() for fold in (0, 1))
        assert early is not None
        assert late is not None
        back = stamp.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == stamp.replace(tzinfo=None)
        return early.total_seconds(), late.total_seconds(), float(back)

    early, late, exists = by_quarter(local_s, offsets).T
    differs = early != late
    skipped, twice = differs & (exists == 0.0), differs & (exists == 1.0)
    seconds = local_s - early
    rows = np.flatnonzero(twice)
    for day in np.unique(np.floor(local_s[rows] / 86_400.0)):
        of_day = rows[np.floor(local_s[rows] / 86_400.0) == day]
        later = of_day[repeats(local_s[of_day]) :]
        seconds[later] = local_s[later] - late[later]
    return Settled(seconds, skipped, twice)


def local_of(seconds: Floats, zone: ZoneInfo) -> Floats:
    """Return what the clock of a zone shows, as seconds since the midnight that began 1970 there."""

    def offset(second: int) -> tuple[float]:
        found = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()
        assert found is not None
        return (found.total_seconds(),)

    shown: Floats = seconds + by_quarter(seconds, offset)[:, 0]
    return shown
