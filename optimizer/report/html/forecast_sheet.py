"""What the parts of a forecast's page share."""

from __future__ import annotations

from optimizer.report.html.sheet import Sheet

FIGURES = ("mean", "low", "mid", "high")


def name_of(s: Sheet, number: int) -> str:
    """Return the name of a series: ``service/origin``."""
    series = s.at("series", number)
    return f"{series['service']}/{series['origin']}"
