"""Capacities that were promised, judged by long independent runs; and two ways of planning that need none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from optimizer.performance import UTILISATION_CAP, CapacityStore, OperatingPoint
from optimizer.performance.capacity import quantile, stays_of
from optimizer.report.page import Column, Row, Table
from optimizer.report.words import percent

#: Independent runs that judge a promise; the first seed is not that of planning.
JUDGES = range(1000, 1006)
#: A miss must hold at so much less traffic.
LESS = 0.99


@dataclass(frozen=True, slots=True)
class Case:
    """An operating point and how many replicas serve it."""

    point: OperatingPoint
    replicas: int


def cases(count: int) -> Iterator[Case]:
    """Random curves, batches, waits, pools and targets, those included where the percentile falls again."""
    rng = np.random.default_rng(2026)
    made = 0
    while made < count:
        batch, replicas = int(rng.choice([1, 2, 4, 8, 16, 32])), int(rng.integers(1, 17))
        fixed = rng.uniform(0.05, 0.95)
        service = fixed + (1.0 - fixed) * np.arange(1, batch + 1) / batch
        target, wait = float(np.exp(rng.uniform(np.log(1.3), np.log(8.0)))), float(rng.choice([0.0, 0.0, 0.1, 0.25]))
        dispatch = str(rng.choice(["round_robin", "shared"]))
        point = OperatingPoint(tuple(service.tolist()), wait, target, 0.99, dispatch)
        if not point.hopeless:
            made += 1
            yield Case(point, replicas)


def kept_promises(count: int) -> Table:
    """Judge three ways of planning on the same operating points."""
    store = CapacityStore()
    found = list(cases(count))
    planned = [float(store.curve(case.point, case.replicas)[case.replicas]) for case in found]
    single = [case.replicas * float(store.curve(case.point, 1)[1]) for case in found]
    mean = [_by_mean(case) for case in found]
    columns = (
        Column("planned by", untitled=True),
        Column("points", right=True),
        Column("kept", right=True),
        Column("at 1 % less", right=True),
        Column("p99 over target", right=True),
        Column("capacity", right=True),
    )
    ways = (
        ("simulation", planned),
        ("replicas x one", single),
        ("mean stay", mean),
    )
    rows = [_row(name, found, rates, planned) for name, rates in ways]
    remarks = (
        f"{len(JUDGES)} independent runs judge each · simulation: 2 % less than was found · replicas x one: times the "
        "capacity of one replica · mean stay: within the target, at most 97 % busy · capacity: over simulation's",
    )
    return Table("Promises on random operating points", columns, tuple(rows), remarks=remarks)


def _row(name: str, found: list[Case], rates: list[float], planned: list[float]) -> Row:
    served = [(case, rate) for case, rate in zip(found, rates, strict=True) if rate > 0.0]
    over = [_p99_over_target(case, rate) for case, rate in served]
    less = [
        one <= 1.0 or _p99_over_target(case, LESS * rate) <= 1.0 for (case, rate), one in zip(served, over, strict=True)
    ]
    ratio = [rate / whole for rate, whole in zip(rates, planned, strict=True) if whole > 0.0]
    return Row(
        (
            name,
            f"{len(served)}",
            percent(float(np.mean(np.array(over) <= 1.0))),
            percent(float(np.mean(less))),
            f"{max(over):.2f}",
            percent(float(np.median(ratio)), 0),
        )
    )


def _p99_over_target(case: Case, rate: float) -> float:
    """Percentile of the stay over its target, over all judges together."""
    stays = [stays_of(case.point, [(case.replicas, rate)], seed)[0].ravel() for seed in JUDGES]
    return quantile(np.concatenate(stays), case.point.percentile) / case.point.target_s


def _by_mean(case: Case) -> float:
    """Return the highest rate below the cap at which the mean stay keeps the target."""

    def holds(rate: float) -> bool:
        return float(stays_of(case.point, [(case.replicas, rate)], 0)[0].mean()) <= case.point.target_s

    return _highest(holds, UTILISATION_CAP * case.replicas * case.point.full_rate_per_s)


def _highest(holds: Callable[[float], bool], top: float) -> float:
    if holds(top):
        return top
    low, high = 0.0, top
    for _ in range(10):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
