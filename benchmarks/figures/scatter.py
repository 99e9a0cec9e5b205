"""What it costs that fixed batches do not always take the same time: capacities by the product's own search.

A batch takes its service time times a log-normal factor of mean 1. In the published tables its 99th percentile is 1.05
in the median, 1.17 in the upper quarter and 1.54 at the 95th percentile.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import product

import numpy as np
from scipy.optimize import brentq

from optimizer.performance import OperatingPoint, capacity_per_s, kernel, vectorised
from optimizer.performance.vectorised import Queues
from optimizer.report.page import Column, Row, Table
from optimizer.report.words import percent

#: 99th percentile over mean of a fixed batch.
SCATTERS = (1.05, 1.17, 1.54)
REPLICAS, TARGETS, BATCH = (1, 4, 16), (1.5, 2.0, 3.0, 6.0), 16
NORMAL_99, NORMAL_95 = 2.3263478740408408, 1.6448536269514722
SEED = 7


def sigma_of(p99_over_mean: float) -> float:
    """Spread of the logarithm of a factor of mean 1 with this 99th percentile."""
    wanted = math.log(p99_over_mean)
    return float(brentq(lambda sigma: NORMAL_99 * sigma - 0.5 * sigma * sigma - wanted, 0.0, NORMAL_99))


@contextmanager
def scattering(sigma: float) -> Iterator[None]:
    """Have every batch scatter inside: the same factors for every rate that is tried."""

    class Scattering(Queues):
        """Queues whose batches scatter."""

        def _serve(self) -> None:
            super()._serve()
            if not hasattr(self, "rng"):
                self.rng = np.random.default_rng(SEED)
            self.value *= np.exp(sigma * self.rng.standard_normal(self.value.shape[1]) - 0.5 * sigma * sigma)

    engine = kernel.engine
    vectorised.Queues = Scattering  # type: ignore[misc]
    kernel.engine = lambda: vectorised  # type: ignore[assignment]
    try:
        yield
    finally:
        vectorised.Queues, kernel.engine = Queues, engine  # type: ignore[misc]


def cost_of_scatter() -> Table:
    """Capacity with scatter over capacity without, and what planning on the 95th percentile gives."""
    columns = (
        Column("p99 over mean", right=True),
        *(Column(f"T = {target:g} s(b)", right=True) for target in TARGETS),
        Column("median", right=True),
        Column("planned at p95", right=True),
    )
    steady = {case: capacity_per_s(_point(case[1]), case[0], 0) for case in product(REPLICAS, TARGETS)}
    rows = []
    for scatter in SCATTERS:
        sigma = sigma_of(scatter)
        with scattering(sigma):
            noisy = {case: capacity_per_s(_point(case[1]), case[0], 0) for case in steady}
        at_p95 = math.exp(NORMAL_95 * sigma - 0.5 * sigma * sigma)
        careful = [capacity_per_s(_slower(_point(target), at_p95), n, 0) / steady[n, target] for n, target in steady]
        kept = {case: noisy[case] / steady[case] for case in steady}
        by_target = ([kept[n, target] for n in REPLICAS] for target in TARGETS)
        rows.append(
            Row(
                (
                    f"{scatter:.2f}",
                    *(f"{percent(min(of), 0)} to {percent(max(of), 0)}" for of in by_target),
                    percent(float(np.median(list(kept.values())))),
                    percent(float(np.median(careful))),
                )
            )
        )
    remarks = (
        f"capacity over that of steady batches: b = {BATCH}, half of s(b) fixed, {', '.join(map(str, REPLICAS))} "
        "replicas, least to most · planned at p95: steady batches as slow as the 95th percentile",
    )
    return Table("Scatter of fixed batches", columns, tuple(rows), remarks=remarks)


def _point(target: float) -> OperatingPoint:
    service = tuple(0.5 + 0.5 * size / BATCH for size in range(1, BATCH + 1))
    return OperatingPoint(service, 0.0, target, 0.99, "round_robin")


def _slower(point: OperatingPoint, factor: float) -> OperatingPoint:
    return replace(point, service_s=tuple(factor * seconds for seconds in point.service_s))
