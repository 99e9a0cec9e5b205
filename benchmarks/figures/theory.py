"""The simulation against exact queueing results, long independent runs and SimPy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from optimizer.performance import capacity_per_s, sojourns
from optimizer.performance.capacity import estimate, quantile
from optimizer.performance.search import TOLERANCE
from optimizer.report.page import Column, Row, Table
from optimizer.report.words import percent
from tests.oracle.test_latency_oracles import (
    SEEDS,
    UNCAPPED,
    mean_and_half_width,
    operating_point,
    rows_of,
    sections_of,
)
from tests.support.event_pool import simulate

Oracle = dict[str, Any]
POOLS = 60
REQUESTS = 400


def oracles() -> Table:
    """Rows of the oracle table: how far off, and how much of what is allowed."""
    columns = (
        Column("oracle rows", untitled=True),
        Column("rows", right=True),
        Column("off, median", right=True),
        Column("off, most", right=True),
        Column("of the tolerance", right=True),
    )
    kinds: tuple[tuple[str, list[Oracle], Callable[[Oracle], tuple[float, float]]], ...] = (
        ("mean stay or wait", rows_of("time_mean"), _mean),
        ("99th percentile of stay or wait", rows_of("time_percentile"), _percentile),
        ("capacity within a target", rows_of("lambda_max"), _capacity),
    )
    rows = [_row(name, of, found) for name, of, found in kinds]
    remarks = (
        "tests/oracle/latency_oracles.csv: M/D/c, batch service by an embedded Markov chain, runs of 8 to 20 million "
        "requests · of the tolerance: largest distance over oracle half width and three of the product's own",
    )
    return Table("Latency against theory", columns, tuple(rows), remarks=remarks)


def _row(name: str, rows: Iterable[Oracle], found: Callable[[Oracle], tuple[float, float]]) -> Row:
    off, used = [], []
    for row in rows:
        value, half_width = found(row)
        oracle = float(row["value"])
        off.append(abs(value - oracle) / oracle if oracle else 0.0)
        used.append(abs(value - oracle) / (float(row["ci95_half_width"]) + 3 * half_width + 1e-8 * oracle + 1e-12))
    return Row((name, f"{len(off)}", percent(float(np.median(off)), 2), percent(max(off), 2), percent(max(used), 0)))


def _mean(row: Oracle) -> tuple[float, float]:
    sections = sections_of(row, seed=0)
    found = estimate(float(sections.mean()), sections.mean(axis=1))
    return found.value_s, found.half_width_s


def _percentile(row: Oracle) -> tuple[float, float]:
    sections, share = sections_of(row, seed=0), float(row["percentile"]) / 100
    found = estimate(quantile(sections.ravel(), share), np.array([quantile(part, share) for part in sections]))
    return found.value_s, found.half_width_s


def _capacity(row: Oracle) -> tuple[float, float]:
    point, replicas = operating_point(row), int(row["n_replicas"])
    found = np.array([capacity_per_s(point, replicas, seed, UNCAPPED) for seed in SEEDS])
    value, half_width = mean_and_half_width(found)
    return float(value) * (1 + TOLERANCE / 2), float(half_width)


def against_simpy() -> Table:
    """Random pools, request by request, against SimPy."""
    rng = np.random.default_rng(0)
    largest = 0.0
    for case in range(POOLS):
        replicas, batch = int(rng.integers(1, 9)), int(rng.choice([1, 2, 3, 5, 8, 16, 32]))
        max_wait_s, dispatch = float(rng.choice([0.0, 0.002, 0.010])), ("shared", "round_robin")[case % 2]
        service = 0.004 + np.cumsum(rng.exponential(0.001, batch))
        rate = rng.uniform(0.2, 1.1) * replicas * batch / service[-1]
        arrivals = np.cumsum(rng.exponential(1.0 / rate, REQUESTS))
        expected, _ = simulate(arrivals, replicas, max_wait_s, service, dispatch)
        largest = max(
            largest, float(np.abs(sojourns(arrivals, replicas, max_wait_s, service, dispatch) - expected).max())
        )
    columns = (Column("", untitled=True), Column("pools", right=True), Column("requests", right=True),
               Column("off, most", right=True))  # fmt: skip
    row = Row(("stay of every request", f"{POOLS}", f"{POOLS * REQUESTS:,}", f"{largest:.1e} s"))
    return Table("Kernel against SimPy", columns, (row,))
