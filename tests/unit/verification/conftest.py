"""The plan worked by hand, and what it was made from."""

from __future__ import annotations

from functools import lru_cache

import pytest

from optimizer.verification import latency
from optimizer.verification.replay import Replay
from tests.unit.verification.hand_plan import hand_plan
from tests.unit.verification.hand_records import hand_catalog, hand_scenario


@pytest.fixture
def plan():
    """A valid plan worked out by hand (see `hand_plan`)."""
    return hand_plan()


@pytest.fixture(scope="session")
def records():
    """Scenario and catalog of that plan."""
    return hand_scenario(), hand_catalog()


@pytest.fixture(scope="session", autouse=True)
def replayed_once():
    """Replay like pools with the same seed once in a session: most mutations leave the traffic as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(latency, "Replay", lru_cache(maxsize=None)(Replay))
        yield
