"""What it costs that fixed batches do not always take the same time: capacities by the product's own search.

A batch takes its service time times a log-normal factor of mean 1. In the published tables its 99th percentile is 1.05
in the median, 1.17 in the upper quarter and 1.54 at the 95th percentile.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from optimizer.performance import OperatingPoint, capacity_per_s, slowest_of_one
from optimizer.report.page import Column, Row, Table
from optimizer.report.words import percent

#: 99th percentile over mean of a fixed batch.
SCATTERS = (1.05, 1.17, 1.54)
REPLICAS, TARGETS, BATCH = (1, 4, 16), (1.5, 2.0, 3.0, 6.0), 16


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
        noisy = {(n, target): capacity_per_s(replace(_point(target), scatter=scatter), n, 0) for n, target in steady}
        at_p95 = slowest_of_one(scatter, 0.95)
        careful = [capacity_per_s(_slower(_point(target), at_p95), n, 0) / steady[n, target] for n, target in steady]
        kept = {case: noisy[case] / steady[case] for case in steady}
        by_target = ([kept[n, target] for n in REPLICAS] for target in TARGETS)
        rows.append(
            Row(
                (
                    f"{scatter:.2f}",
                    *(" to ".join(dict.fromkeys((percent(min(of), 0), percent(max(of), 0)))) for of in by_target),
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
