"""Where simulated capacities are kept between runs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from optimizer.performance import CapacityStore


def cache_folder() -> Path | None:
    """Where simulated capacities are kept: ``$FLEETOPT_CACHE``, else the user's cache; None if it cannot be written."""
    try:
        folder = _cache_place()
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


def _cache_place() -> Path:
    named = os.environ.get("FLEETOPT_CACHE")
    if named:
        return Path(named).expanduser()
    base = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG base directory specification: a relative path is to be ignored.
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "fleetopt"


def capacity_store(seed: int = 0, *, use_cache: bool) -> CapacityStore:
    """Return where capacities are simulated, kept in `cache_folder` or only while the process runs."""
    from optimizer.performance import CapacityStore

    return CapacityStore(cache_folder() if use_cache else None, seed=seed)
