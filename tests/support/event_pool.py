"""A batching pool as SimPy processes: a queue, servers and timers, written without a look at any simulator here."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

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
