"""Arrivals with a known burstiness, logs of them, and a plan that they are played against."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from optimizer.domain.plan import Plan
from optimizer.verification.replay import sojourns

FIRST = np.datetime64("2026-03-02T14:00:00", "us")  # a Monday


def arrivals(rates: np.ndarray, window_s: float, seed: int) -> np.ndarray:
    """Arrival times of a Poisson process whose rate is another one in each window, seconds."""
    random = np.random.default_rng(seed)
    counts = random.poisson(rates * window_s)
    return np.sort((np.repeat(np.arange(rates.size), counts) + random.random(counts.sum())) * window_s)


def switching(mean_per_s: float, burst: float, share: float, burst_s: float, length_s: int, seed: int) -> np.ndarray:
    """Rate by second of a process with two states: bursts of so many times the quiet rate, of exponential length."""
    random = np.random.default_rng(seed)
    quiet = mean_per_s / (1.0 + share * (burst - 1.0))
    rates, is_burst, at = np.empty(length_s), False, 0
    while at < length_s:
        stay = burst_s if is_burst else burst_s * (1.0 - share) / share
        until = at + max(1, round(random.exponential(stay)))
        rates[at:until] = quiet * (burst if is_burst else 1.0)
        is_burst, at = not is_burst, until
    return rates


def gamma(mean_per_s: float, noise: float, windows: int, seed: int) -> np.ndarray:
    """Independent gamma rates of that mean and relative noise."""
    shape = 1.0 / noise**2
    return np.random.default_rng(seed).gamma(shape, mean_per_s / shape, windows)


def write_log(path: Path, times: np.ndarray, header: str = "time\n") -> Path:
    """Write a row for each request, in UTC."""
    stamps = np.datetime_as_string(FIRST + (times * 1e6).astype("timedelta64[us]"), unit="us")
    path.write_text(header + "\n".join(stamps.tolist()) + "\n", encoding="utf-8")
    return path


def late_share(plan: Plan, period: int, times: np.ndarray, limit_s: float) -> float:
    """Share of the requests that stay longer than a limit in the pools of a period, dealt out one after the other."""
    pools = [pool for pool in plan.pools for _ in range(pool.replicas_by_period[period])]
    late = 0
    for number, pool in enumerate(pools):
        stays = sojourns(times[number :: len(pools)].tolist(), 1, pool.service_time.seconds, pool.max_wait_ms / 1e3)
        late += int((np.array(stays) > limit_s - pool.network_ms / 1e3).sum())
    return late / times.size
