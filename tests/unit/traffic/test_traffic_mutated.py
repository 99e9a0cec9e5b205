"""Logs bent at random: refused with places, or judged with rates in order; never anything else."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from optimizer import api
from optimizer.errors import InputError

FIRST = datetime(2026, 3, 28, 22)  # the night before clocks go forward in Berlin
CELLS = ("-1", "nan", "1e400", "", "-0", "1e300", "0", "1e12", "1e-9", '"', "1;2", "2026-03-29 02:30", "2026", "9" * 60)
CELLS += ("1772000000", "1772000000000", "2026-03-29T01:00:00+25:00", "2026-03-29T01:00Z", "2099-01-01", "é", "\x1f")


def _log(draw: random.Random) -> list[str]:
    """Lines of a log: requests or counts of some step, from a quiet night."""
    step = draw.choice((0, 1, 10, 60, 300, 600, 3600, 86_400))
    times = [FIRST + timedelta(seconds=(step or draw.random() * 9) * n) for n in range(300)]
    header = (
        draw.choice(("time,requests", "time,requests,service,origin")) if step else draw.choice(("time", "time,path"))
    )
    return [header, *(",".join((str(time), "7", "a", "b")[: header.count(",") + 1]) for time in times)]


def _bent(lines: list[str], draw: random.Random) -> list[str]:
    """Lines with rows repeated, cut out, or cells replaced."""
    kind = draw.choice(("none", "repeat", "cut", "cell", "swap"))
    for _ in range(draw.choice((1, 3, 30))):
        at = draw.randrange(1, len(lines) - 1)
        if kind == "repeat":
            lines.insert(at, lines[at])
        elif kind == "cut":
            del lines[at]
        elif kind == "swap":
            lines[at], lines[at + 1] = lines[at + 1], lines[at]
        elif kind == "cell":
            cells = lines[at].split(",")
            cells[draw.randrange(len(cells))] = draw.choice(CELLS)
            lines[at] = ",".join(cells)
    return lines


def _judge(path: Path, seed: int) -> None:
    draw = random.Random(seed)
    path.write_text("\n".join(_bent(_log(draw), draw)) + "\n", encoding="utf-8")
    try:
        found = api.fit_traffic(
            path, timezone=draw.choice(("UTC", "Europe/Berlin")), missing_is_zero=draw.random() < 0.5
        )
    except InputError as error:
        assert error.faults
        return
    for row in found.rows:
        assert 0.0 <= row.low <= row.mid <= row.high
        assert 0.0 <= row.mean <= row.high * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_a_bent_log_is_refused_or_judged(tmp_path, seed):
    """Every outcome is a list of faults, or rates in order with the mean within the peak."""
    _judge(tmp_path / "log.csv", seed)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_bent_logs(tmp_path, part):
    """A thousand more."""
    for seed in range(1000 + 100 * part, 1100 + 100 * part):
        _judge(tmp_path / "log.csv", seed)
