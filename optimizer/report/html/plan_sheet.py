"""What the parts of a plan's page share: months, hours, groups of pools, and the names of things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from optimizer.report.html.charts import Hours
from optimizer.report.html.formula import Formula
from optimizer.report.html.sheet import Sheet, ratio
from optimizer.report.words import money_digits
from optimizer.units import HOURS_PER_MONTH

#: Purchase options in the order in which they are stacked: what always stands below what comes and goes.
OPTIONS = {
    "owned": ("owned", "var(--owned)"),
    "committed_3y": ("3 years", "var(--committed-3y)"),
    "committed_1y": ("1 year", "var(--committed-1y)"),
    "on_demand": ("on demand", "var(--on-demand)"),
    "spot": ("spot", "var(--spot)"),
}
#: Colours of series without one of their own; the last is for what is put together.
COLOURS = tuple(f"var(--s{number})" for number in range(9))
OTHER_COLOUR = "var(--rest)"
ALL_SERVICES = "all services"
_GROUPED_BY = (
    "service",
    "provider",
    "region",
    "instance_type",
    "profile",
    "accelerators_per_replica",
    "batch_size",
    "max_wait_ms",
)


Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class Group:
    """Pools that differ by zone only: what they share, the pools themselves, and replicas on an instance."""

    key: Mapping[str, Any]
    pools: tuple[Mapping[str, Any], ...]
    accelerator: str | None
    per_instance: Formula

    @property
    def place(self) -> str:
        """``aws us-east-1``."""
        return f"{self.key['provider']} {self.key['region']}"


class PlanSheet:
    """The document of a plan with what its page asks of it again and again."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.plan: Mapping[str, Any] = sheet.at()
        self.currency: str = sheet.at("objective", "currency")
        self.months: Formula = ratio(sheet.path("objective", "horizon_hours"), HOURS_PER_MONTH)
        self.digits = money_digits(sheet.value(self.a_month(sheet.path("objective", "total"))) or 0.0)
        periods = self.plan["periods"]
        self.hours = Hours(tuple(p["day_type"] for p in periods), tuple(p["hour"] for p in periods))
        self.services: list[str] = list(dict.fromkeys(pool["service"] for pool in self.plan["pools"]))

    def records(self, where: str | tuple[str, ...], kind: type[Record]) -> list[Record]:
        """Return the records of a list as the screen has them; what is a record inside of one stays as it is."""
        return [kind(**item) for item in self.sheet.at(*((where,) if isinstance(where, str) else where))]

    def a_month(self, amount: Formula) -> Formula:
        """Return the formula of money a month."""
        return ratio(amount, self.months)

    def groups(self) -> list[Group]:
        """Return the pools put together: by service in the plan's order, then by place."""
        members: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
        for pool in self.plan["pools"]:
            members.setdefault(tuple(pool[name] for name in _GROUPED_BY), []).append(pool)
        found = [self._group(key, tuple(pools)) for key, pools in members.items()]
        return sorted(found, key=lambda group: self.services.index(group.key["service"]))

    def _group(self, values: tuple[Any, ...], pools: tuple[Mapping[str, Any], ...]) -> Group:
        key = dict(zip(_GROUPED_BY, values, strict=True))
        for number, row in enumerate(self.plan["inputs"].get("instance_types", ())):
            if (row["provider"], row["name"]) == (key["provider"], key["instance_type"]):
                each = key["accelerators_per_replica"]
                several = each and int(row.get("accelerator_count") or 0) // each > 1
                count = self.sheet.path("inputs", "instance_types", number, "accelerator_count")
                return Group(key, pools, row.get("accelerator"), ratio(count, each) if several else 1)
        return Group(key, pools, None, 1)

    def counts(self, group: Group) -> Formula:
        """Return the formula of instances by period: whole ones zone by zone."""
        rows = self.sheet.path("pools", group.key, "replicas_by_period")
        return ["cols", rows if group.per_instance == 1 else ["whole", rows, group.per_instance]]

    def bought(self, option: str) -> Formula:
        """Return the formula of instances by period that stand under a purchase option."""
        return ["cols", self.sheet.path("fleet", {"purchase_option": option}, "count_by_period")]

    def options(self) -> list[str]:
        """Return the purchase options of the fleet, in the order in which they are stacked."""
        used = {row["purchase_option"] for row in self.plan["fleet"] if any(row["count_by_period"])}
        return [option for option in (*OPTIONS, *sorted(used - set(OPTIONS))) if option in used]


def option_name(option: str) -> str:
    """``on demand`` for ``on_demand``."""
    return OPTIONS[option][0] if option in OPTIONS else option.replace("_", " ")


def option_colour(option: str) -> str:
    """Return the colour of a purchase option."""
    return OPTIONS[option][1] if option in OPTIONS else OTHER_COLOUR
