"""A zone lost as an event in time: each request followed, and when the promise recovers."""

from __future__ import annotations

import heapq
import re
from dataclasses import replace

import numpy as np
import pytest

from optimizer.errors import InputError
from optimizer.verification.replaying.engine import PLAIN, Engine, load_engine, plain_stays
from optimizer.verification.replaying.lost import NOWHERE, Clients, Drawn, landed
from optimizer.verification.replaying.lost_zone import Assumed, lose_zone
from tests.unit.verification.hand_plan import hand_plan, with_inputs

SAMPLE = replace(load_engine(), effort=PLAIN)


def _drawn(seed: int, rate: float) -> tuple[Drawn, np.ndarray, np.ndarray]:
    """Requests to three pools, the last of which is lost, and those in flight there."""
    random = np.random.default_rng(seed)
    times = np.sort(random.random(random.poisson(rate * 30.0)) * 30.0) - 5.0
    before, again = random.integers(0, 3, times.size), random.integers(0, 3, (times.size, 2))
    after = np.where(random.random(times.size) < 0.1, NOWHERE, random.integers(0, 2, times.size))
    in_flight = (before == 2) & (times < 0.0) & (times > -0.2)
    return Drawn(times, before, after, again), np.array([False, False, True]), in_flight


def _slowly(drawn: Drawn, in_flight: np.ndarray, rate: float, clients: Clients):
    """Each attempt an event of a heap, each request followed by itself; pool 2 is dead."""
    events = [(t, 0, i) for i, t in enumerate(drawn.arrival_s.tolist()) if t >= 0.0]
    events += [(clients.retry_after_s, 1, i) for i in np.flatnonzero(in_flight).tolist()]
    heapq.heapify(events)
    end = {i: (t, int(p)) for i, (t, p) in enumerate(zip(drawn.arrival_s.tolist(), drawn.before, strict=True))}
    lost = {int(i): 1 for i in np.flatnonzero(in_flight)}
    tries: dict[int, int] = {}
    full = max(1.0, clients.budget * rate * clients.reserve_s)  # in this order: floats
    tokens = full
    while events:
        now, kind, i = heapq.heappop(events)
        if kind == 0:
            tokens = min(full, tokens + clients.budget)
            pool = drawn.before[i] if now < clients.detection_s else drawn.after[i]
        else:
            if tokens < 1.0 or tries.get(i, 0) >= clients.most_retries:
                end[i] = (None, NOWHERE)
                continue
            tokens -= 1.0
            pool = drawn.again[i, tries.get(i, 0)] if now < clients.detection_s else drawn.after[i]
            tries[i] = tries.get(i, 0) + 1
        if pool == 2:
            lost[i] = lost.get(i, 0) + 1
            heapq.heappush(events, (now + clients.retry_after_s, 1, i))
        else:
            end[i] = (now, int(pool)) if pool != NOWHERE else (None, NOWHERE)
    return end, lost, tries


@pytest.mark.parametrize("budget", [0.02, 0.1, 0.6])
@pytest.mark.parametrize("seed", range(4))
def test_every_request_lands_as_in_a_slow_simulation(seed, budget):
    """Where, when, how often lost and retried: the same for each request, whatever the budget."""
    drawn, dead, in_flight = _drawn(seed, 80.0)
    clients = Clients(6.0, 0.15, budget, 3.0, 2)
    found = landed(drawn, dead, in_flight, 80.0, clients)
    end, lost, tries = _slowly(drawn, in_flight, 80.0, clients)
    for i, (at_s, pool) in end.items():
        assert found.pool[i] == pool
        assert np.isnan(found.at_s[i]) if at_s is None else found.at_s[i] == at_s
        assert (found.lost[i], found.retries[i]) == (lost.get(i, 0), tries.get(i, 0))
    assert found.retries.sum() > 0
    assert (found.pool == 2).sum() == ((drawn.arrival_s < 0.0) & (drawn.before == 2) & ~in_flight).sum()


