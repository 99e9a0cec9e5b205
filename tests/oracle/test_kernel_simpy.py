"""The batching kernel against an event-by-event simulator of its own: SimPy processes, a queue, timers."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

from optimizer.performance import kernel, sojourns, vectorised

simpy = pytest.importorskip("simpy")


class Pool:
    """One queue and its servers; a batch starts when it is full or its oldest request has waited long enough."""

    def __init__(self, env, servers, max_wait_s, service_s):
        self.env, self.idle, self.max_wait_s, self.service_s = env, servers, max_wait_s, service_s
        self.queue = deque()
        self.starts = []

    def arrive(self, number, sojourn):
        """A request joins, and rings when its patience for a full batch ends."""
        self.queue.append((self.env.now, number, sojourn))
        self.dispatch()
        if self.max_wait_s:
            yield self.env.timeout(self.max_wait_s)
            self.dispatch()

    def dispatch(self):
        """Start batches while a server is idle and one may start."""
        batch_size = len(self.service_s)
        while self.idle and self.queue:
            waited_enough = self.env.now >= self.queue[0][0] + self.max_wait_s
            if not waited_enough and len(self.queue) < batch_size:
                return
            batch = [self.queue.popleft() for _ in range(min(batch_size, len(self.queue)))]
            self.idle -= 1
            self.starts.append((self.env.now, len(batch)))
            self.env.process(self.serve(batch))

    def serve(self, batch):
        """Serve a batch, note the stays, and look for the next one."""
        yield self.env.timeout(self.service_s[len(batch) - 1])
        for arrived, number, sojourn in batch:
            sojourn[number] = self.env.now - arrived
        self.idle += 1
        self.dispatch()


def simulate(arrivals, replicas, max_wait_s, service_s, dispatch):
    """Sojourns by SimPy, and the (start, size) of every batch of the first pool."""
    env = simpy.Environment()
    shared = dispatch == "shared"
    pools = [Pool(env, replicas if shared else 1, max_wait_s, service_s) for _ in range(1 if shared else replicas)]
    sojourn = np.full(arrivals.size, np.nan)

    def source():
        for number, arrival in enumerate(arrivals):
            yield env.timeout(arrival - env.now)
            env.process(pools[number % len(pools)].arrive(number, sojourn))

    env.process(source())
    env.run()
    return sojourn, pools[0].starts


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
