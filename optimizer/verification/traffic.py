"""A whole plan replayed: every pool, the hardest hours of each kind of day, with traffic that planning never saw.

What each pool receives after a loss is worked out as in the second reading of the rules; the percentile reached comes
with its confidence interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from optimizer.domain.plan import Plan
from optimizer.verification.cases import Case, cases_after, configuration_key
from optimizer.verification.replay import PoolModel, Replay, unit_arrivals
from optimizer.verification.structure import structure
from optimizer.verification.view import Site, Unreadable, View

Loss = Literal["none", "zone", "instance", "region", "spot"]
#: Of the replayed traffic: neither that of planning nor that of the second reading.
SEED = 88_000_029
#: Seconds of the busiest hour that are played request by request through every replica of a pool.
FULL_RATE_S = 300.0
Progress = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A pool in its hour, replayed.

    Parameters
    ----------
    zones
        Zones with a pool like it, at that rate or a lower one.
    what
        What had happened before: ``as planned``, ``one zone lost`` and so on.
    replicas, rate_per_s
        What stays in the zone, and what it receives, requests/s.
    percentile
        Of the requests, for example 0.99.
    percentile_ms, low_ms, high_ms
        Time at the origin's edge that this share of them takes at most, and its 98 % confidence interval.
    target_ms
        What it may be.
    late_share
        Requests that take longer than the target.
    requests
        How many were replayed.
    holds
        Whether no more are late than the percentile allows, as far as the replay can tell (99 %, one-sided).
    """

    service: str
    location: str
    instance_type: str
    zones: tuple[str, ...]
    day_type: str
    hour: int
    what: str
    replicas: int
    rate_per_s: float
    percentile: float
    percentile_ms: float
    low_ms: float
    high_ms: float
    target_ms: float
    late_share: float
    requests: int
    holds: bool


def replay_plan(
    plan: Plan, loss: Loss = "none", scale: float = 1.0, seed: int = SEED, progress: Progress | None = None
) -> tuple[Replayed, ...]:
    """Replay every pool of a plan after a loss, with all rates multiplied.

    Parameters
    ----------
    plan
        A plan of sound structure.
    loss
        What is taken away at every hour: nothing, in each location the fullest zone, an instance, any one region, or
        what spot may vanish.
    scale
        Factor on every rate, above 0.
    seed
        Of the replayed traffic.
    progress
        Called with a stage and a detail.

    Returns
    -------
    tuple of Replayed
        For every configuration in a location and every kind of day the fullest hour and the one with the longest queue;
        as planned, also its busiest five minutes at full rate, every replica on its own.

    Raises
    ------
    Unreadable
        If the plan's structure is not sound.
    """
    view = View(plan)
    faults = [check.detail for check in structure(view) if not check.holds]
    if faults:
        raise Unreadable(faults[0])
    rows: list[Replayed] = []
    for site in view.sites:
        if progress is not None:
            progress("replay", f"{site[0]} in {site[1]}")
        chosen = list(_hardest(view, site, loss, scale))
        rows += [_judged(view, zones, case, Replay(case.model, seed)) for zones, case in chosen]
        if loss == "none" and chosen:
            zones, busiest = max(chosen, key=lambda item: item[1].rate_per_s)
            rows.append(_judged(view, zones, busiest, _FiveMinutes(busiest.model, seed)))
    unit_arrivals.cache_clear()  # millions of numbers that nobody else asks for
    return tuple(rows)


def _hardest(view: View, site: Site, loss: Loss, scale: float) -> Iterator[tuple[tuple[str, ...], Case]]:
    """Cases worth a replay, each with the zones it stands for."""
    groups: dict[object, list[Case]] = {}
    for case in cases_after(view, site, loss):
        scaled = replace(case, rate_per_s=case.rate_per_s * scale)
        day = view.plan.periods[case.period].day_type
        groups.setdefault((configuration_key(case.pool), day), []).append(scaled)
    for cases in groups.values():
        zones = tuple(sorted({case.pool.zone for case in cases}))
        fullest = max(cases, key=lambda case: (round(case.fullness, 9), -case.replicas))
        longest = max(cases, key=lambda case: (case.queue, -case.replicas))
        yield from ((zones, case) for case in _different([fullest, longest]))


def _different(cases: Iterable[Case]) -> list[Case]:
    return list({case.model: case for case in cases}.values())


class _FiveMinutes(Replay):
    """Every arrival of five minutes at the full rate, dealt to the replicas of a pool as its dispatch does."""

    def __init__(self, pool: PoolModel, seed: int) -> None:
        per_queue = FULL_RATE_S * pool.rate_per_s / pool.stride
        self._queues = pool.stride
        super().__init__(pool, seed, requests=max(1, round(per_queue)))

    def _run(self) -> None:
        """One run of each queue of the pool."""
        for _ in range(self._queues):
            super()._run()


def _judged(view: View, zones: tuple[str, ...], case: Case, replay: Replay) -> Replayed:
    asked, pool = view.services[case.pool.service], case.pool
    percentile, target_ms = float(asked["percentile"]), float(asked["latency_ms"])
    elsewhere_ms = float(asked["overhead_ms"]) + view.network_ms(case.pool_index)
    late = replay.share_above((target_ms - elsewhere_ms) / 1e3, 1.0 - percentile)
    low_s, high_s = replay.percentile_interval_s(percentile)
    period = view.plan.periods[case.period]
    return Replayed(
        service=pool.service,
        location=pool.location,
        instance_type=pool.instance_type,
        zones=zones,
        day_type=period.day_type,
        hour=period.hour,
        what=f"{case.what}, five minutes at full rate" if isinstance(replay, _FiveMinutes) else case.what,
        replicas=case.replicas,
        rate_per_s=case.rate_per_s,
        percentile=percentile,
        percentile_ms=elsewhere_ms + 1e3 * replay.percentile_s(percentile),
        low_ms=elsewhere_ms + 1e3 * low_s,
        high_ms=elsewhere_ms + 1e3 * high_s,
        target_ms=target_ms,
        late_share=late.found,
        requests=replay.requests,
        holds=late.at_least <= 1.0 - percentile,
    )
