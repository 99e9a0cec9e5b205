"""What an instance really costs: the catalog's price after the scenario's rules, and the cost of owning."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from fractions import Fraction
from typing import Any

from optimizer.verification.view import Row, View

HOURS_OF_A_MONTH = 730
HOURS_OF_A_YEAR = 8760
#: Basis of a price that the planner was quoted.
QUOTE = "quote"
TERMS = {"committed_1y": 12, "committed_3y": 36}


def fits(match: Mapping[str, Any], kind: str, location: str, option: str | None) -> bool:
    """Whether an instance type in a location, bought as an option (None: whichever), is meant."""
    named = (
        (match["provider"], location.split("/", maxsplit=1)[0]),
        (match["location"], location),
        (match["purchase_option"], option if option is not None else match["purchase_option"]),
    )
    pattern = match["instance_type"]
    return all(want in (None, have) for want, have in named) and (pattern is None or fnmatchcase(kind, pattern))


def paid(view: View, kind: str, location: str, option: str) -> Fraction | None:
    """Price of an hour as `stated_price`; None where nothing is offered."""
    row = view.prices.get((location.split("/", maxsplit=1)[0], kind, location, option))
    if row is not None and row["status"] == "not_offered":
        return None
    return stated_price(view, kind, location, option)


def stated_price(view: View, kind: str, location: str, option: str) -> Fraction | None:
    """Price of an hour with the rules applied and the upfront payment spread, offered or not; None without any."""
    row = view.prices.get((location.split("/", maxsplit=1)[0], kind, location, option))
    known = row is not None and row["price_per_hour"] is not None
    price = Fraction(row["price_per_hour"]) if row is not None and known else None
    upfront = Fraction(row["upfront"]) if row is not None and known else Fraction(0)
    term = (row["term_months"] if row is not None else 0) or TERMS.get(option, 0)
    for rule in view.plan.inputs["price_rules"]:
        if not fits(rule["match"], kind, location, option):
            continue
        if rule["price_per_hour"] is not None:
            price, upfront = Fraction(rule["price_per_hour"]), Fraction(0)
        elif price is not None:
            left = 1 - Fraction(rule["discount_share"])
            price, upfront = price * left, upfront * left
    if price is None:
        return None
    return price + (upfront / (term * HOURS_OF_A_MONTH) if term else 0)


def dated(view: View, kind: str, location: str, option: str) -> tuple[str, str]:
    """Date and basis of the price of an hour: the catalog's, a quote where a rule of the scenario changed it."""
    if option == "owned":
        server = server_of(view, kind, location)
        return ("", "unknown") if server is None else (server["as_of"], server["basis"])
    row = view.prices.get((location.split("/", maxsplit=1)[0], kind, location, option))
    known = row is not None and row["price_per_hour"] is not None
    found = ("", "unknown") if row is None else (row["as_of"], row["basis"])
    for rule in view.plan.inputs["price_rules"]:
        if not fits(rule["match"], kind, location, option):
            continue
        if rule["price_per_hour"] is not None:
            known, found = True, (view.plan.inputs["horizon_start"], QUOTE)
        elif rule["discount_share"] and known:
            found = (found[0], QUOTE)
    return found


def server_of(view: View, kind: str, location: str) -> Row | None:
    """Row of a machine that can be bought, None where there is none."""
    for row in view.plan.inputs["owned_servers"]:
        if (row["instance_type"], row["location"]) == (kind, location):
            return dict(row)
    return None


def site_of(view: View, location: str) -> Row | None:
    """Row of a site, None for a rented location."""
    return next((dict(row) for row in view.plan.inputs["sites"] if row["location"] == location), None)


def purchase_price(view: View, server: Row) -> Fraction:
    """Price of a machine at the end of its range that is planned on."""
    return Fraction(server[f"purchase_price_{view.plan.inputs['owned']['price']}"])


def owning(view: View, server: Row) -> Fraction:
    """Cost of owning a machine for an hour: the yearly payment that returns its price with interest, over 8,760."""
    price, rate = float(purchase_price(view, server)), float(view.plan.inputs["owned"]["discount_rate_per_year"])
    years, residual = server["amortisation_months"] / 12.0, price * server["residual_share"]
    if rate == 0.0:
        yearly = (price - residual) / years
    else:
        # A payment a year for n years is worth the price less what is left at the end, both as of today.
        worth_of_one = (1.0 - 1.0 / (1.0 + rate) ** years) / rate
        yearly = (price - residual / (1.0 + rate) ** years) / worth_of_one
    return Fraction(yearly / HOURS_OF_A_YEAR)


def months_left_over(view: View, option: str) -> int:
    """Months by which a term, renewed as often as the horizon needs, outlasts it."""
    term = TERMS.get(option)
    return 0 if term is None else -int(view.plan.inputs["horizon_months"]) % term


def is_own(view: View, provider: str) -> bool:
    """Whether a provider is the planner's own."""
    return any(row["location"].split("/")[0] == provider for row in view.plan.inputs["sites"])
