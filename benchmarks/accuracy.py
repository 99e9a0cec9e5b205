"""Every error of the figures that a plan rests on: service times, estimates, latency, promises, scatter.

``make accuracy`` runs it; ``--only`` names one part.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the tests' data and oracles are read, wherever this is started

from figures import promises, scatter, service_times, theory  # noqa: E402

from optimizer.report.page import Page, Table  # noqa: E402
from optimizer.report.text import page_text  # noqa: E402

PARTS = ("service", "charts", "theory", "promises", "scatter")


def texts(part: str, points: int = 400) -> Iterator[str]:
    """Yield the tables of a part as text, each as soon as it is there."""
    if part == "charts":
        yield from map(_text, service_times.charts())
    measures: dict[str, tuple[Callable[[], Table], ...]] = {
        "service": (
            service_times.left_out_points,
            service_times.thinned_curves,
            service_times.left_out_accelerators,
        ),
        "theory": (theory.oracles, theory.against_simpy),
        "promises": (lambda: promises.kept_promises(points),),
        "scatter": (scatter.cost_of_scatter,),
    }
    for measure in measures.get(part, ()):
        yield _text(measure())


def _text(table: Table) -> str:
    return page_text(Page((), (table,))).lstrip("\n")


def main() -> None:
    """Print the tables, each as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=400, help="random operating points that promises are judged on")
    parser.add_argument("--only", choices=PARTS, help="one part")
    asked = parser.parse_args()
    for name in PARTS:
        for text in texts(name, asked.points) if asked.only in (None, name) else ():
            print(text, flush=True)


if __name__ == "__main__":
    main()
