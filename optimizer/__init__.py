"""fleetopt: the cheapest fleet that keeps its latency promises, proved.

>>> from optimizer import load_scenario, plan
>>> result = plan(load_scenario("shop-search"), seed=1)  # doctest: +SKIP
>>> result.cost.total  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.api import (
        compare,
        cost,
        diff,
        explain,
        fit_profile,
        fit_traffic,
        forecast,
        init,
        load_catalog,
        load_fleet,
        load_in_force,
        load_options,
        load_plan,
        load_scenario,
        overview,
        plan,
        replan,
        replan_weeks,
        replay,
        verify,
        with_alternatives,
    )
    from optimizer.errors import FleetoptError, Infeasible, InputError, NoPlanFound
    from optimizer.verification.replaying import WhatIf

    __version__: str

__all__ = [
    "FleetoptError",
    "Infeasible",
    "InputError",
    "NoPlanFound",
    "WhatIf",
    "__version__",
    "compare",
    "cost",
    "diff",
    "explain",
    "fit_profile",
    "fit_traffic",
    "forecast",
    "init",
    "load_catalog",
    "load_fleet",
    "load_in_force",
    "load_options",
    "load_plan",
    "load_scenario",
    "overview",
    "plan",
    "replan",
    "replan_weeks",
    "replay",
    "verify",
    "with_alternatives",
]

_HOMES = dict.fromkeys(__all__, "optimizer.api")
_HOMES |= dict.fromkeys(("FleetoptError", "Infeasible", "InputError", "NoPlanFound"), "optimizer.errors")
_HOMES["WhatIf"] = "optimizer.verification.replaying"


def __getattr__(name: str) -> Any:  # noqa: ANN401  whatever the name stands for
    """Import a public name when it is first asked for: importing the package costs nothing."""
    if name == "__version__":
        return _version()
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    """List the public names before they are imported."""
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("fleetopt")
    except PackageNotFoundError:
        return "unknown"