def test_retries_stay_within_their_budget():
    """At most the reserve and a tenth of what came until the loss was noticed."""
    drawn, dead, in_flight = _drawn(9, 200.0)
    found = landed(drawn, dead, in_flight, 200.0, Clients(10.0, 0.1, 0.1, 2.0, 2))
    came = ((drawn.arrival_s >= 0.0) & (drawn.arrival_s < 10.0)).sum()
    assert 0.9 * (40 + 0.1 * came) <= found.retries.sum() <= 40 + 0.1 * came
    assert ((found.pool == NOWHERE) & (drawn.arrival_s < 10.0)).sum() > 100


def _zone_protected(plan):
    def change(inputs):
        for row in inputs["services"]:
            row["redundancy"] = "zone"

    return with_inputs(plan, change)


def test_requests_are_served_or_shed_and_the_same_again(plan):
    """Nothing goes astray, the course adds up, and the same seed gives the same answer."""
    found = lose_zone(_zone_protected(plan), engine=SAMPLE)
    assert found == lose_zone(_zone_protected(plan), engine=SAMPLE)
    for row in found.rows:
        assert row.requests == row.served + row.shed == sum(item.requests for item in row.seconds)
        assert row.lost >= row.retries > 0
        assert row.shed == sum(item.shed for item in row.seconds)


def test_recovery_needs_replicas_and_a_notice_in_time(plan):
    """With room it holds again when the loss is noticed; stated sooner it fails; overloaded it never does."""
    given = _zone_protected(plan)
    (row,) = [row for row in lose_zone(given, engine=SAMPLE).rows if row.service == "search"]
    assert row.holds
    assert row.recovered_s is not None
    assert 5.0 <= row.recovered_s <= 11.0
    hasty = lose_zone(given, engine=SAMPLE, assumed=Assumed(recovery_s=2.0))
    assert not hasty.holds

    def crowd(inputs):
        for rates in inputs["demand"]["search"].values():
            rates["peak"] = [4.0 * rate for rate in rates["peak"]]

    (crowded,) = [r for r in lose_zone(with_inputs(given, crowd), engine=SAMPLE).rows if r.service == "search"]
    assert (crowded.recovered_s, crowded.holds) == (None, False)


def test_a_plan_without_protection_has_nothing_to_lose(plan):
    """It is said, not passed over, with what to change."""

    def change(inputs):
        for row in inputs["services"]:
            row["redundancy"] = "none"

    told = (
        "--lose-zone: no service of this plan is protected against the loss of a zone. "
        "Set redundancy: zone for a service and plan again."
    )
    with pytest.raises(InputError, match=f"^{re.escape(told)}$"):
        lose_zone(with_inputs(plan, change), engine=SAMPLE)


def test_a_zone_without_a_protected_service_is_told_with_those_that_have_one():
    """The plan by hand: search is protected and runs in the north, rank runs in the south and is not."""
    told = (
        "no service of this plan is protected against the loss of south/two/a. Set redundancy: zone for a service and "
        "plan again, or name a zone where a protected service runs: north/one/a, north/one/b."
    )
    with pytest.raises(InputError, match=re.escape(told)):
        lose_zone(hand_plan(), "south/two/a", engine=SAMPLE)


def test_a_zone_that_the_plan_does_not_use_is_told_by_the_option_that_named_it(plan):
    """With the zones there are."""
    with pytest.raises(InputError, match=r"--lose-zone: no pool of this plan stands there .* Name one of "):
        lose_zone(plan, "p/home/nowhere", engine=SAMPLE)


def test_plain_and_compiled_simulators_agree(plan):
    """The same requests, second by second, whichever plays them."""
    plain = lose_zone(_zone_protected(plan), engine=Engine("plain", plain_stays, PLAIN))
    assert plain.rows == lose_zone(_zone_protected(plan), engine=SAMPLE).rows
