"""The plan worked by hand, and what it was made from."""

from __future__ import annotations

import pytest

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
