"""Service times: points left out of their curve, and accelerators left out of their estimates."""

from __future__ import annotations

from functools import cache

import numpy as np

from optimizer.performance.judging import Unseen, thinned_points, unseen_accelerators, unseen_points
from optimizer.report.page import Column, Row, Table
from optimizer.report.plot import Plot
from optimizer.report.words import percent, significant
from tests.support.measurements import DATA_SETS, SHIPPED, curves_of, left_out_of, peaks


def left_out_points() -> Table:
    """Each point, predicted by a curve that has not seen it, with the band that curve would have got."""
    columns = (
        Column("data set", untitled=True),
        Column("curves", right=True),
        Column("points", right=True),
        Column("rejected", right=True),
        *_error_columns(),
    )
    found = {name: _judged(name) for name in (*DATA_SETS, SHIPPED)}
    rows = [
        _row(name, found[name], "" if name == SHIPPED else f"{sum(row.rejected for row in left_out_of(name))}")
        for name in found
    ]
    whole = [points for name in DATA_SETS for points in found[name]]
    rows.insert(len(DATA_SETS), _row("all four", whole, ""))
    remarks = (
        "curves of four points and more · off: factor less one · inside: of the band that the curve without the point "
        "would have got · "
        f"{SHIPPED}: those that come along with it",
    )
    return Table("Service times, each point left out", columns, tuple(rows), remarks=remarks)


@cache
def _judged(name: str) -> list[list[Unseen]]:
    """Leave out every point of every curve of a data set."""
    return [unseen_points(curve.batch_items, curve.service_s) for curve in curves_of(name)]


def _row(name: str, curves: list[list[Unseen]], rejected: str) -> Row:
    points = [one for curve in curves for one in curve]
    return Row((name, f"{sum(map(bool, curves))}", f"{len(points)}", rejected, *_errors(points)))


def thinned_curves() -> Table:
    """What curves of two and three points are worth: the longer ones, thinned out."""
    columns = (Column("points", right=True), Column("points between", right=True), *_error_columns())
    rows = []
    for kept in (2, 3):
        every = [
            one
            for name in DATA_SETS
            for curve in curves_of(name)
            if len(curve.points) > kept
            for one in thinned_points(curve.batch_items, curve.service_s, kept)
        ]
        rows.append(Row((f"{kept}", f"{len(every)}", *_errors(every))))
    return Table("Curves thinned out", columns, tuple(rows), remarks=("both ends stay",))


def left_out_accelerators() -> Table:
    """Each accelerator, estimated from the nearest other one that was measured."""
    columns = (Column("accelerator", untitled=True), Column("points", right=True), *_error_columns())
    found = unseen_accelerators([curve for name in DATA_SETS for curve in curves_of(name)], peaks())
    rows = [Row((name, f"{len(points)}", *_errors(points))) for name, points in sorted(found.items())]
    every = [one for points in found.values() for one in points]
    remarks = ("band: half to double",)
    return Table(
        "Estimates, each accelerator left out",
        columns,
        (*rows, Row(("all five", f"{len(every)}", *_errors(every)))),
        remarks=remarks,
    )


def _error_columns() -> tuple[Column, ...]:
    names = ("off, median", "9 of 10 within", "95 of 100", "inside")
    return tuple(Column(name, right=True) for name in names)


def _errors(points: list[Unseen]) -> tuple[str, ...]:
    errors = [one.error for one in points]
    spread = (float(np.quantile(errors, share)) for share in (0.5, 0.9, 0.95))
    return (*map(percent, spread), percent(float(np.mean([one.inside for one in points]))))


def charts() -> list[Table]:
    """Draw what was said of each point against what was measured, a chart for each data set and one for estimates."""
    found = {
        f"{name}: each point left out": [one for points in _judged(name) for one in points]
        for name in (*DATA_SETS, SHIPPED)
    }
    every = unseen_accelerators([curve for name in DATA_SETS for curve in curves_of(name)], peaks())
    found["estimates: each accelerator left out"] = [one for points in every.values() for one in points]
    return [_chart(name, points) for name, points in found.items()]


def _chart(name: str, points: list[Unseen]) -> Table:
    ordered = sorted(points, key=lambda one: one.true_s)
    true_ms, said_ms = ([1000.0 * value for value in of] for of in zip(*((p.true_s, p.predicted_s) for p in ordered),
                                                                       strict=True))  # fmt: skip
    plot = Plot(true_ms, said_ms, lambda value: value, height=11)
    columns = (Column("said, ms", right=True, bar=True), Column("chart", untitled=True, bar=True))
    rows = [Row((significant(value), line)) for value, line in plot.lines()]
    axis = f"{significant(true_ms[0])} to {significant(true_ms[-1])} ms measured"
    return Table(name, columns, (*rows, Row(("", axis))))
