"""The batching kernel against an event-by-event simulator of its own: SimPy processes, a queue, timers."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.performance import kernel, sojourns, vectorised
from tests.support.event_pool import simulate


@pytest.fixture(params=["numpy", "numba"])
def engine(request, monkeypatch):
    """Each engine in turn."""
    chosen = vectorised if request.param == "numpy" else kernel.compiled_engine()
    if chosen is None:
        pytest.skip("numba, the extra `fast`, is not installed")
    monkeypatch.setattr(kernel, "engine", lambda: chosen)
    return request.param


@pytest.mark.parametrize(
    ("replicas", "starts", "expected"),
    [
        (1, [(1.5, 2), (5.5, 2), (11.5, 1)], [5.5, 4.5, 7.5, 6.5, 4.5]),
        (2, [(1.5, 2), (3.5, 2), (11.5, 1)], [5.5, 4.5, 5.5, 4.5, 4.5]),
    ],
)
def test_the_case_worked_by_hand(engine, replicas, starts, expected):
    """Five requests, batches of 3, wait 1.5, s(k) = 2 + k: SimPy and the kernel give the stays worked out on paper."""
    arrivals, service = np.array([0.0, 1.0, 2.0, 3.0, 10.0]), np.array([3.0, 4.0, 5.0])
    stays, began = simulate(arrivals, replicas, 1.5, service, "shared")
    assert began == starts
    assert stays.tolist() == expected
    assert sojourns(arrivals, replicas, 1.5, service, "shared").tolist() == expected


@pytest.mark.parametrize("dispatch", ["shared", "round_robin"])
@pytest.mark.parametrize("case", range(30))
def test_every_request_stays_as_long_as_in_simpy(engine, case, dispatch):
    """Random pools (n <= 8, b <= 32, waits of 0, 2 and 10 ms, any shape of s(k)): no stay differs by 1e-9 s."""
    rng = np.random.default_rng([case, len(dispatch)])
    replicas, batch = int(rng.integers(1, 9)), int(rng.choice([1, 2, 3, 5, 8, 16, 32]))
    max_wait_s = float(rng.choice([0.0, 0.002, 0.010]))
    service = 0.004 + np.cumsum(rng.exponential(0.001, batch))
    if case % 5 == 0:  # a measured curve may even fall
        rng.shuffle(service)
    rate = rng.uniform(0.2, 1.1) * replicas * batch / service[-1]
    arrivals = np.cumsum(rng.exponential(1.0 / rate, 400))
    expected, _ = simulate(arrivals, replicas, max_wait_s, service, dispatch)
    assert np.abs(sojourns(arrivals, replicas, max_wait_s, service, dispatch) - expected).max() < 1e-9
