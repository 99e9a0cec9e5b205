"""What of a bill rests on estimates, and the words for it on every page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optimizer.domain.plan import CostLine, Pool
from optimizer.report.plan_cost import item_name

HEADING = "Rests on estimates"
WITHIN = "estimated, within {band}"
DATED = "estimate, {as_of}"
NOTHING = "nothing: no price of the bill and no service time of a pool is estimated"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A service time or a price that is estimated.

    Parameters
    ----------
    what
        What it is, as assumptions of a plan call it where they know it.
    lines
        Positions of the lines of the bill that rest on it.
    amount
        Their sum, over the horizon.
    pool
        Position of a pool that has the service time, for its error band; None for a price.
    as_of
        Date of a price.
    """

    what: str
    lines: tuple[int, ...]
    amount: float
    pool: int | None = None
    as_of: str = ""


def estimates(
    pools: Sequence[Pool], lines: Sequence[CostLine], instance_types: Iterable[Mapping[str, Any]]
) -> list[Estimate]:
    """Return the estimates that a bill rests on, the dearest first.

    Parameters
    ----------
    instance_types
        As the inputs of the plan have them; they name the accelerators.
    """
    found = [*_times(pools, lines, instance_types), *_prices(lines)]
    return sorted(found, key=lambda item: (-item.amount, item.what))


def _times(
    pools: Sequence[Pool], lines: Sequence[CostLine], instance_types: Iterable[Mapping[str, Any]]
) -> list[Estimate]:
    accelerators = {(row["provider"], row["name"]): row.get("accelerator") for row in instance_types}
    by_what: dict[tuple[str, float], list[int]] = {}
    for number, pool in enumerate(pools):
        if pool.basis == "estimated":
            on = accelerators.get((pool.provider, pool.instance_type)) or pool.instance_type
            by_what.setdefault((f"service time of {pool.profile} on {on}", pool.error_band), []).append(number)
    found = []
    for (what, _), mine in by_what.items():
        places = {_place(pools[number]) for number in mine}
        rent = tuple(n for n, line in enumerate(lines) if line.category == "compute" and _place(line) in places)
        found.append(Estimate(what, rent, _sum(lines, rent), pool=mine[0]))
    return found


def _place(item: Pool | CostLine) -> tuple[str, str, str]:
    return item.service, item.location, item.instance_type


def _prices(lines: Sequence[CostLine]) -> list[Estimate]:
    by_what: dict[tuple[str, str], list[int]] = {}
    for number, line in enumerate(lines):
        if line.basis == "estimate" and line.amount:
            by_what.setdefault((_priced(line), line.as_of or "undated"), []).append(number)
    return [Estimate(what, tuple(mine), _sum(lines, mine), as_of=as_of) for (what, as_of), mine in by_what.items()]


def _priced(line: CostLine) -> str:
    if line.category == "compute":
        return f"price of {line.instance_type} in {line.location}"
    if line.category == "network":
        return f"transfer prices {item_name(line)}"
    return f"{line.category} price: {item_name(line) or line.item}"


def _sum(lines: Sequence[CostLine], chosen: Iterable[int]) -> float:
    return sum(lines[number].amount for number in chosen)
