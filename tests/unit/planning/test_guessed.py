"""The cheapest plan, looked for among plans of a guessed cost: whatever the guess, it is the same one."""

from __future__ import annotations

import pytest

from optimizer.domain.limits import Limits, Quota
from optimizer.domain.plan import Plan
from optimizer.domain.purchase import Match
from optimizer.domain.scenario import Scenario
from optimizer.formulation.context import Context
from optimizer.performance import CapacityStore
from optimizer.planning import guessed, plan_scenario
from optimizer.planning.guessed import can_be_guessed
from tests.support.asked import shared_store
from tests.support.small import demand, service, small_catalog, small_scenario
from tests.support.small_market import with_other_accelerator


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """Simulated capacities, shared with other tests."""
    return shared_store()


def _asked(**limits: object) -> Scenario:
    busy = service("either", demand([[40.0, 300.0]]), profiles=("net/fp16", "net2/fp16"))
    only = service("only", demand([[40.0, 300.0]]), profiles=("net2/fp16",))
    return small_scenario(busy, only, limits=Limits(**limits))


def _planned(store: CapacityStore, **limits: object) -> Plan:
    return plan_scenario(_asked(**limits), with_other_accelerator(small_catalog()), gap=0.0, store=store)


@pytest.mark.parametrize("few", [None, 1, 2])
@pytest.mark.parametrize("first", [1.0, 1.02, 3.0])
def test_every_first_guess_ends_at_the_same_plan(
    store: CapacityStore, monkeypatch: pytest.MonkeyPatch, few: int | None, first: float
):
    """A guess that is too low is followed by a higher one; without guesses every block is there."""
    monkeypatch.setattr(guessed, "MOST_GUESSES", 0)
    expected = _planned(store, max_instance_types=few)
    monkeypatch.setattr(guessed, "MOST_GUESSES", 4)
    monkeypatch.setattr(guessed, "FIRST_GUESS", first)
    found = _planned(store, max_instance_types=few)
    assert found.objective.total == pytest.approx(expected.objective.total, rel=1e-9)
    assert found.objective.lower_bound == pytest.approx(expected.objective.lower_bound, rel=1e-9)
    assert all(check.holds for check in found.checks)


def test_a_dearer_plan_than_guessed_is_not_taken(store: CapacityStore, monkeypatch: pytest.MonkeyPatch):
    """Blocks of a guess may make a plan that costs more than it; then a cheaper one may have been left out."""
    asked: list[float] = []

    class Dear:
        """A choice that costs twice the least, then as much as was guessed."""

        def __init__(self, cost: float) -> None:
            self.outcome = type("Outcome", (), {"cost": cost})

    class Told:
        """Floors that note what they are asked."""

        least_total = 100.0

        def blocks(self, most: float, _progress: object) -> object:
            asked.append(most)
            return object()

    monkeypatch.setattr(guessed, "floors_of", lambda *_: Told())
    monkeypatch.setattr(guessed, "unserved_pairs", lambda *_: [])
    found = guessed.cheapest_guessed(None, lambda _: Dear(200.0))
    assert asked == pytest.approx([115.0, 200.0])
    assert found is not None


@pytest.mark.parametrize(
    ("changes", "rules_off", "expected"),
    [
        ({}, (), True),
        ({"limits": Limits(quotas=(Quota(Match(), 9, None, "ours"),))}, (), False),
        ({}, ("every_origin_served",), False),
    ],
)
def test_quotas_and_missing_rules_leave_nothing_out(
    store: CapacityStore, changes: dict[str, object], rules_off: tuple[str, ...], expected: bool
):
    """Floors rest on undivided origins that are all served."""
    scenario = small_scenario(service("s", demand([[5.0, 5.0]])), **changes)
    assert can_be_guessed(Context(scenario, small_catalog(), store, frozenset(rules_off))) is expected
