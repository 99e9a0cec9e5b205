"""The replay's simulator, compiled and plain, against SimPy request by request and against exact percentiles.

`latency_oracles.csv`: M/D/c by Franx (2001), batch service by an embedded Markov chain. A percentile passes when it is
off by no more than three of its own half widths.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from optimizer.verification.replay import PoolModel
from optimizer.verification.replaying.engine import COMPILED, PLAIN, Engine, load_engine, plain_stays
from optimizer.verification.replaying.hours import Case, measure
from optimizer.verification.replaying.traffic import Traffic
from tests.support.event_pool import simulate

ROWS = list(csv.DictReader((Path(__file__).parent / "latency_oracles.csv").read_text(encoding="utf-8").splitlines()))
#: Percentiles of a stay or of a wait that are known exactly, of models whose service times are constant.
EXACT = {
    f"{row['id']} {row['model']}, b {row['max_batch']}, rho {row['utilisation_rho']}": row
    for row in ROWS
    if row["quantity"] in ("waiting_time_percentile", "sojourn_time_percentile")
    and row["model"].startswith("M/D")
    and float(row["ci95_half_width"]) == 0.0
}


def engines():
    """Both simulators, the compiled one where numba is installed."""
    return {"plain": Engine("plain", plain_stays, PLAIN), load_engine().name: load_engine()}


@pytest.fixture(params=["plain", "compiled"])
def engine(request):
    """Each simulator in turn."""
    if request.param not in engines():
        pytest.skip("numba, the extra `fast`, is not installed")
    return engines()[request.param]


def test_the_oracles_are_there():
    """M/D/1, M/D/c and batches, at several utilisations: a filter that finds nothing would test nothing."""
    models = {row["model"] for row in EXACT.values()}
    assert {"M/D/1", "M/D/2", "M/D/4", "M/D/16", "M/D^[1,b]/1"} <= models
    assert len(EXACT) >= 24


def pool_of(row):
    """The pool of a row of the oracles."""
    c0, c1, batch = float(row["service_c0_s"]), float(row["service_c1_s_per_request"]), int(row["max_batch"])
    times = tuple(c0 + c1 * size for size in range(1, batch + 1))
    return PoolModel(
        int(row["n_replicas"]), times, float(row["max_wait_s"]), "shared", float(row["arrival_rate_per_s"])
    )


@pytest.mark.parametrize("name", EXACT)
def test_percentiles_are_the_exact_ones(name):
    """As much traffic as a replay plays, in one case of each oracle: the exact value lies within three half widths."""
    row = EXACT[name]
    pool, chosen = pool_of(row), load_engine()
    percentile, exact_s = float(row["percentile"]) / 100.0, float(row["value"])
    if row["quantity"] == "waiting_time_percentile":  # the stay is the wait and one service of constant length
        exact_s += pool.service_s[0]
    case = Case(pool, percentile, (exact_s,))
    found = measure(case, Traffic(5, pool.stride, chosen.effort.length(pool).total), chosen)
    # rounding of floats stands in for the half width where every request stays just as long
    assert abs(found.reached.value_s - exact_s) <= 3.0 * found.reached.half_width_s + 1e-9 * exact_s
    # the intervals are no wider than is of use
    assert found.reached.half_width_s < (0.1 if chosen.effort is COMPILED else 0.5) * exact_s


@pytest.mark.parametrize("dispatch", ["shared", "round_robin"])
@pytest.mark.parametrize("case", range(20))
def test_every_request_stays_as_long_as_in_simpy(engine, case, dispatch):
    """Random pools (n <= 8, b <= 32, waits of 0, 2 and 10 ms, any shape of s(k)): no stay differs by 1e-9 s."""
    rng = np.random.default_rng([77, case, len(dispatch)])
    replicas, batch = int(rng.integers(1, 9)), int(rng.choice([1, 2, 3, 5, 8, 16, 32]))
    max_wait_s = float(rng.choice([0.0, 0.002, 0.010]))
    service = 0.004 + np.cumsum(rng.exponential(0.001, batch))
    rate = rng.uniform(0.2, 1.1) * replicas * batch / service[-1]
    arrivals = np.cumsum(rng.exponential(1.0 / rate, 400))
    expected, _ = simulate(arrivals, replicas, max_wait_s, service, dispatch)
    queues = 1 if dispatch == "shared" else replicas
    found = np.empty(arrivals.size)
    for queue in range(queues):
        own = np.ascontiguousarray(arrivals[queue::queues])
        found[queue::queues] = engine.stays(own, replicas // queues, service, max_wait_s, np.empty(0))
    assert np.abs(found - expected).max() < 1e-9
