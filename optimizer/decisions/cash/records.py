"""What the cash flow of a comparison says, in the keys of its document."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signed:
    """Machines bought, or instances signed for a term, at one time; `at_once` is what is paid then."""

    location: str
    instance_type: str
    purchase_option: str
    count: int
    at_once: float


@dataclass(frozen=True, slots=True)
class CashYear:
    """A year of an option's cash flow.

    `demand_factor` and `rent_factor` are what demand and prices of rent are multiplied by. `running_per_month` is all
    that is neither a machine bought nor a term signed. `bought` is what is bought or signed when the year begins.
    """

    year: int
    demand_factor: float
    rent_factor: float
    running_per_month: float
    bought: tuple[Signed, ...]


@dataclass(frozen=True, slots=True)
class OptionCash:
    """Payments of one option.

    `payments` are by month: the first is paid when everything begins, those after it at the end of each month; the last
    holds what machines are still worth, as money that comes back. `cumulative` is their sum so far, each discounted to
    the beginning; its last value is `net_present_cost`. `cheaper_from_month` is the first month from which the sum
    stays below that of `compared_with`; None if it never does. Without a flow there are `reasons`.
    """

    label: str
    payments: tuple[float, ...] = ()
    cumulative: tuple[float, ...] = ()
    total: float | None = None
    net_present_cost: float | None = None
    cheaper_from_month: int | None = None
    years: tuple[CashYear, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CashFlow:
    """When each option pays what, and how prices and demand change meanwhile (shares of a year before).

    `value_kept_per_year` is None where machines lose value in a straight line. `compared_with` is the first option
    whose payments could be followed.
    """

    months: int
    discount_rate_per_year: float
    rent_decline_per_year: float
    demand_growth_per_year: float
    value_kept_per_year: float | None
    compared_with: str | None
    options: tuple[OptionCash, ...]
