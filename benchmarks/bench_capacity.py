"""Simulated requests per second with numba, with numpy alone and in SimPy; milliseconds for a capacity.

All three run the same pools in one process, one after the other, so the ratios hold on any machine.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import simpy

from optimizer.performance import CapacityStore, OperatingPoint, kernel, vectorised
from optimizer.performance.sample import search_shape, unit_arrivals

#: Replicas, batch size, dispatch.
POOLS = [(1, 1, "round_robin"), (1, 16, "round_robin"), (8, 4, "round_robin"), (8, 16, "round_robin")]
POOLS += [(4, 4, "shared"), (8, 16, "shared")]
UTILISATION = 0.9
SIMPY_REQUESTS = 20_000
#: Batch size and target over full service time; curves of 16 replicas.
CURVES = [(4, 2.0), (16, 1.4), (16, 2.0), (32, 1.7), (64, 2.5)]
CURVE_REPLICAS = 16
#: Rates that the numpy engine tries at once when it searches.
RATES = 9


def make_point(batch: int, target_s: float, dispatch: str) -> OperatingPoint:
    """s(k) = 0.5 + 0.5 k / b seconds."""
    service = tuple(0.5 + 0.5 * size / batch for size in range(1, batch + 1))
    return OperatingPoint(service, 0.0, target_s, 0.99, dispatch)


def seconds(work: Callable[[], Any], times: int = 3) -> float:
    """Best of some runs."""
    best = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def engines() -> dict[str, ModuleType]:
    """The engines there are."""
    compiled = kernel.compiled_engine()
    return {**({"numba": compiled} if compiled else {}), "numpy": vectorised}


def requests_per_s(engine: ModuleType, replicas: int, point: OperatingPoint) -> float:
    """Requests a second through the counting kernel."""
    shape = search_shape(point, replicas)
    arrivals = unit_arrivals(0, shape, point.batch_size)
    full = replicas * point.full_rate_per_s
    rates = np.linspace(UTILISATION, 0.95, RATES) * full if engine is vectorised else np.array([UTILISATION * full])
    services = rates[:, None] * np.array(point.service_s)
    waits, limits = rates * 0.0, rates * point.target_s

    def count() -> None:
        engine.late(arrivals, (shape.warm_up, shape.stop), shape.servers, waits, services, limits, 10**9)

    count()
    return rates.size * shape.lanes * shape.stop / seconds(count)


def simpy_requests_per_s(replicas: int, point: OperatingPoint) -> float:
    """Requests a second through SimPy."""
    rate = UTILISATION * replicas * point.full_rate_per_s
    arrivals = np.cumsum(np.random.default_rng(0).exponential(1.0 / rate, SIMPY_REQUESTS)).tolist()
    return SIMPY_REQUESTS / seconds(lambda: simulate(arrivals, replicas, point), times=1)


def simulate(arrivals: list[float], replicas: int, point: OperatingPoint) -> list[float]:
    """Stays in a pool without maximum wait, one event after the other."""
    env = simpy.Environment()
    queues: list[deque[float]] = [deque() for _ in range(replicas if point.dispatch == "round_robin" else 1)]
    idle = [replicas // len(queues)] * len(queues)
    stays: list[float] = []

    def serve(queue: int) -> Iterator[simpy.Event]:
        idle[queue] -= 1
        while queues[queue]:
            batch = [queues[queue].popleft() for _ in range(min(point.batch_size, len(queues[queue])))]
            yield env.timeout(point.service_s[len(batch) - 1])
            stays.extend(env.now - arrived for arrived in batch)
        idle[queue] += 1

    def source() -> Iterator[simpy.Event]:
        for number, arrival in enumerate(arrivals):
            yield env.timeout(arrival - env.now)
            queue = number % len(queues)
            queues[queue].append(env.now)
            if idle[queue]:
                env.process(serve(queue))

    env.process(source())
    env.run()
    return stays


def capacity_ms(engine: ModuleType, batch: int, ratio: float, dispatch: str) -> float:
    """Milliseconds for each capacity of a curve, on one processor; arrivals are drawn beforehand."""
    kernel.engine = lambda: engine  # type: ignore[assignment]
    point = make_point(batch, ratio, dispatch)
    for replicas in range(1, CURVE_REPLICAS + 1):
        unit_arrivals(0, search_shape(point, replicas), batch)
    store = CapacityStore()
    started = time.process_time()
    store.curve(point, CURVE_REPLICAS)
    return 1000.0 * (time.process_time() - started) / store.simulated_values


def main() -> None:
    """Print both tables."""
    there = engines()
    names = "".join(f"{name:>10}" for name in there)
    print(f"million requests/s simulated at utilisation {UTILISATION}{names}     SimPy   times SimPy")
    for replicas, batch, dispatch in POOLS:
        point = make_point(batch, 2.0, dispatch)
        rates = [requests_per_s(engine, replicas, point) for engine in there.values()]
        peer = simpy_requests_per_s(replicas, point)
        figures = "".join(f"{rate / 1e6:10.1f}" for rate in rates)
        ratios = " ".join(f"{rate / peer:,.0f}" for rate in rates)
        print(f"  {replicas:3} replicas, batch {batch:3}, {dispatch:12}     {figures}{peer / 1e6:10.3f}   {ratios}")
    print(f"milliseconds of processor a capacity, 1..{CURVE_REPLICAS} replicas   {names}")
    for dispatch in ("round_robin", "shared"):
        for batch, ratio in CURVES:
            figures = "".join(f"{capacity_ms(engine, batch, ratio, dispatch):10.1f}" for engine in there.values())
            print(f"  batch {batch:3}, target {ratio:.1f} s(b), {dispatch:12}        {figures}")


if __name__ == "__main__":
    main()
