"""Histories bent at random: refused with places, or forecast with bands in order; never anything else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from optimizer import api
from optimizer.errors import InputError
from tests.support.histories import weekly, write_hours

CELLS = ("-1", "nan", "1e400", "", "-0", "1e300", "0", "1e12", "1e-9", '"', "1;2")


def _bent(lines: list[str], draw: random.Random) -> list[str]:
    """Lines with rows repeated, cut out, or cells replaced."""
    kind = draw.choice(("repeat", "cut", "cell", "time"))
    cell = draw.choice(CELLS)
    for _ in range(draw.choice((1, 3, 30))):
        at = draw.randrange(1, len(lines))
        if kind == "repeat":
            lines.insert(at, lines[at])
        elif kind == "cut":
            del lines[at : at + draw.choice((1, 5, 20))]
        elif kind == "cell":
            lines[at] = f"{lines[at].split(',')[0]},{cell}"
        else:
            lines[at] = "".join(draw.choice("0123456789-:, T+Z") for _ in range(14))
    return lines


@pytest.mark.parametrize("seed", range(30))
def test_a_bent_history_is_refused_or_forecast(tmp_path: Path, seed: int):
    """Warnings of the arithmetic count as failures here, as everywhere in these tests."""
    draw = random.Random(seed)
    path = write_hours(tmp_path / "h.csv", draw.choice((14, 21, 30)), weekly, noise=0.1)
    path.write_text("\n".join(_bent(path.read_text(encoding="utf-8").splitlines(), draw)) + "\n", encoding="utf-8")
    try:
        found = api.forecast(path, months=draw.choice((1, 12)), missing_is_zero=draw.random() < 0.3)
    except InputError as error:
        assert all(str(path) in fault.where for fault in error.faults)
        return
    for row in found.rows:
        assert 0.0 <= row.low <= row.mid <= row.high < 1e15
        assert row.mean <= row.high
