"""Questions whose capacities are shared by all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from optimizer.decisions.work import How
from optimizer.performance import CapacityStore
from tests.support.asked import shared_store


def _store(_how: How) -> CapacityStore:
    return shared_store()


@pytest.fixture(scope="module", autouse=True)
def _one_store() -> Iterator[None]:
    """Workers in this process simulate each capacity once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(How, "store", _store)
        yield
