"""Rules: which arrivals may be planned as Poisson, and what is planned for the others."""

from __future__ import annotations

import math
from collections.abc import Sequence

from optimizer.domain.traffic import Burstiness, Decision

#: Windows a few times as long as latency targets: bursts that a pool feels.
FELT_S = range(1, 11)
LEAST_WINDOWS = 20
#: Poisson below either; measured as relative loss of capacity on pools of 8 replicas, see decision 0023.
LEAST_DISPERSION, LEAST_NOISE = 3.0, 0.01
#: Up to this noise a pool loses less than 1.8 times of it.
MOST_INFLATED, LOSS_PER_NOISE = 0.1, 1.8
#: Minute counts with more noise are planned by their busiest minute.
MOST_NOISE_OF_MINUTES = 0.15
#: Bursts that last make the noise of half a minute or more so many times what independent bursts would.
LASTING = 2.0
#: Lasting bursts below move a rate by less than a pool loses elsewhere; a day's rise makes 0.01 in a minute.
LEAST_LASTING = 0.03
MINUTE_S = 60
#: Share of requests in windows at or below the rate planned for: half of what a 99 % promise allows is left.
COVERED, COVERED_NORMAL = 0.995, 2.5758293035489004


def decide(rows: Sequence[Burstiness], step_s: int) -> Decision:
    """Return how arrivals with this burstiness are planned."""
    enough = [row for row in rows if row.windows >= LEAST_WINDOWS and row.window_s <= MINUTE_S]
    felt = [row for row in enough if row.window_s in FELT_S]
    if felt:
        return _by_bursts_felt(felt, [row for row in enough if row not in felt])
    if enough and enough[0].rate_noise > MOST_NOISE_OF_MINUTES:
        noise = f"noise {enough[0].rate_noise:.3g} in {step_s} s, above {MOST_NOISE_OF_MINUTES:g}"
        return Decision("shortest_step", f"{noise}: the busiest {step_s} s are planned", window_s=step_s)
    return Decision("poisson", "as far as these counts show: what is shorter cannot be seen")


def _by_bursts_felt(felt: Sequence[Burstiness], longer: Sequence[Burstiness]) -> Decision:
    strong = [row for row in felt if row.local_dispersion >= LEAST_DISPERSION and row.rate_noise >= LEAST_NOISE]
    worst = max(strong or felt, key=lambda row: row.rate_noise if strong else row.local_dispersion)
    noise, window_s = worst.rate_noise, worst.window_s
    found = f"noise {noise:.3g} and local dispersion {worst.local_dispersion:.3g} in {window_s} s"
    if lasting := _lasting(worst, longer):
        found += f", noise {lasting.rate_noise:.3g} in {lasting.window_s} s: bursts last"
        return Decision("replay", f"{found}, and the log's own {window_s} s are planned", window_s=window_s)
    if not strong:
        return Decision("poisson", f"{found}: below {LEAST_DISPERSION:g}, or noise below {LEAST_NOISE:g}")
    if noise <= MOST_INFLATED:
        return Decision("inflated", f"{found}: 1 + {LOSS_PER_NOISE:g} x noise", 1.0 + LOSS_PER_NOISE * noise)
    return Decision("cox", f"{found}, bursts short: gamma rate in each {window_s} s", gamma_factor(noise))


def _lasting(felt: Burstiness, longer: Sequence[Burstiness]) -> Burstiness | None:
    """Return the windows that show most of bursts that last: independent ones would have evened out in them."""
    found = [
        row
        for row in longer
        if row.local_dispersion >= LEAST_DISPERSION
        and row.rate_noise > max(LEAST_LASTING, LASTING * felt.rate_noise * math.sqrt(felt.window_s / row.window_s))
    ]
    return max(found, key=lambda row: row.rate_noise, default=None)


def gamma_factor(noise: float) -> float:
    r"""Return the rate that covers 99.5 % of the requests of a Cox process, over its mean.

    The rate of a window is a gamma number of mean 1 and shape :math:`k = 1 / \epsilon^2`. Busy windows hold more
    requests, so a request sees a rate of shape :math:`k + 1` with the same scale; its quantile is that of Wilson and
    Hilferty (1931), :math:`q = (k + 1) (1 - c + z \sqrt{c})^3 / k` with :math:`c = 1 / (9 (k + 1))`.
    """
    shape = 1.0 / noise**2
    c = 1.0 / (9.0 * (shape + 1.0))
    return (shape + 1.0) / shape * (1.0 - c + COVERED_NORMAL * math.sqrt(c)) ** 3


def unseen(step_s: int, rows: Sequence[Burstiness]) -> tuple[str, ...]:
    """Return what a log of this resolution does not show, and what to record instead."""
    told = []
    record = "record one row for each request, or counts by the second"
    if step_s >= 86_400:
        told.append(f"daily counts hide the hours and every burst; hours are an assumed shape: {record}")
    elif step_s > 300:
        told.append(
            f"counts of {step_s // 60} minutes hide the busiest five minutes (a ratio is assumed) and every "
            f"burst within them: {record}"
        )
    elif step_s > MINUTE_S:
        told.append(f"counts of {step_s} seconds hide bursts shorter than that, those under a minute too: {record}")
    elif step_s not in FELT_S:
        told.append(f"counts of {step_s} seconds hide bursts shorter than that: {record}")
    elif not any(row.windows >= LEAST_WINDOWS for row in rows if row.window_s in FELT_S):
        told.append("too few windows of up to 10 s to judge bursts: give a longer log")
    told.append("bursts shorter than a second, retries and what was shed are not told apart")
    return tuple(told)
