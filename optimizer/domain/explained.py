"""Why a plan is as it is: verdicts on what was asked about, each from a plan made with it or without it."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal

from optimizer.domain.json_document import JsonDocument
from optimizer.domain.plan import CostLine

EXPLAIN_FORMAT = "fleetopt/explain/1"
OVERVIEW_FORMAT = "fleetopt/explain-overview/1"
ItemKind = Literal["instance_type", "location", "purchase_option", "service", "pool", "cost_category", "cost_line"]
MoveGroup = Literal["latency", "limit", "region", "hardware", "assumption"]
#: ``chosen``: in the cheapest plan. ``costs_more``, ``saves``, ``same``: what the best plan with it does to the total.
#: ``cannot``: no plan with it was found, and `detail` says what stands in the way.
VerdictName = Literal["chosen", "costs_more", "saves", "same", "cannot"]
#: Totals of two plans that are nearer than this share are the same: both are sums of rounded floats.
SAME_SHARE = 1e-9


@dataclass(frozen=True, slots=True)
class Item:
    """What is asked about.

    An instance type comes as ``provider/name``, once for each provider that has the name; a pool as
    ``service@provider/region``: all replicas of a service in a location.
    """

    kind: ItemKind
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer.

    Parameters
    ----------
    item, service
        What it is about; `service` is "" where it holds for the whole plan.
    verdict
        See `VerdictName`.
    where
        For ``chosen`` where it is used, else the place in which the best plan with it has it; "" for none.
    change
        What the other plan does: ``with it``, ``without it``, ``with one fewer``; "" where no other plan was found.
    total, difference
        The other plan's total over the horizon, and by how much it is above the cheapest; None for no plan.
    detail
        What a planner should know besides.
    """

    item: str
    service: str
    verdict: VerdictName
    where: str
    change: str
    total: float | None
    difference: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class Explanation(JsonDocument):
    """Verdicts on an item, beside the total of the cheapest plan (proved: found at gap 0).

    Of a part of the bill, `lines` holds its lines, the dearest first.
    """

    scenario: str
    currency: str
    horizon_hours: float
    kind: ItemKind
    total: float
    verdicts: tuple[Verdict, ...]
    lines: tuple[CostLine, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the document of ``--format json``, made of plain dicts, lists, strings and numbers."""
        return {"format": EXPLAIN_FORMAT, **dataclasses.asdict(self)}


@dataclass(frozen=True, slots=True)
class Move:
    """What one thing that binds, or one assumption, does to the cheapest plan when it is another.

    Parameters
    ----------
    group
        ``latency``, ``limit``, ``region``, ``hardware`` or ``assumption``.
    what, change
        What it is, and as what it is tried.
    verdict
        ``costs_more``, ``saves`` or ``same``; ``cannot`` where no plan was found.
    total, difference
        The other plan's total over the horizon, and by how much it is above the cheapest; None for no plan.
    detail
        Why there is no plan.
    """

    group: MoveGroup
    what: str
    change: str
    verdict: VerdictName
    total: float | None
    difference: float | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Overview(JsonDocument):
    """What binds the cheapest plan and what it rests on, each by a plan of its own at gap 0.

    `left_out` names, with the reason, what cannot move it or was not tried.
    """

    scenario: str
    currency: str
    horizon_hours: float
    total: float
    moves: tuple[Move, ...]
    left_out: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the document of ``--format json``, made of plain dicts, lists, strings and numbers."""
        return {"format": OVERVIEW_FORMAT, **dataclasses.asdict(self)}


def compared(total: float, base: float) -> tuple[VerdictName, float]:
    """Return what a total is beside the cheapest plan's, and the difference (0 where it is only rounding)."""
    if math.isclose(total, base, rel_tol=SAME_SHARE):
        return "same", 0.0
    return ("costs_more" if total > base else "saves"), total - base
