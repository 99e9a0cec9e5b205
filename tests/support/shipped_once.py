"""Shipped catalogs read once in a process: their files do not change while tests run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from optimizer.domain.purchase import CurrencyRate
from optimizer.inputs import scenario
from optimizer.inputs.catalog import ReadCatalog
from optimizer.inputs.faults import Faults
from optimizer.inputs.shipped import shipped_catalogs

Read = Callable[..., ReadCatalog | None]


def read_shipped_once(patch: pytest.MonkeyPatch) -> None:
    """Let scenarios share the catalogs that come along; other folders, and `load_catalog`, read as ever."""
    patch.setattr(scenario, "read_catalogs", _kept(scenario.read_catalogs, shipped_catalogs()))


def _kept(read: Read, shipped: dict[str, Path]) -> Read:
    results: dict[Any, ReadCatalog | None] = {}

    def reading(
        names: Sequence[str],
        relative_to: Path | None,
        places: Sequence[str],
        faults: Faults,
        rates: Sequence[CurrencyRate] = (),
    ) -> ReadCatalog | None:
        found = shipped_catalogs()  # a test may have put others in their place
        if not all(name in shipped and found.get(name) == shipped[name] for name in names):
            return read(names, relative_to, places, faults, rates)
        key, before = (tuple(names), tuple(rates)), len(faults)
        if key not in results:
            result = read(names, relative_to, places, faults, rates)
            if len(faults) > before:
                return result
            results[key] = result
        return results[key]

    return reading
