"""The simulation against exact queueing results and long independent simulations.

`latency_oracles.csv`: M/D/c by Franx (2001), batch service by an embedded Markov chain, the rest by ten runs of 8 to 20
million requests. A value passes when it is off by no more than the oracle's half width and three of its own.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from optimizer.performance import OperatingPoint, capacity_per_s, kernel, vectorised
from optimizer.performance.capacity import crossing_per_s, estimate, quantile, stays_of
from optimizer.performance.sample import Shape, judge_shape, unit_arrivals
from optimizer.performance.search import TOLERANCE

ROWS = list(csv.DictReader((Path(__file__).parent / "latency_oracles.csv").read_text(encoding="utf-8").splitlines()))
#: Neither the utilisation cap nor the derate: the oracles know none.
UNCAPPED = 0.999999
#: Above a utilisation of 0.99 the sample, made for pools capped at 0.97, is too short.
SATURATED = [row for row in ROWS if row["quantity"] == "capacity_lambda_max" and float(row["utilisation_rho"]) > 0.99]
SEEDS = range(8)
#: Student t, 97.5 %, 7 degrees of freedom.
STUDENT_T = 2.3646


def rows_of(*endings):
    """Rows whose quantity ends so."""
    return [row for row in ROWS if row["quantity"].endswith(endings) and row not in SATURATED]


def each(rows):
    """One test for each row, named by its id."""
    return pytest.mark.parametrize("row", rows, ids=[row["id"] for row in rows])


def operating_point(row):
    """The operating point of a row; a row without a target gets one that never binds."""
    size = np.arange(1, int(row["max_batch"]) + 1)
    return OperatingPoint(
        service_s=tuple((float(row["service_c0_s"]) + float(row["service_c1_s_per_request"]) * size).tolist()),
        max_wait_s=float(row["max_wait_s"]),
        target_s=float(row["slo_s"] or 1e9),
        percentile=float(row["percentile"] or 99) / 100,
        dispatch={"rr": "round_robin"}.get(row["dispatch"], row["dispatch"]),
    )


def sections_of(row, seed):
    """Simulated stays, or waits, by section."""
    point = operating_point(row)
    (stays,) = stays_of(point, [(int(row["n_replicas"]), float(row["arrival_rate_per_s"]))], seed)
    return stays - point.service_s[0] if row["quantity"].startswith("waiting") else stays


def mean_and_half_width(values):
    """Mean over seeds, with its 95 % half width."""
    return np.mean(values), STUDENT_T * np.std(values, ddof=1) / np.sqrt(len(values))


def assert_agrees(row, value, half_width):
    """The rule by which an oracle is met; the last terms are the digits the oracle is written with."""
    oracle = float(row["value"])
    assert abs(value - oracle) <= float(row["ci95_half_width"]) + 3 * half_width + 1e-8 * oracle + 1e-12


def test_the_table_is_whole():
    """No kind of row is passed over: 24 of M/D/c, 45 of batches without wait, 36 with, 12 capacities."""
    assert [len(rows_of("time_mean", "time_percentile")), len(rows_of("batch_size_mean")), len(SATURATED)] == [
        90,
        15,
        2,
    ]
    assert len(rows_of("lambda_max")) == 10
    assert len(ROWS) == 117


@each(rows_of("time_mean"))
def test_mean_times_are_those_of_theory(row):
    """The mean stay, or wait, agrees with the oracle."""
    sections = sections_of(row, seed=0)
    found = estimate(float(sections.mean()), sections.mean(axis=1))
    assert_agrees(row, found.value_s, found.half_width_s)


@each(rows_of("time_percentile"))
def test_percentiles_are_those_of_theory(row):
    """The 99th percentile of stay or wait agrees with the oracle."""
    sections = sections_of(row, seed=0)
    percentile = float(row["percentile"]) / 100
    found = estimate(
        quantile(sections.ravel(), percentile), np.array([quantile(part, percentile) for part in sections])
    )
    assert_agrees(row, found.value_s, found.half_width_s)


@each(rows_of("batch_size_mean"))
def test_batches_are_as_large_as_in_theory(row):
    """The mean batch size agrees with the oracle: requests that are done at one time left together."""
    point, rate = operating_point(row), float(row["arrival_rate_per_s"])
    shape = judge_shape(point, 1)
    sizes = []
    for seed in SEEDS:
        arrivals = unit_arrivals(seed, shape, point.batch_size)
        done = kernel.lane_departures(arrivals, shape.stop, 1, 0.0, np.array(point.service_s) * rate)
        firsts = [np.flatnonzero(np.diff(lane[shape.warm_up :])) for lane in done]  # whole batches lie between these
        sizes.append(sum(first[-1] - first[0] for first in firsts) / sum(first.size - 1 for first in firsts))
    assert_agrees(row, *mean_and_half_width(sizes))


@each(rows_of("lambda_max"))
def test_capacities_are_those_of_theory(row):
    """The mean over seeds agrees with the oracle, and no single seed is above it by as much as the 2 % derate."""
    point, replicas = operating_point(row), int(row["n_replicas"])
    found = np.array([capacity_per_s(point, replicas, seed, UNCAPPED) for seed in SEEDS])
    value, half_width = mean_and_half_width(found)
    assert_agrees(row, value * (1 + TOLERANCE / 2), half_width)  # the search returns the lower end of an interval
    assert found.max() * 0.98 < float(row["value"])


@pytest.mark.slow
@each(SATURATED)
def test_capacities_at_saturation_need_long_runs(row):
    """Two pools whose target holds up to a utilisation of 0.998 agree as well once runs are 50 times as long."""
    point, replicas = operating_point(row), int(row["n_replicas"])
    servers, stride = (replicas, 1) if point.dispatch == "shared" else (1, replicas)
    shape = Shape(servers, stride, lanes=16, warm_up=250_000, kept=750_000)
    top = UNCAPPED * replicas * point.full_rate_per_s
    found = [crossing_per_s(point, replicas, shape, seed, top) for seed in SEEDS]
    value, half_width = mean_and_half_width(found)
    resolution = TOLERANCE / 2 * value
    assert_agrees(row, value + resolution, np.hypot(half_width, resolution))


@pytest.mark.parametrize("name", ["o096", "o145", "o105"])
def test_the_engines_agree_on_an_oracle(name, monkeypatch):
    """Without numba the same numbers come out, to the last bit."""
    if kernel.compiled_engine() is None:
        pytest.skip("numba, the extra `fast`, is not installed")
    row = next(row for row in ROWS if row["id"] == name)
    found = []
    for engine in (vectorised, kernel.compiled_engine()):
        monkeypatch.setattr(kernel, "engine", lambda engine=engine: engine)
        monkeypatch.setattr(kernel, "foresees", lambda engine=engine: engine is vectorised)
        if row["quantity"] == "capacity_lambda_max":
            found.append([capacity_per_s(operating_point(row), int(row["n_replicas"]), 0, UNCAPPED)])
        else:
            found.append(sections_of(row, seed=1).tolist())
    assert found[0] == found[1]
