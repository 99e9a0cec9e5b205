"""Wider plan spaces hold the planned one, and how much cheaper they are is told with ``pytest -s``."""

from __future__ import annotations

import sys

import pytest

from tests.oracle.wider_space import savings, summary
from tests.support.asked import shared_store


@pytest.mark.parametrize("cases", [5, pytest.param(120, marks=pytest.mark.slow)])
def test_wider_spaces_are_never_dearer(cases: int):
    """Enumerated with two configurations in a location, or with shared instances, no scenario costs more."""
    found = savings(cases, shared_store())
    sys.stdout.write("\n" + summary(found) + "\n")
    assert all(found.values())
    assert all(share >= -1e-9 for shares in found.values() for share in shares)
